"""What one cell of a file says: the one place that turns cells into text, numbers and answers of yes or no.

A cell of a CSV file is text. One of a workbook may say more than its text: that it is a date, a logical
value, or a number that is shown with leading zeros. Which of it counts is decided by the kind of the column.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from backoffice.money import TooManyPlaces, in_places, places
from backoffice.sheets.formulas import restored
from backoffice.text import CONTROL, CONTROL_BUT_LINE_BREAKS, identity_key

SHOWN = 40


class CellKind(Enum):
    """What the cells of a column are. KEY: what names a thing, such as a SKU, a code, a tracking number."""

    TEXT = "text"
    LINES = "lines"
    KEY = "key"
    WHOLE = "whole"
    MONEY = "money"
    PERCENT = "percent"
    TRUTH = "truth"
    MOMENT = "moment"


NUMBERS = frozenset({CellKind.WHOLE, CellKind.MONEY, CellKind.PERCENT})


class Look(Enum):
    """What a workbook says of a cell beside its value."""

    NUMBER = "number"
    PADDED = "padded"
    MASKED = "masked"
    SCIENTIFIC = "scientific"
    PERCENT = "percent"
    DATE = "date"
    TRUTH = "truth"
    UNCOMPUTED = "uncomputed"


class Special(str):
    """A cell whose value is not what a person sees: 123 that is shown as 00123."""

    __slots__ = ("look", "shown")
    look: Look
    shown: str

    def __new__(cls, value: str, look: Look, shown: str) -> "Special":
        cell = super().__new__(cls, value)
        cell.look, cell.shown = look, shown
        return cell


class CellFault(Exception):
    """A cell cannot be understood; the code says why, and the facts fill the sentence about it."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


# Which code a look has in a column of a kind that it does not suit.
UNSUITABLE: Mapping[Look, Mapping[CellKind, str]] = {
    Look.DATE: {CellKind.KEY: "date_in_key", **dict.fromkeys((*NUMBERS, CellKind.TRUTH), "date_in_number")},
    Look.TRUTH: {CellKind.KEY: "truth_in_key"},
    Look.PERCENT: {
        CellKind.KEY: "masked_key",
        **dict.fromkeys((CellKind.WHOLE, CellKind.MONEY), "percent_in_number"),
    },
    Look.MASKED: {CellKind.KEY: "masked_key"},
    Look.SCIENTIFIC: {CellKind.KEY: "rounded_number"},
    # Nobody knows what would stand there: taken for an empty cell it would empty a field.
    Look.UNCOMPUTED: dict.fromkeys(CellKind, "formula_without_result"),
}
# Spreadsheets always write both sign and two digits; 1E5 may be a SKU.
ROUNDED = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?E[+-][0-9]{2,3}\Z", re.IGNORECASE)
# What a failed formula leaves in a cell, in several languages, and what a column too narrow shows.
ERROR = re.compile(
    r"#(?:N/A|NA|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|GETTING_DATA"
    r"|BUSY!|CONNECT!|EXTERNAL!|PYTHON!|UNKNOWN!|NV|BEZUG!|WERT!|ZAHL!|ÜBERLAUF!|KALK!|VALEUR!|NOMBRE!"
    r"|NOM\?|NUL!|PROPAGATION!|¡REF!|¡VALOR!|¡NUM!|¡NULO!|¡DIV/0!|¿NOMBRE\?|VALORE!|NOME\?|RIF!|#{2,})\Z",
    re.IGNORECASE,
)
# Two ways by which people keep a spreadsheet from making a number of a key: ="00123" and '00123.
AS_FORMULA = re.compile(r'="([^"]*)"\Z')
BEHIND_APOSTROPHE = re.compile(r"'[0-9]")


def text_of(cell: str, kind: CellKind) -> str:
    """Return the cell's text, trimmed, as a column of this kind takes it.

    Raises:
        CellFault: it cannot be what the column holds, whatever its text is taken for.
    """
    if isinstance(cell, Special):
        cell = _suitable(cell, kind)
    text = restored(cell.strip()).strip()
    if kind is CellKind.KEY or kind in NUMBERS:
        text = _bare(text)
    if text.startswith("#") and ERROR.match(text):
        raise CellFault("error_cell", text=text)
    if (CONTROL_BUT_LINE_BREAKS if kind is CellKind.LINES else CONTROL).search(text):
        raise CellFault("invisible_characters")
    if kind is CellKind.KEY and ROUNDED.match(text):
        raise CellFault("rounded_number", text=text[:SHOWN])
    return text


def shown_text(cell: str) -> str:
    """Return what a person sees in the cell, for handing back what could not be understood."""
    return (cell.shown if isinstance(cell, Special) else cell).strip()


def _suitable(cell: Special, kind: CellKind) -> str:
    if code := UNSUITABLE.get(cell.look, {}).get(kind):
        raise CellFault(code, text=cell.shown[:SHOWN])
    return str(cell) if kind in (CellKind.WHOLE, CellKind.MONEY) else cell.shown


