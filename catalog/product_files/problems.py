"""Sentences about rows of a product file: plans keep codes and facts, the words are found here."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import (
    DecimalValidator,
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from backoffice.numbers import grouped
from backoffice.sheets.cell_words import SENTENCES as CELL_SENTENCES
from backoffice.sheets.cell_words import fault_in_words
from backoffice.sheets.plans import RowProblem, shown
from catalog.families.options import SENTENCES as OPTION_SENTENCES
from catalog.models.product import no_dots_alone, not_of_the_api, sku_validator
from catalog.product_history import told_to

type Facts = Mapping[str, Any]

ROWS_NAMED = 5
NOT_FOR_READER = gettext_lazy("Only those who may edit products see what it says here.")


class RowHasProblems(Exception):
    """A row, or some of its cells, cannot be imported."""

    def __init__(self, *problems: RowProblem) -> None:
        super().__init__(*problems)
        self.problems = problems


def problems_in_words(problems: Iterable[RowProblem], *, to: User | None = None) -> str:
    """Return a sentence for each problem, after the name of the column that it is about.

    `to` None may know all.
    """
    return " ".join(
        f"{each.column}: {sentence_told_to(to, each)}" if each.column else sentence_of(each)
        for each in problems
    )


def sentence_told_to(reader: User | AnonymousUser | None, problem: RowProblem) -> str:
    """Return the sentence alone, but for one about a column that the reader may not know of."""
    return sentence_of(problem) if told_to({problem.column: None}, reader) else str(NOT_FOR_READER)


def problems_of_fields(unclean: Mapping[str, Iterable[ValidationError]]) -> list[RowProblem]:
    """Return what is wrong with a product's fields, without the values: they stand in the file."""
    return [
        RowProblem(name, error.code or "invalid", _without_value(error.params or {}))
        for name, errors in unclean.items()
        for error in errors
    ]


def repeated_sku(rows: list[int]) -> RowProblem:
    facts = {"rows": rows[:ROWS_NAMED], "more": max(0, len(rows) - ROWS_NAMED)}
    return RowProblem("sku", "duplicate_sku", facts)


def _without_value(params: Facts) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name != "value"}


def sentence_of(problem: RowProblem) -> str:
    """Return the sentence alone, without the name of the column."""
    if problem.code in CELL_SENTENCES:
        return fault_in_words(problem.code, problem.facts)
    words = SENTENCES.get(problem.code, RegexValidator.message)
    return words(problem.facts) if callable(words) else str(words % problem.facts)


def _duplicate_sku(facts: Facts) -> str:
    rows = [f"{row}" for row in facts["rows"]]
    if not facts["more"]:
        listed = get_text_list(rows, _("and"))
        return _("The SKU is in rows %(rows)s. Keep one of them.") % {"rows": listed}
    return ngettext(
        "The SKU is in rows %(rows)s and %(more)s more. Keep one of them.",
        "The SKU is in rows %(rows)s and %(more)s more. Keep one of them.",
        facts["more"],
    ) % {"rows": ", ".join(rows), "more": facts["more"]}


def _cell_too_long(facts: Facts) -> str:
    return _("It has %(length)s characters; at most %(most)s are read. Shorten it.") % {
        "length": grouped(facts["length"]),
        "most": grouped(facts["most"]),
    }


def _not_undone(facts: Facts) -> str:
    return str(NOT_UNDONE_BECAUSE[facts["reason"]] % {**facts, "now": shown(facts.get("now"))})


NOT_UNDONE_BECAUSE: Mapping[str, Promise] = {
    "changed_since": gettext_lazy("It has been changed since, to %(now)s: that stays."),
    "has_stock": gettext_lazy("Stock of it was received or ordered since. Archive it by itself."),
    "barcode_taken": gettext_lazy("Another product has its earlier barcode %(barcode)s by now."),
    "category_gone": gettext_lazy("Its earlier category %(category)s is not there any more."),
    "family_gone": gettext_lazy("Its earlier family %(family)s is not there any more."),
    "options_refused": gettext_lazy("Its earlier family does not take its earlier values any more."),
}

SENTENCES: Mapping[str, str | Promise | Callable[[Facts], str]] = {
    "sku_missing": gettext_lazy("The SKU is missing. Write it, or remove the row."),
    "duplicate_sku": _duplicate_sku,
    "sku_renamed": gettext_lazy("That product is called %(sku)s now: write this SKU."),
    "barcode_taken": gettext_lazy("Another product has the barcode %(barcode)s already."),
    "not_undone": _not_undone,
    "cell_too_long": _cell_too_long,
    "unknown_category": gettext_lazy("There is no category “%(text)s”: add it first."),
    "unknown_family": gettext_lazy("There is no family “%(text)s”: add it first."),
    **OPTION_SENTENCES,
    "negative_price": gettext_lazy("Not negative."),
    "not_active_or_archived": gettext_lazy(
        "Write 1 for a product that can be ordered, 0 for an archived one."
    ),
    **dict.fromkeys(("blank", "null"), gettext_lazy("A value is needed here: write one.")),
    # Django's own validation errors, by code.
    **{each.code: each.message for each in (sku_validator, no_dots_alone, not_of_the_api)},
    **{each.code: each.message for each in (MaxLengthValidator, MaxValueValidator, MinValueValidator)},
    **DecimalValidator.messages,
}
