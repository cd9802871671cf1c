"""shopctl payments record, pay-back, chargeback: write down money that moved."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.payments.ledger import Method, Number, app, day
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, DryRun, Json, show_one
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.options import number as amount
from cli.terminal.options import taking
from cli.terminal.verbs import verb

if TYPE_CHECKING:
    from orders.payments.details import PaymentDetails
    from orders.payments.ledger import Recorded

Amount = Annotated[Decimal, typer.Argument(parser=amount, metavar="AMOUNT", help="Such as 25.00.")]


@dataclass(frozen=True)
class DetailOptions:
    """The options that say how money moved."""

    method: Method = "bank_transfer"
    provider: Annotated[str, typer.Option(help="Such as stripe.")] = ""
    reference: Annotated[
        str, typer.Option(help="The bank's or provider's own number; it can be recorded once.")
    ] = ""
    value_date: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day on the statement. Default: today.")
    ] = None
    settles: Annotated[
        str, typer.Option(metavar="REFERENCE", help="What is paid back, such as B-100042-R1.")
    ] = ""
    note: Annotated[str, typer.Option(help="Kept with the entry.")] = ""

    def details(self) -> "PaymentDetails":
        from orders.payments.details import PaymentDetails

        return PaymentDetails(
            method=self.method,
            provider=self.provider,
            reference=self.reference,
            settles=self.settles,
            value_date=day(self.value_date, option="value-date"),
            note=self.note,
        )


@verb(
    app,
    "record",
    examples="""
    shopctl payments record B-100042 25.00 --reference "NTRF 4711"
    shopctl payments record B-100042 25.00 --method card --provider stripe --reference ch_3Pq --json
    """,
)
@taking(DetailOptions)
def record(
    number: Number,
    amount: Amount,
    given: DetailOptions = DetailOptions(),
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Record money that came in. More than is due is taken, too: the order is then to be paid back."""
    from orders.payments.recording import record_payment

    by, details = actor(as_, "orders.record_payment"), given.details()
    said = f"record {number.strip().upper()} {amount} {given} {by}"
    change = RequestedChange(said, idempotency_key, dry_run)
    _show(change, lambda: record_payment(number, amount, details, by=by), as_json=json)


@verb(
    app,
    "pay-back",
    examples="""
    shopctl payments pay-back B-100042
    shopctl payments pay-back B-100042 5.00 --allowance "came late" --method paypal
    """,
)
@taking(DetailOptions)
def pay_money_back(
    number: Number,
    amount: Annotated[
        Decimal | None,
        typer.Argument(parser=amount, metavar="[AMOUNT]", help="Default: all that is owed."),
    ] = None,
    given: DetailOptions = DetailOptions(),
    allowance: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Grant an allowance for what is paid back beyond what is owed."),
    ] = None,
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Record money that is paid back: what is owed, or so much, at most what was paid."""
    from orders.payments.recording import pay_back

    by, details = actor(as_, "orders.pay_back"), given.details()
    said = f"pay-back {number.strip().upper()} {amount} {allowance} {given} {by}"
    change = RequestedChange(said, idempotency_key, dry_run)
    _show(
        change,
        lambda: pay_back(number, amount, details, by=by, allowance_reason=allowance),
        as_json=json,
    )


@verb(
    app,
    "chargeback",
    examples="""
    shopctl payments chargeback B-100042 25.00 --method card --reference dp_1Pq
    """,
)
@taking(DetailOptions)
def chargeback(
    number: Number,
    amount: Amount,
    given: DetailOptions = DetailOptions(),
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Record money that the bank or provider took back; it is due again."""
    from orders.payments.recording import record_chargeback

    by, details = actor(as_, "orders.record_payment"), given.details()
    said = f"chargeback {number.strip().upper()} {amount} {given} {by}"
    change = RequestedChange(said, idempotency_key, dry_run)
    _show(change, lambda: record_chargeback(number, amount, details, by=by), as_json=json)


def _show(change: RequestedChange, do: "Callable[[], Recorded]", *, as_json: bool) -> None:
    """Make the change and print the entry with the order's balance."""
    show_one(shown(change.made(lambda: kept(do())), as_json=as_json), as_json=as_json)


def kept(recorded: "Recorded") -> dict[str, Any]:
    """Return what is kept for a key, and printed as JSON."""
    from orders.readers.payments import recorded_data

    return recorded_data(recorded, to=None)


def shown(answer: dict[str, Any], *, as_json: bool) -> dict[str, Any]:
    """Return the answer, for people as one list of fields."""
    if as_json:
        return answer
    entry, order = answer["entry"], answer["order"]
    return {
        "entry": entry["id"],
        "order": order["number"],
        "kind": entry["kind"],
        "amount": _amount(entry),
        "paid": order["paid"],
        "due": order["due"],
        "payment": order["payment"],
    }


def _amount(entry: dict[str, Any]) -> Any:
    return entry["paid_delta"] if Decimal(entry["paid_delta"]) else entry["waived_delta"]