def _bare(text: str) -> str:
    if formula := AS_FORMULA.match(text):
        return formula[1].strip()
    return text[1:] if BEHIND_APOSTROPHE.match(text) else text


# Numbers

BLANKS = str.maketrans(dict.fromkeys("\xa0\u2007\u2009\u202f", " ") | {"\N{MINUS SIGN}": "-"})
IN_PARENTHESES = re.compile(r"\((.+)\)\Z")
GROUPED = (
    re.compile(r"[0-9]{1,3}(?:[ '’][0-9]{3})+(?:[.,][0-9]+)?\Z"),
    re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+\Z|[0-9]{1,3}(?:,[0-9]{3}){2,}\Z"),
    re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+\Z|[0-9]{1,3}(?:\.[0-9]{3}){2,}\Z"),
)
MARKS_OF_GROUPS = (" '’", ",", ".")
# Three digits behind one mark are as often as not meant as thousands.
AMBIGUOUS = re.compile(r"([1-9][0-9]{0,2})([.,])([0-9]{3})\Z")
PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]*)?\Z|[.,][0-9]+\Z")
MOST_DIGITS = 40


def number_of(text: str, *, places: int = 2) -> Decimal:
    """Return the number, written with a point or a comma, with marks for thousands where they are clear.

    `places` are the digits that a column usually has behind the point: with three of them 1.250 is clear.

    Raises:
        CellFault: it is none, or could be meant in two ways.
    """
    digits, sign = _unsigned(text.translate(BLANKS))
    if (twice := AMBIGUOUS.match(digits)) and not (twice[2] == "." and places >= 3):
        small = Decimal(f"{twice[1]}.{twice[3]}").normalize()
        raise CellFault("ambiguous_number", text=text[:SHOWN], small=f"{small:f}", large=twice[1] + twice[3])
    for pattern, marks in zip(GROUPED, MARKS_OF_GROUPS, strict=True):
        if pattern.match(digits):
            digits = "".join(character for character in digits if character not in marks)
            break
    if not PLAIN.match(digits) or len(digits) > MOST_DIGITS:
        raise CellFault("not_a_number", text=text[:SHOWN])
    return Decimal(sign + digits.replace(",", "."))


def _unsigned(text: str) -> tuple[str, str]:
    """Return the digits and the sign; bookkeepers put negative numbers in parentheses."""
    if inner := IN_PARENTHESES.match(text):
        return inner[1].strip(), "-"
    if text.startswith(("+", "-")):
        return text[1:].strip(), text[0]
    return text, "+"


def money_of(text: str) -> Decimal:
    """Return the amount with the places of the shop's currency: 29.0000 is 29.00.

    Raises:
        CellFault: also for an amount that nobody can pay.
    """
    try:
        return in_places(number_of(text, places=places()))
    except TooManyPlaces:
        raise CellFault("max_decimal_places", max=places()) from None


def percent_of(text: str) -> Decimal:
    """Return the number before the percent sign, which may be left out. Raises CellFault."""
    return number_of(text.removesuffix("%").strip())


def whole_of(text: str) -> int:
    """Return the whole number, which may be negative. Raises CellFault."""
    try:
        number = number_of(text)
    except CellFault as fault:
        if fault.code != "not_a_number":
            raise
        raise CellFault("not_whole", **fault.facts) from None
    if number != number.to_integral_value():
        raise CellFault("not_whole", text=text[:SHOWN])
    return int(number)


# Yes and no

TRUTH: Mapping[str, bool] = {
    **dict.fromkeys(("yes", "y", "true", "1", "x", "on", "ja", "j", "wahr", "oui", "vrai", "si", "sí"), True),
    **dict.fromkeys(("no", "n", "false", "0", "off", "nein", "falsch", "non", "faux"), False),
}


def truth_of(text: str) -> bool:
    """Return the answer. Raises CellFault for anything else, and for an empty cell."""
    answer = TRUTH.get(identity_key(text))
    if answer is None:
        raise CellFault("not_yes_or_no", text=text[:SHOWN])
    return answer


# Moments

# Workbooks store a moment as the number of days since this one, with the time as a fraction.
SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?\Z")
SERIAL_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001  # by the calendar, in no zone
DAY_SECONDS = 86_400
# Workbooks of old Macs count from here.
DAYS_UNTIL_1904 = 1_462


def moment_text(text: str) -> str:
    """Return the text of a moment; a number of days, which a spreadsheet has left of it, as day and time."""
    return serial_moment(Decimal(text)) if SERIAL.match(text) else text


def serial_moment(days: Decimal) -> str:
    """Return `2026-03-29`, or with the time `2026-03-29T18:00:00`; only the time of the first day.

    Raises:
        OverflowError: there is no such day.
    """
    seconds = round(days * DAY_SECONDS)
    moment = SERIAL_BEGINS + timedelta(seconds=seconds)
    if 0 <= seconds < DAY_SECONDS:
        return moment.time().isoformat()
    return moment.isoformat() if seconds % DAY_SECONDS else moment.date().isoformat()
