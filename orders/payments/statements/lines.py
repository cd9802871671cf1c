"""A line of a statement: money that came in or went out; and what is wrong with a line that is not booked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from backoffice.money import MAX_AMOUNT, TooManyPlaces, in_places, places
from backoffice.sheets.cells import CellFault
from backoffice.text import without_control

FIRST_DAY = date(2000, 1, 1)
LONGEST_TEXT = 500
LONGEST_NAME = 120
LONGEST_REFERENCE = 120
METHODS = ("bank_transfer", "card", "paypal", "cash", "cash_on_delivery", "voucher", "other")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Money that moved: `amount` is above zero when it came in.

    Args:
        row: the line in the file; of XML, which has no lines, the number of the transaction.
        reference: the bank's or provider's number, else one made of what the line says, so that the same line
            has the same one in every statement.
        fee: what the provider kept of it; the amount is without regard to it.
    """

    row: int
    date: date
    amount: Decimal
    currency: str
    text: str
    name: str
    reference: str
    method: str
    provider: str
    is_chargeback: bool = False
    fee: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Why a line is not booked, as code and facts; and the line as it was written."""

    row: int
    column: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    date: str = ""
    amount: str = ""
    text: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line as a reader found it: its values, or the fault that kept one from being understood.

    `written_date` and `written_amount` are what stands in the file.
    """

    row: int
    date: date | None
    amount: Decimal | None
    currency: str
    text: str
    name: str
    reference: str = ""
    method: str = "bank_transfer"
    provider: str = ""
    is_chargeback: bool = False
    fee: Decimal | None = None
    written_date: str = ""
    written_amount: str = ""
    fault_column: str = ""
    fault: CellFault | None = None


def judged(found: Iterable[FoundLine]) -> Iterator[FoundLine | LineProblem]:
    """Yield each line with the places of the currency, or why it cannot be booked."""
    last_day = timezone.localdate() + timedelta(days=1)
    for line in found:
        problem = _problem_of(line, last_day)
        yield problem or line


def one_line(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return the text on one line, blanks made one, cut to what is kept."""
    if len(text) <= longest and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return without_control(" ".join(text.split()))[:longest]


def _problem_of(line: FoundLine, last_day: date) -> LineProblem | None:
    if line.fault is not None:
        return _problem(line, line.fault_column, line.fault.code, **line.fault.facts)
    ours = settings.SHOP_CURRENCY
    if line.currency and line.currency != ours:
        return _problem(line, "currency", "other_currency", currency=line.currency[:10], ours=ours)
    return _problem_of_date(line, last_day) or _problem_of_amount(line) or _problem_of_names(line)


def _problem_of_date(line: FoundLine, last_day: date) -> LineProblem | None:
    if line.date is None:
        return _problem(line, "date", "date_missing")
    if line.date < FIRST_DAY:
        return _problem(line, "date", "date_too_early", date=line.date.isoformat())
    if line.date > last_day:
        return _problem(line, "date", "date_in_future", date=line.date.isoformat())
    return None


def _problem_of_amount(line: FoundLine) -> LineProblem | None:
    if line.amount is None:
        return _problem(line, "amount", "amount_missing")
    if not line.amount:
        return _problem(line, "amount", "amount_zero")
    if abs(line.amount) > MAX_AMOUNT:
        return _problem(line, "amount", "amount_too_large")
    try:
        in_places(line.amount)
    except TooManyPlaces:
        return _problem(line, "amount", "max_decimal_places", max=places())
    return None


def _problem_of_names(line: FoundLine) -> LineProblem | None:
    if line.method not in METHODS:
        return _problem(line, "method", "unknown_method", method=line.method[:40], known=", ".join(METHODS))
    if len(line.reference) > LONGEST_REFERENCE:
        return _problem(line, "transaction_id", "reference_too_long", most=LONGEST_REFERENCE)
    return None


def _problem(line: FoundLine, column: str, code: str, **facts: Any) -> LineProblem:
    return LineProblem(
        line.row,
        column,
        code,
        facts,
        date=line.written_date or (line.date.isoformat() if line.date else ""),
        amount=line.written_amount or (f"{line.amount:f}" if line.amount is not None else ""),
        text=line.text,
        name=line.name,
    )
