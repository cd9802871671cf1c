"""Sentences about cells that cannot be understood, by the codes of `cells`."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.money import too_many_places

SENTENCES: Mapping[str, Promise | Callable[[], str]] = {
    "date_in_key": _(
        "The spreadsheet has made a date of it (%(text)s). Format the column as text and type it again."
    ),
    "date_in_number": _(
        "The spreadsheet shows it as a date (%(text)s). Format the column as a number and type it again."
    ),
    "truth_in_key": _(
        "The spreadsheet has made a logical value of it (%(text)s). "
        "Format the column as text and type it again."
    ),
    "percent_in_number": _(
        "The spreadsheet shows it as a percentage (%(text)s). Format the column as a number."
    ),
    "masked_key": _(
        "The spreadsheet shows the number %(text)s in a format of its own. "
        "Format the column as text and type it again."
    ),
    "rounded_number": _(
        "A spreadsheet has rounded it (%(text)s). Format the column as text and type it again."
    ),
    "error_cell": _("The formula's result is %(text)s. Correct it, or write the value itself."),
    "formula_without_result": _(
        "The file has a formula here without its result. Open it in your spreadsheet program "
        "and save it again, or write the value itself."
    ),
    "invisible_characters": _("It contains invisible control characters. Type it again."),
    "not_a_number": _(
        "“%(text)s” is not a number: write digits with a point before the decimals, like 12.50."
    ),
    "ambiguous_number": _(
        "“%(text)s” can mean %(small)s or %(large)s: write it without a mark for thousands."
    ),
    "max_decimal_places": too_many_places,
    "not_whole": _("“%(text)s” is not a whole number: write digits alone, like 12."),
    "not_yes_or_no": _("“%(text)s” is neither yes nor no."),
}


def fault_in_words(code: str, facts: Mapping[str, Any]) -> str:
    words = SENTENCES[code]
    return words() if callable(words) else str(words % facts)
