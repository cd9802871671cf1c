"""The numbers by which lines are known when they come again, in another file or an overlapping statement."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from django.conf import settings

from backoffice.money import ZERO, in_places
from backoffice.text import identity_key
from orders.payments.statements.lines import FoundLine, StatementLine

DIGITS = 24
# What banks write where they have no number.
NO_NUMBERS = frozenset(
    {"nonref", "notprovided", "not provided", "nicht angegeben", "none", "unknown", "n/a", "-"}
    | {"eref", "kref", "mref", "pref", "siehe verwendungszweck"}
)


def without_placeholder(number: str) -> str:
    """Return a bank's number; "" for the words that stand for none."""
    number = number.strip()
    return number if number.strip("0") and identity_key(number) not in NO_NUMBERS else ""


def with_references(lines: Iterable[FoundLine]) -> Iterator[StatementLine]:
    """Yield the lines, each with a number of its own: the bank's, where that means one line alone.

    Otherwise what the line says makes the number, and which of the same lines of its day it is.
    """
    lines = list(lines)
    of_several = _meaning_several(lines)
    times: Counter[str] = Counter()
    for line in lines:
        reference = line.reference
        if not reference or (of_several and _number(line) in of_several):
            said = _said(line)
            times[said] += 1
            reference = _made_of(said, times[said])
        yield _statement_line(line, reference)


def _number(line: FoundLine) -> tuple[str, str]:
    return line.method, identity_key(line.reference)


def _meaning_several(lines: Sequence[FoundLine]) -> set[tuple[str, str]]:
    """Return the numbers that the file gives to lines that say different things."""
    numbers = {line.row: _number(line) for line in lines if line.reference}
    times = Counter(numbers.values())
    sayings: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in lines:
        if line.reference and times[numbers[line.row]] > 1:
            sayings[numbers[line.row]].add(_said(line))
    return {number for number, different in sayings.items() if len(different) > 1}


def _said(line: FoundLine) -> str:
    # Where a text is wrapped depends on the file: blanks say nothing.
    text, name = ("".join(identity_key(each).split()) for each in (line.text, line.name))
    amount = in_places(line.amount or ZERO)
    return f"{line.date}\0{amount}\0{text}\0{name}\0{line.method}\0{identity_key(line.reference)}"


def _made_of(said: str, occurrence: int) -> str:
    return f"line-{sha256(f'{said}\0{occurrence}'.encode()).hexdigest()[:DIGITS]}"


def _statement_line(line: FoundLine, reference: str) -> StatementLine:
    assert line.date is not None
    assert line.amount is not None
    return StatementLine(
        row=line.row,
        date=line.date,
        amount=in_places(line.amount),
        currency=line.currency or settings.SHOP_CURRENCY,
        text=line.text,
        name=line.name,
        reference=reference,
        method=line.method,
        provider=line.provider,
        is_chargeback=line.is_chargeback,
        fee=line.fee,
    )
