"""Promo codes made and changed by a file: every row tried out, then all of them done as they were seen."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import batched
from typing import Any, NoReturn

from django.db import transaction

from accounts.actors import Actor
from backoffice.errors import Conflict, Invalid, NotFound
from backoffice.transactions import write_transaction
from catalog.row_plans import Changes, OnRow, Outcome, PlannedRow, RowPlan, rejected_csv
from orders.models import PromoCode
from orders.promotions.codes import (
    PartOfBatch,
    change_promo_code,
    create_promo_code,
    locked_promo_code,
    pause_promo_code,
    resume_promo_code,
)
from orders.promotions.export import Limits, cells_of, limits_of
from orders.promotions.limits import Restriction, UnclearRestriction, restriction_said
from orders.promotions.promo_file import COLUMN_OF, PromoFile, PromoFileRow, said_by
from orders.promotions.terms import PromotionTerms, terms_of_promotion, terms_of_promotions

# A rehearsal keeps everybody else from writing (SQLite) or from these codes (PostgreSQL) for so many rows.
ROWS_AT_ONCE = 200
OF_THE_CODE = ("max_uses", "is_paused")
RESTRICTING = ("is_restricted", "category_ids", "product_ids")


class _RolledBack(Exception):
    """Ends the transaction of a rehearsal."""


def plan_promo_codes(file: PromoFile, *, by: Actor, on_row: OnRow | None = None) -> RowPlan:
    """What importing the file would do, found out by doing it; nothing of it is kept."""
    planned: list[PlannedRow] = []
    repeated = file.repeated

    @write_transaction
    def rehearse(rows: tuple[PromoFileRow, ...], done: list[PlannedRow]) -> NoReturn:
        done[:] = _done(rows, repeated, by, on_row)
        raise _RolledBack

    for part in batched(file.rows, ROWS_AT_ONCE):
        done: list[PlannedRow] = []
        with suppress(_RolledBack):
            rehearse(part, done)
        planned += done
    return RowPlan("code", tuple(planned), file.ignored_columns)


@write_transaction
def import_promo_codes(
    file: PromoFile, *, by: Actor, seen: RowPlan, skip_invalid: bool = False, on_row: OnRow | None = None
) -> RowPlan:
    """Do what was seen: all of it, or with `skip_invalid` every row without a problem.

    Raises:
        RowsHaveProblems, RowsChanged: naming rows; nothing was changed.
    """
    repeated = file.repeated
    parts = (_done(part, repeated, by, on_row) for part in batched(file.rows, ROWS_AT_ONCE))
    plan = RowPlan("code", tuple(row for part in parts for row in part), file.ignored_columns)
    plan.refuse_unless(seen, skip_invalid=skip_invalid)
    return plan


def rejected_promo_codes_csv(file: PromoFile, plan: RowPlan) -> str:
    """The rows with problems as `rejected_csv` hands them back."""
    return rejected_csv(plan, file.columns, ((row.number, list(row.cells.values())) for row in file.rows))


def _done(
    rows: Iterable[PromoFileRow], repeated: Mapping[str, list[int]], by: Actor, on_row: OnRow | None
) -> Iterator[PlannedRow]:
    """Each row done, as far as it can be: what one cannot do is told and leaves nothing behind."""
    rows = list(rows)
    found = PromoCode.objects.select_related("promotion").filter(code__in=[row.code for row in rows])
    known = {promo_code.code: promo_code for promo_code in found}
    terms = terms_of_promotions([promo_code.promotion for promo_code in known.values()])
    limits = limits_of(known.values())
    for row in rows:
        if on_row:
            on_row()
        promo_code = known.get(row.code)
        try:
            _refuse_repeated(row, repeated)
            said = said_by(row)
            if promo_code is None:
                yield PlannedRow(row.number, row.code, Outcome.NEW, _create(row, said, by))
            elif _is_so_already(promo_code, terms[promo_code.promotion_id], said):
                yield PlannedRow(row.number, row.code, Outcome.SAME, {})
            else:
                changes = _change(row, said, limits[promo_code.promotion_id], by)
                yield PlannedRow(row.number, row.code, Outcome.CHANGE, changes)
        except (Invalid, Conflict, NotFound) as refusal:
            yield PlannedRow(row.number, row.code, Outcome.PROBLEM, {}, _sentence(refusal))


def _create(row: PromoFileRow, said: Mapping[str, Any], by: Actor) -> Changes:
    if "kind" not in said:
        raise Invalid("This code is new: give percent or amount.")
    terms = {name: value for name, value in said.items() if name not in ("max_uses", *RESTRICTING)}
    restriction = restriction_said(_restricting(said))
    made = PromotionTerms(**{"name": row.code, **terms}, **asdict(restriction))
    with transaction.atomic():
        create_promo_code(row.code, made, max_uses=said.get("max_uses"), by=by)
    return {column: ("", cell) for column, cell in row.cells.items() if cell and column != "code"}


def _is_so_already(promo_code: PromoCode, terms: PromotionTerms, said: Mapping[str, Any]) -> bool:
    present = {
        "max_uses": promo_code.max_uses,
        "is_paused": promo_code.is_paused or promo_code.promotion.is_paused,
    }
    return all(value == present.get(name, getattr(terms, name, None)) for name, value in said.items())


def _change(row: PromoFileRow, said: Mapping[str, Any], limits: Limits, by: Actor) -> Changes:
    """The changed cells, before and after."""
    with transaction.atomic():
        promo_code = locked_promo_code(row.code)
        before, present = cells_of(promo_code, limits), terms_of_promotion(promo_code.promotion)
        terms = _terms_said(said, present)
        max_uses = said.get("max_uses", promo_code.max_uses)
        changed = change_promo_code(row.code, terms, max_uses=max_uses, by=by)
        after = cells_of(changed, limits) | _pause(changed, said.get("is_paused"), by)
    for column, field in (("categories", "category_ids"), ("products", "product_ids")):
        if getattr(terms, field) != getattr(present, field):
            after[column] = row.cells.get(column, "")
    return {name: (before[name], cell) for name, cell in after.items() if cell != before[name]}


def _terms_said(said: Mapping[str, Any], present: PromotionTerms) -> PromotionTerms:
    """Raises UnclearRestriction."""
    plain = {name: value for name, value in said.items() if name not in (*OF_THE_CODE, *RESTRICTING)}
    was = Restriction(present.is_restricted, present.category_ids, present.product_ids)
    return replace(present, **plain, **asdict(restriction_said(_restricting(said), present=was)))


def _restricting(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in RESTRICTING if name in said}


def _pause(promo_code: PromoCode, is_paused: bool | None, by: Actor) -> dict[str, str]:
    """The cell that tells of it, if it was paused or resumed."""
    promotion = promo_code.promotion
    if is_paused in (None, promo_code.is_paused or promotion.is_paused):
        return {}
    if is_paused:
        pause_promo_code(promo_code.code, by=by)
        return {"paused": "yes"}
    if promotion.is_batch and promotion.is_paused:
        raise PartOfBatch(f"All codes of {promotion} are paused: resume the batch.")
    resume_promo_code(promo_code.code, by=by)
    return {"paused": "no"}


def _refuse_repeated(row: PromoFileRow, repeated: Mapping[str, list[int]]) -> None:
    if not row.code:
        raise Invalid("The code is missing.")
    if numbers := repeated.get(row.code):
        where = f"rows {numbers[0]} and {numbers[1]}"
        if len(numbers) > 2:
            where = f"{len(numbers)} rows, the first is {numbers[0]}, the last {numbers[-1]}"
        raise Invalid(f"The code is in {where}. Keep one of them.")


def _sentence(refusal: Invalid | Conflict | NotFound) -> str:
    """Naming the columns of the file."""
    if not isinstance(refusal, Invalid) or not refusal.faults:
        return refusal.detail
    told = []
    for fault in refusal.faults:
        name = fault.pointer.split("/")[1] if fault.pointer else ""
        told.append(f"{COLUMN_OF.get(name, name)}: {fault.detail}" if name else fault.detail)
    if isinstance(refusal, UnclearRestriction):
        told.append("The column restricted says it: yes or no.")
    return " ".join(told)
