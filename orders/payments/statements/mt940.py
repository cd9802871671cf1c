"""Account statements in the format MT940 of SWIFT, as German and Dutch banks write it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from backoffice.numbers import grouped
from backoffice.sheets.cells import CellFault
from backoffice.sheets.encodings import as_utf8
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.remarks import Remark
from orders.payments.statements.lines import LONGEST_NAME, FoundLine, one_line
from orders.payments.statements.mt940_text import Told, told_by
from orders.payments.statements.references import without_placeholder

MAX_LINES = 100_000
LOOKED_AT = 2_000
IS_MT940 = re.compile(
    rb"(?:^|[\r\n])(?:\{1:[^\r\n]*)?:20:[^\r\n]*[\r\n]+(?::[0-9]{2}[A-Z]?:[^\r\n]*[\r\n]+)*:25:"
)
FIELD = re.compile(r"(?:\{[0-9]:[^\r\n]*)?:([0-9]{2}[A-Z]?):(.*)", re.DOTALL)
# Value date, day of booking, direction, letter of the currency, amount, kind, customer's and bank's number.
LINE = re.compile(
    r"([0-9]{6})([0-9]{4})?([ER]?[CD])([A-Z])?([0-9]+,[0-9]*)([A-Z][A-Z0-9]{3})(.*?)(?://(.*))?\Z"
)
BALANCE = re.compile(r"[CD][0-9]{6}([A-Z]{3})")
# Back comes what was credited: money out, and the other way round. E: only expected.
OUT, EXPECTED = ("D", "RC"), "E"
SHOWN = 60


@dataclass(slots=True)
class TaggedField:
    """A field of the message: its lines, and which line of the file is the first of them."""

    row: int
    tag: str
    lines: list[str] = field(default_factory=list)


def is_mt940(content: bytes) -> bool:
    return IS_MT940.search(content[:LOOKED_AT]) is not None


def mt940_lines(content: bytes) -> tuple[list[FoundLine], list[int], list[Remark]]:
    """Return the booked lines, the rows of those that are only expected, and what there is to say.

    Raises:
        UnreadableFile: it is damaged or too long.
    """
    text, remarks = as_utf8(content)
    found: list[FoundLine] = []
    expected: list[int] = []
    for line, told, currency in _with_texts(_fields(text.decode().split("\n"))):
        if line.lines[0][6:].lstrip("0123456789").startswith(EXPECTED):
            expected.append(line.row)
            continue
        found.append(_found(line, told, currency))
        if len(found) > MAX_LINES:
            raise UnreadableFile(
                _("The file has more than %(most)s rows. Split it.") % {"most": grouped(MAX_LINES)}
            )
    return found, expected, remarks


def _fields(lines: Iterable[str]) -> Iterator[TaggedField]:
    """Yield the fields of all messages; what stands between messages belongs to none."""
    current: TaggedField | None = None
    for row, line in enumerate(lines, start=1):
        line = line.rstrip("\r\x03")
        if line.startswith(("-}", "{")) or line == "-":
            if current:
                yield current
            current = None
        if found := FIELD.match(line):
            if current:
                yield current
            current = TaggedField(row, found[1], [found[2]])
        elif current and not line.startswith("-}") and line != "-":
            current.lines.append(line)
    if current:
        yield current


def _with_texts(fields: Iterable[TaggedField]) -> Iterator[tuple[TaggedField, list[str], str]]:
    """Yield each line of the account with the lines of its text and the currency of the account."""
    waiting: TaggedField | None = None
    currency = ""
    for each in fields:
        if each.tag == "86" and waiting:
            yield waiting, each.lines, currency
            waiting = None
            continue
        if waiting:
            yield waiting, [], currency
        waiting = each if each.tag == "61" else None
        if each.tag in ("60F", "60M") and (balance := BALANCE.match(each.lines[0])):
            currency = balance[1]
    if waiting:
        yield waiting, [], currency


def _found(line: TaggedField, texts: list[str], currency: str) -> FoundLine:
    told = told_by(texts)
    parts = LINE.match(line.lines[0].strip())
    day = _day(parts[1]) if parts else None
    if parts is None or day is None:
        fault = CellFault("unreadable_line", text=one_line(line.lines[0], SHOWN))
        return FoundLine(
            line.row, None, None, currency, told.text, told.name, fault_column="text", fault=fault
        )
    written = parts[5]
    amount = Decimal(written.replace(",", ".") + ("0" if written.endswith(",") else ""))
    return FoundLine(
        row=line.row,
        date=day,
        amount=-amount if parts[3] in OUT else amount,
        currency=currency,
        text=_text(told, parts[7]),
        name=one_line(told.name, LONGEST_NAME),
        reference=_reference(day, parts[8] or ""),
        written_date=parts[1],
        written_amount=f"{parts[3]} {written}",
    )


def _day(text: str) -> date | None:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None


def _text(told: Told, customers_number: str) -> str:
    """Return what was written with it; what the customer gave as a number too, if the text lacks it."""
    number = without_placeholder(customers_number)
    if number and not number.endswith("+") and number not in told.text:
        return one_line(f"{told.text} {number}")
    return told.text


def _reference(day: date, banks_number: str) -> str:
    """Return the bank's number with the day, for some banks begin anew each day."""
    number = without_placeholder(one_line(banks_number))
    return f"{day.isoformat()}/{number}" if number else ""
