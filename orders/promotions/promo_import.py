"""Promo codes made and changed by a file: every row planned, then all of them done as they were seen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from itertools import batched
from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Invalid, NotFound
from backoffice.sheets.plans import Changes, OnRow, Outcome, PlannedRow, RowPlan, RowsChanged, rejected_csv
from orders.models import PromoCode
from orders.promotions.codes import (
    PartOfBatch,
    PromoCodeTaken,
    change_promo_code,
    create_promo_code,
    judge_change,
    new_promo_code,
    pause_promo_code,
    resume_promo_code,
)
from orders.promotions.promo_export import Limits, cells_of, limits_of
from orders.promotions.promo_file import COLUMN_OF, PromoFile, PromoFileRow, refuse_faulty, stated_terms
from orders.promotions.restriction import Restriction, UnclearRestriction, restriction_said
from orders.promotions.terms import PromotionTerms, terms_of_promotion, terms_of_promotions

ROWS_AT_ONCE = 200
OF_THE_CODE = ("max_uses", "is_paused")
RESTRICTING = ("is_restricted", "category_ids", "product_ids")


type Write = Callable[[Actor], object]
"""Writes what the plan says of a row; None stands for a row that needs no writing."""


def plan_promo_codes(file: PromoFile, *, on_row: OnRow | None = None) -> RowPlan:
    """Return what importing the file would do. Nothing is written, and no writer has to wait."""
    rows = tuple(row for row, _write in _planned(file, on_row))
    return RowPlan("code", rows, file.ignored_columns, file.remarks)


@write_transaction
def import_promo_codes(
    file: PromoFile, *, by: Actor, seen: RowPlan, skip_invalid: bool = False, on_row: OnRow | None = None
) -> RowPlan:
    """Do what was seen: all of it, or with `skip_invalid` every row without a problem.

    Raises:
        RowsHaveProblems, RowsChanged: naming rows; nothing was changed.
    """
    _lock_codes(file)
    planned = list(_planned(file, on_row))
    plan = RowPlan("code", tuple(row for row, _write in planned), file.ignored_columns, file.remarks)
    plan.refuse_unless(seen, skip_invalid=skip_invalid)
    try:
        for _row, write in planned:
            if write:
                write(by)
    except PromoCodeTaken as taken:
        raise RowsChanged(_("%(reason)s Nothing was changed.") % {"reason": taken.detail}) from taken
    return plan


def rejected_promo_codes_csv(file: PromoFile, plan: RowPlan) -> str:
    """Return the rows with problems as a CSV file to correct and import again."""
    return rejected_csv(plan, file.columns, ((row.number, list(row.cells.values())) for row in file.rows))


def _lock_codes(file: PromoFile) -> None:
    """Lock these codes, so that nobody else changes or uses them until the transaction ends."""
    for part in batched(file.rows, ROWS_AT_ONCE):
        codes = PromoCode.objects.filter(code__in=[row.code for row in part]).order_by("pk")
        list(codes.select_for_update(no_key=True).values_list("pk"))


def _planned(file: PromoFile, on_row: OnRow | None) -> Iterator[tuple[PlannedRow, Write | None]]:
    repeated = file.repeated
    for part in batched(file.rows, ROWS_AT_ONCE):
        found = PromoCode.objects.select_related("promotion").filter(code__in=[row.code for row in part])
        known = {promo_code.code: promo_code for promo_code in found}
        terms = terms_of_promotions([promo_code.promotion for promo_code in known.values()])
        limits = limits_of(known.values())
        for row in part:
            if on_row:
                on_row()
            promo_code = known.get(row.code)
            try:
                refuse_faulty(row)
                _refuse_repeated(row, repeated)
                said = stated_terms(row)
                if promo_code is None:
                    changes, write = _new(row, said)
                    yield PlannedRow(row.number, row.code, Outcome.NEW, changes), write
                elif _is_so_already(promo_code, terms[promo_code.promotion_id], said):
                    yield PlannedRow(row.number, row.code, Outcome.SAME, {}), None
                else:
                    changes, write = _changed(row, said, promo_code, limits[promo_code.promotion_id])
                    yield PlannedRow(row.number, row.code, Outcome.CHANGE, changes), write
            except (Invalid, Conflict, NotFound) as refusal:
                yield PlannedRow(row.number, row.code, Outcome.PROBLEM, {}, _problem_in_words(refusal)), None


def _new(row: PromoFileRow, said: Mapping[str, Any]) -> tuple[Changes, Write]:
    if "kind" not in said:
        raise Invalid(_("This code is new: give percent_off or amount_off."))
    terms = {name: value for name, value in said.items() if name not in ("max_uses", *RESTRICTING)}
    restriction = restriction_said(_restricting(said))
    made = PromotionTerms(**{"name": row.code, **terms}, **asdict(restriction))
    max_uses = said.get("max_uses")
    new_promo_code(row.code, made, max_uses=max_uses)
    changes = {column: ("", cell) for column, cell in row.cells.items() if cell and column != "code"}
    return changes, lambda by: create_promo_code(row.code, made, max_uses=max_uses, by=by)


def _is_so_already(promo_code: PromoCode, terms: PromotionTerms, said: Mapping[str, Any]) -> bool:
    present = {
        "max_uses": promo_code.max_uses,
        "is_paused": promo_code.is_paused or promo_code.promotion.is_paused,
    }
    return all(value == present.get(name, getattr(terms, name, None)) for name, value in said.items())


def _changed(
    row: PromoFileRow, said: Mapping[str, Any], promo_code: PromoCode, limits: Limits
) -> tuple[Changes, Write]:
    """Return the changed cells, before and after, and what writes the change."""
    before, present = cells_of(promo_code, limits), terms_of_promotion(promo_code.promotion)
    terms = _terms_said(said, present)
    max_uses = said.get("max_uses", promo_code.max_uses)
    pausing, paused = _pausing(promo_code, said.get("is_paused"))
    judge_change(promo_code, terms, max_uses=max_uses)
    after = cells_of(promo_code, limits) | paused
    for column, field in (("categories", "category_ids"), ("products", "product_ids")):
        if getattr(terms, field) != getattr(present, field):
            after[column] = row.cells.get(column, "")

    def write(by: Actor) -> None:
        change_promo_code(row.code, terms, max_uses=max_uses, by=by)
        if pausing:
            pausing(row.code, by=by)

    return {name: (before[name], cell) for name, cell in after.items() if cell != before[name]}, write


def _terms_said(said: Mapping[str, Any], present: PromotionTerms) -> PromotionTerms:
    """Return the present terms, changed as the row says. Raises UnclearRestriction."""
    plain = {name: value for name, value in said.items() if name not in (*OF_THE_CODE, *RESTRICTING)}
    was = Restriction(present.is_restricted, present.category_ids, present.product_ids)
    return replace(present, **plain, **asdict(restriction_said(_restricting(said), present=was)))


def _restricting(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in RESTRICTING if name in said}


def _pausing(
    promo_code: PromoCode, is_paused: bool | None
) -> tuple[Callable[..., PromoCode] | None, dict[str, str]]:
    """Return what pauses or resumes the code, if the file asks for that, and the cell that says so."""
    promotion = promo_code.promotion
    if is_paused in (None, promo_code.is_paused or promotion.is_paused):
        return None, {}
    if is_paused:
        return pause_promo_code, {"is_paused": "yes"}
    if promotion.is_batch and promotion.is_paused:
        told = _("All codes of %(promotion)s are paused: resume the promotion.")
        raise PartOfBatch(told % {"promotion": promotion})
    return resume_promo_code, {"is_paused": "no"}


def _refuse_repeated(row: PromoFileRow, repeated: Mapping[str, list[int]]) -> None:
    if not row.code:
        raise Invalid(_("The code is missing."))
    if numbers := repeated.get(row.code):
        told = (
            _("The code is in %(count)s rows, the first is %(first)s, the last %(last)s. Keep one of them.")
            if len(numbers) > 2
            else _("The code is in rows %(first)s and %(last)s. Keep one of them.")
        )
        raise Invalid(told % {"count": len(numbers), "first": numbers[0], "last": numbers[-1]})


def _problem_in_words(refusal: Invalid | Conflict | NotFound) -> str:
    """Put a refusal into words, with the names of the file's columns."""
    if not isinstance(refusal, Invalid) or not refusal.faults:
        return refusal.detail
    told = []
    for fault in refusal.faults:
        name = fault.pointer.split("/")[1] if fault.pointer else ""
        told.append(f"{COLUMN_OF.get(name, name)}: {fault.detail}" if name else fault.detail)
    if isinstance(refusal, UnclearRestriction):
        told.append(_("The column is_restricted says it: yes or no."))
    return " ".join(told)
