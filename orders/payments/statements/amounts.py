"""Amounts of a whole file: all of them together tell whether a comma or a point stands before the cents."""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext as _

from backoffice.money import places
from backoffice.sheets.cells import CellFault
from backoffice.sheets.limits import UnreadableFile

SHOWN = 40
BLANKS = str.maketrans(dict.fromkeys(" \t\xa0\u2007\u2009\u202f'\u2019", "") | {"\N{MINUS SIGN}": "-"})
# A code or a symbol of a currency, on either side of the number.
CURRENCY = re.compile(r"[A-Z]{3}|[$€£¥]|zł|Kč|kr\.?|Fr\.?|CHF")
DIGITS = re.compile(r"[0-9.,]*[0-9][0-9.,]*\Z")
# How banks mark money that went out, and money that came in, behind the number.
OUT, IN = ("S", "D", "DR", "-"), ("H", "C", "CR", "+")
MARKED = re.compile(r"(.*[0-9])(S|H|DR?|CR?|-|\+)\Z")
MOST_DIGITS = 20


def mark_of_cents(written: Iterable[str]) -> str:
    """Return which mark stands before the cents in these amounts, "" if none of them tells.

    Raises:
        UnreadableFile: some have a comma there, and others a point.
    """
    examples: dict[str, str] = {}
    for text in written:
        digits = _digits(text)[0]
        if digits and (mark := _mark_told_by(digits)):
            examples.setdefault(mark, text)
    if len(examples) > 1:
        raise UnreadableFile(
            _(
                "The file mixes amounts such as %(comma)s and %(point)s, so that nobody can tell cents from "
                "thousands. Download it again, or write all amounts alike."
            )
            % {"comma": examples[","][:SHOWN], "point": examples["."][:SHOWN]}
        )
    return next(iter(examples), "")


def _mark_told_by(digits: str) -> str:
    """Return the mark before the cents as far as this number alone tells, else ""."""
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0:
        return ""
    mark, other = digits[last], "," if digits[last] == "." else "."
    if other in digits:
        return mark
    if digits.count(mark) > 1:
        return other
    if len(digits) - last - 1 != 3:
        return mark
    if not places():
        return other
    return mark if places() >= 3 and mark == "." else ""


def amount_of(text: str, cents: str) -> Decimal:
    """Return the amount, signed, whose cents stand behind this mark.

    Raises:
        CellFault: it is none, or it could be meant in two ways.
    """
    digits, sign = _digits(text)
    if not digits or len(digits) > MOST_DIGITS:
        raise CellFault("not_a_number", text=text[:SHOWN])
    if not cents and _is_ambiguous(digits):
        whole, _mark, rest = re.split(r"([.,])", digits)
        raise CellFault("ambiguous_number", text=text[:SHOWN], small=f"{whole}.{rest}", large=whole + rest)
    thousands = "." if cents == "," else ","
    whole, _point, rest = digits.replace(thousands, "").partition(cents or ".")
    if _is_badly_grouped(digits, thousands, cents or "."):
        raise CellFault("not_a_number", text=text[:SHOWN])
    try:
        return Decimal(f"{sign}{whole or 0}.{rest or 0}")
    except ArithmeticError:
        raise CellFault("not_a_number", text=text[:SHOWN]) from None


def _is_ambiguous(digits: str) -> bool:
    return re.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}", digits) is not None and not digits.startswith("0")


def _is_badly_grouped(digits: str, thousands: str, cents: str) -> bool:
    """Whether marks for thousands stand elsewhere than before each three digits: 1.23.456."""
    first, *groups = digits.partition(cents)[0].split(thousands)
    return bool(groups) and (not 1 <= len(first) <= 3 or any(len(each) != 3 for each in groups))


# Once to tell the mark before the cents, and once to read it.
@lru_cache(maxsize=10_000)
def _digits(text: str) -> tuple[str, str]:
    """Return the number without its currency and sign, "" if it is none; and the sign."""
    text = CURRENCY.sub("", text.translate(BLANKS))
    sign = ""
    if text.startswith("(") and text.endswith(")"):
        text, sign = text[1:-1], "-"
    if text[:1] in ("+", "-"):
        text, sign = text[1:], "-" if text[0] == "-" else sign
    if marked := MARKED.match(text):
        text, sign = marked[1], "-" if marked[2] in OUT else sign
    return (text if DIGITS.match(text) else ""), sign
