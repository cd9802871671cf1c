"""Sentences about rows of a stock file: the rows keep a code and its facts, the words are found here."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.numbers import grouped
from backoffice.sheets.cell_words import SENTENCES as CELL_SENTENCES
from backoffice.sheets.cell_words import fault_in_words
from catalog.models import StockImportRow
from catalog.models.product import MAX_UNITS

type Facts = Mapping[str, Any]

PLAN_CHANGED = "plan_changed"
NOT_UNDONE = "not_undone"
# This code is a remark: a row that has it was applied all the same.
STOCK_MOVED = "stock_moved"


def problem_of(row: StockImportRow) -> str:
    """The sentence about a row's problem, or the remark on it; empty when there is neither."""
    return problem_in_words(row.problem_code or row.remark_code, row.facts)


def problem_in_words(code: str, facts: Facts) -> str:
    """The sentence for a code of a row, with the facts that were kept beside it; empty for no code."""
    sentence = sentence_of(code, facts) if code else ""
    return f"{facts['column']}: {sentence}" if code in CELL_SENTENCES else sentence


def sentence_of(code: str, facts: Facts) -> str:
    """The sentence alone, without the name of the column."""
    if code in CELL_SENTENCES:
        return fault_in_words(code, facts)
    words = SENTENCES[code]
    return words(facts) if callable(words) else str(words)


def _duplicate_sku(facts: Facts) -> str:
    if facts["copies"] == 2:
        return _("The SKU is in rows %(first_row)s and %(last_row)s. Keep one of them.") % facts
    return (
        _(
            "The SKU is in %(copies)s rows, the first is %(first_row)s, the last %(last_row)s. "
            "Keep one of them."
        )
        % facts
    )


def _quantity_too_large(_facts: Facts) -> str:
    return _("The quantity is too large. At most %(most)s can be on hand.") % {"most": grouped(MAX_UNITS)}


def _expected_differs(facts: Facts) -> str:
    return (
        ngettext(
            "The file expects %(expected)s, but %(on_hand)s is on hand. "
            "Somebody changed it since: count again.",
            "The file expects %(expected)s, but %(on_hand)s are on hand. "
            "Somebody changed it since: count again.",
            facts["on_hand"],
        )
        % facts
    )


def _below_reserved(facts: Facts) -> str:
    return (
        ngettext(
            "%(reserved)s is reserved by orders. Cancel units of these first.",
            "%(reserved)s are reserved by orders. Cancel units of these first.",
            facts["reserved"],
        )
        % facts
    )


def _too_many(_facts: Facts) -> str:
    return _("The product would have more than %(most)s on hand.") % {"most": grouped(MAX_UNITS)}


def _plan_changed(facts: Facts) -> str:
    return _reserved_since(facts) if "reserved" in facts else _moved_since(facts)


def _reserved_since(facts: Facts) -> str:
    return (
        ngettext(
            "%(reserved)s is reserved by orders now. Plan again.",
            "%(reserved)s are reserved by orders now. Plan again.",
            facts["reserved"],
        )
        % facts
    )


def _moved_since(facts: Facts) -> str:
    return (
        ngettext(
            "%(on_hand)s is on hand now, the plan showed %(planned)s. Plan again.",
            "%(on_hand)s are on hand now, the plan showed %(planned)s. Plan again.",
            facts["on_hand"],
        )
        % facts
    )


def _stock_moved(facts: Facts) -> str:
    return (
        ngettext(
            "%(on_hand)s was on hand, the plan had shown %(planned)s; the quantity was added all the same.",
            "%(on_hand)s were on hand, the plan had shown %(planned)s; the quantity was added all the same.",
            facts["on_hand"],
        )
        % facts
    )


def _not_undone(facts: Facts) -> str:
    match facts["reason"]:
        case "counted_since":
            return _("The product was counted again since: that count stays.")
        case "too_many":
            return _too_many(facts)
        case "too_few":
            return _too_few(facts)
    return _left_below_reserved(facts)


def _too_few(facts: Facts) -> str:
    return (
        ngettext(
            "Only %(on_hand)s is left on hand, %(taken)s would be taken.",
            "Only %(on_hand)s are left on hand, %(taken)s would be taken.",
            facts["on_hand"],
        )
        % facts
    )


def _left_below_reserved(facts: Facts) -> str:
    return (
        ngettext(
            "It would leave %(left)s on hand, but %(reserved)s is reserved by orders.",
            "It would leave %(left)s on hand, but %(reserved)s are reserved by orders.",
            facts["reserved"],
        )
        % facts
    )


SENTENCES: Mapping[str, Promise | Callable[[Facts], str]] = {
    "empty_sku": gettext_lazy("The SKU is missing. Write it, or remove the row."),
    "unknown_sku": gettext_lazy("No product has this SKU. Correct it, or create the product first."),
    "duplicate_sku": _duplicate_sku,
    "quantity_missing": gettext_lazy(
        "The quantity is missing. (A formula must be saved together with its result.)"
    ),
    "quantity_negative": gettext_lazy("The quantity is negative. Write 0 or more."),
    "quantity_not_whole": gettext_lazy("The quantity is not a whole number. Write digits alone, like 12."),
    "quantity_too_large": _quantity_too_large,
    "expected_not_whole": gettext_lazy("The expected stock is not a whole number. Correct or empty it."),
    "expected_differs": _expected_differs,
    "below_reserved": _below_reserved,
    "too_many": _too_many,
    PLAN_CHANGED: _plan_changed,
    NOT_UNDONE: _not_undone,
    STOCK_MOVED: _stock_moved,
}
