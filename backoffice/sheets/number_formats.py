"""How a workbook shows a number: padded, as a date, by a pattern; ECMA-376, 18.8.30 and 18.8.31."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from backoffice.sheets.cells import DAYS_UNTIL_1904, Look, Special, serial_moment
from backoffice.sheets.markup import Markup

# Workbooks that were copied from workbook to workbook have very many styles; a cell can have one of so many.
MAX_ELEMENTS = 1_500_000
MAX_STYLES = 65_536
# Formats that have a number only. Those of 27 to 36 and 50 to 58 are dates of East Asia.
BUILT_IN: Mapping[int, str] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    48: "##0.0E+0",
    **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)), "yyyy-mm-dd"),
}
# Colours and countries in brackets; times that run on in hours, which also are moments.
BRACKETS = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]", re.IGNORECASE)
QUOTED = re.compile(r'"([^"]*)"|\\(.)')
SPACING = re.compile(r"[_*].")
ZEROS = re.compile(r"(0+)(?:\.(0+))?\Z")
DATE = re.compile(r"[ymdhs]", re.IGNORECASE)
SCIENTIFIC = re.compile(r"E[+-]", re.IGNORECASE)
# A number that was typed as 1E5 has no more digits than this; a barcode has.
TYPED_DIGITS = 3
LONGEST_PADDING = 40


class Format(NamedTuple):
    """A look, and for padded numbers how many digits stand before and behind the point."""

    look: Look
    digits: int = 0
    decimals: int = 0


@lru_cache(maxsize=1_000)
def format_of(code: str) -> Format | None:
    """Return what a format makes of a number; None where it shows the number itself."""
    positive = BRACKETS.sub("", _unspaced(code)).partition(";")[0]
    literal = "".join(first or second for first, second in QUOTED.findall(positive)).strip()
    pattern = QUOTED.sub("", positive).strip()
    if pattern.casefold() in ("", "general", "@"):
        return Format(Look.MASKED) if literal else None
    if SCIENTIFIC.search(pattern):
        return Format(Look.SCIENTIFIC)
    if DATE.search(pattern):
        return Format(Look.DATE)
    if "%" in pattern:
        return Format(Look.PERCENT)
    if zeros := ZEROS.match(pattern):
        return Format(Look.MASKED) if literal else _padding(zeros[1], zeros[2] or "")
    return Format(Look.MASKED) if literal or "/" in pattern or "-" in pattern or "(" in pattern else None


def _unspaced(code: str) -> str:
    """Leave out what only makes room: _ and * each with the character that they take."""
    parts = re.split(r'("[^"]*"|\\.)', code)
    return "".join(part if place % 2 else SPACING.sub("", part) for place, part in enumerate(parts))


def _padding(digits: str, decimals: str) -> Format | None:
    if (len(digits) == 1 and not decimals) or len(digits) + len(decimals) > LONGEST_PADDING:
        return None
    return Format(Look.PADDED, len(digits), len(decimals))


def shown_number(value: str, found: Format, *, counts_from_1904: bool) -> str:
    """Return the number as a cell of this format; its own text where the two do not go together."""
    number = Decimal(value)
    match found.look:
        case Look.DATE:
            return Special(value, Look.DATE, _moment(number, counts_from_1904=counts_from_1904))
        case Look.PERCENT:
            return Special(value, Look.PERCENT, f"{(number * 100).normalize():f}%")
        case Look.SCIENTIFIC if len(number.normalize().as_tuple().digits) <= TYPED_DIGITS:
            return Special(value, Look.SCIENTIFIC, f"{float(number):.2E}")
        case Look.PADDED if number >= 0 and number == round(number, found.decimals):
            width = found.digits + (found.decimals and found.decimals + 1)
            return Special(value, Look.PADDED, f"{number:0{width}.{found.decimals}f}")
        case Look.MASKED:
            return Special(value, Look.MASKED, value)
    return value


def _moment(days: Decimal, *, counts_from_1904: bool) -> str:
    try:
        return serial_moment(days + (DAYS_UNTIL_1904 if counts_from_1904 else 0))
    except OverflowError:
        return f"{days}"


class Styles:
    """The formats of a workbook's cells, by the numbers by which cells refer to them."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._cells: list[int] = []
        self._is_of_cells = False

    def read(self, chunks: Iterable[bytes]) -> "Styles":
        """Raises UnreadableFile."""
        Markup(self._start, self._end, most_elements=MAX_ELEMENTS).read(chunks)
        return self

    def formats(self) -> dict[str, Format]:
        """Return the formats that show something else than the number, by `s` of a cell."""
        found = {str(place): self._format(number) for place, number in enumerate(self._cells) if number}
        return {place: each for place, each in found.items() if each is not None}

    def _format(self, number: int) -> Format | None:
        code = self._codes.get(number, BUILT_IN.get(number, ""))
        return format_of(code)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and len(self._codes) < MAX_STYLES:
            self._codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif name == "cellXfs":
            self._is_of_cells = True
        elif name == "xf" and self._is_of_cells and len(self._cells) < MAX_STYLES:
            self._cells.append(int(attributes.get("numFmtId", 0)))

    def _end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_of_cells = False
