"""Sentences about lines of a statement that cannot be booked, by their codes."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.money import MAX_AMOUNT
from backoffice.sheets.cell_words import SENTENCES as CELL_SENTENCES
from backoffice.sheets.cell_words import fault_in_words

type Facts = Mapping[str, Any]

SENTENCES: Mapping[str, Promise | Callable[[], str]] = {
    "date_missing": _("It has no date. Write the day on which the money moved."),
    "not_a_date": _("“%(text)s” is not a date: write it like 2026-11-30."),
    "date_too_early": _("%(date)s is before the year 2000. Correct the date."),
    "date_in_future": _(
        "%(date)s is after tomorrow. Correct the date, or import the line once it is booked."
    ),
    "amount_missing": _("It has no amount. Write how much came in, or a minus and how much went out."),
    "amount_zero": _("The amount is zero, so there is nothing to book. Leave the line out."),
    "amount_too_large": lambda: str(_("The amount is above %(most)s. Correct it.")) % {"most": MAX_AMOUNT},
    "two_amounts": _("It has an amount that came in and one that went out. Write each in a line of its own."),
    "sign_contradicts": _(
        "The amount %(amount)s and the mark “%(mark)s” contradict each other. Correct one of them."
    ),
    "unknown_mark": _("“%(mark)s” does not say whether money came in or went out. Write + or -."),
    "other_currency": _(
        "It is in %(currency)s, the shop's currency is %(ours)s. Record it on the order with the amount "
        "that was credited in %(ours)s."
    ),
    "unknown_status": _("The status “%(status)s” is not known. If the money moved, record it on the order."),
    "unknown_method": _("There is no method “%(method)s”. There are: %(known)s."),
    "reference_too_long": _("The bank's number is longer than %(most)s characters. Shorten it."),
    "torn_row": _(
        "It has more cells than the header has columns. "
        "Put text that holds the separator into quotation marks."
    ),
    "unreadable_line": _("The bank's line “%(text)s” cannot be read. Record it on the order."),
}


def problem_in_words(column: str, code: str, facts: Facts) -> str:
    """Return the sentence about a line's problem; what is wrong with a cell names its column."""
    if code in CELL_SENTENCES:
        return f"{column}: {fault_in_words(code, facts)}"
    words = SENTENCES[code]
    return words() if callable(words) else str(words % facts)
