"""What each line of a statement would do, before anything is booked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from orders.models import PaymentImportRow, PaymentKind, PaymentOutcome
from orders.payments.imports.matching import ClaimKey, Matches, NamedOrder
from orders.payments.statements import BankStatement, LineProblem, StatementLine


@dataclass(slots=True)
class PlannedPayment:
    """A row of a plan before it is kept, by the names of PaymentImportRow's columns."""

    row: int
    value_date: date | None = None
    amount: Decimal | None = None
    written_date: str = ""
    written_amount: str = ""
    text: str = ""
    name: str = ""
    method: str = ""
    provider: str = ""
    reference: str = ""
    reference_key: str = ""
    kind: str = ""
    note: str = ""
    outcome: str = ""
    order_id: int | None = None
    due: Decimal | None = None
    problem_code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


# So many orders that a text names are told.
MOST_NAMED = 5


def judged_rows(statement: BankStatement) -> list[PlannedPayment]:
    """Return the rows of a plan, in the order of the file; nothing is written."""
    rows = [*_judged(statement.lines), *map(_problem_row, statement.problems)]
    return sorted(rows, key=lambda row: row.row)


def _judged(lines: tuple[StatementLine, ...]) -> Iterator[PlannedPayment]:
    matches = Matches(lines)
    in_file: dict[ClaimKey, int] = {}
    settled: dict[int, Decimal] = {}
    for line in lines:
        key = matches.keys[line.row]
        row = _row(line, key)
        if key in in_file:
            row.outcome, row.facts = PaymentOutcome.KNOWN, {"first_row": in_file[key]}
        else:
            in_file[key] = line.row
            _judge(row, line, key, matches, settled)
        yield row


def _judge(
    row: PlannedPayment, line: StatementLine, key: ClaimKey, matches: Matches, settled: dict[int, Decimal]
) -> None:
    """Fill in what the row does; `settled` is what earlier rows of the file add to each order."""
    if claimed := matches.claims.get(key):
        row.facts = {"order": claimed.number, "amount": str(claimed.amount)}
        if claimed.amount == line.amount:
            row.outcome = PaymentOutcome.KNOWN
        else:
            row.outcome, row.problem_code = PaymentOutcome.PROBLEM, "reference_taken"
        return
    found = matches.of(line)
    if len(found) == 1:
        name_order(row, found[0], settled.get(found[0].pk, Decimal(0)))
        if row.outcome in BOOKED:
            settled[found[0].pk] = settled.get(found[0].pk, Decimal(0)) + line.amount
    elif found:
        row.outcome = PaymentOutcome.SEVERAL
        row.facts = {"orders": [each.number for each in found[:MOST_NAMED]], "count": len(found)}
    else:
        row.outcome = PaymentOutcome.NONE


BOOKED = (PaymentOutcome.SETTLES, PaymentOutcome.PAYS_BACK)


def name_order(
    row: PlannedPayment | PaymentImportRow, order: NamedOrder, settled: Decimal = Decimal(0)
) -> None:
    """Say which order the row is for, and with that what it does."""
    assert row.amount is not None
    row.order_id, row.due = order.pk, order.due
    row.outcome = outcome_of(row.amount, order.due - settled)


def outcome_of(amount: Decimal, due: Decimal) -> PaymentOutcome:
    """Money in settles exactly what is due; money out pays back at most what is owed."""
    if amount > 0:
        return PaymentOutcome.SETTLES if amount == due else PaymentOutcome.DIFFERS
    return PaymentOutcome.PAYS_BACK if due <= amount else PaymentOutcome.DIFFERS


def _row(line: StatementLine, key: ClaimKey) -> PlannedPayment:
    return PlannedPayment(
        row=line.row,
        value_date=line.date,
        amount=line.amount,
        written_amount=str(line.amount),
        written_date=line.date.isoformat(),
        text=line.text,
        name=line.name,
        method=line.method,
        provider=line.provider,
        reference=line.reference,
        reference_key=key[2],
        kind=_kind(line),
        # The bank books the amount; what the provider kept of it is only told.
        note=f"fee {line.fee}" if line.fee else "",
    )


def _kind(line: StatementLine) -> PaymentKind:
    if line.amount > 0:
        return PaymentKind.PAYMENT
    return PaymentKind.CHARGEBACK if line.is_chargeback else PaymentKind.REFUND


def _problem_row(problem: LineProblem) -> PlannedPayment:
    return PlannedPayment(
        row=problem.row,
        written_date=problem.date[:40],
        written_amount=problem.amount[:40],
        text=problem.text,
        name=problem.name,
        outcome=PaymentOutcome.PROBLEM,
        problem_code=problem.code,
        facts={"column": problem.column, **problem.facts},
    )


def counts_of(rows: Iterable[PlannedPayment]) -> dict[str, int]:
    """Return how many rows do what, by the names of PaymentImport's fields."""
    counts = dict.fromkeys(("rows_count", "changes", "differing", "unchanged", "unmatched", "problems"), 0)
    for row in rows:
        counts["rows_count"] += 1
        counts[COUNTED_AS[PaymentOutcome(row.outcome)]] += 1
    return counts


COUNTED_AS = {
    PaymentOutcome.SETTLES: "changes",
    PaymentOutcome.PAYS_BACK: "changes",
    PaymentOutcome.DIFFERS: "differing",
    PaymentOutcome.KNOWN: "unchanged",
    PaymentOutcome.NONE: "unmatched",
    PaymentOutcome.SEVERAL: "unmatched",
    PaymentOutcome.PROBLEM: "problems",
}
