"""shopctl payments list, history, audit: which orders are paid, by which entries, and whether it adds up."""

from datetime import date
from typing import Annotated, Literal

import typer

from cli.terminal.console import (
    FOUND_PROBLEMS,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    columns,
    counted,
    say,
    wrong_use,
)
from cli.terminal.verbs import group, verb
from cli.terminal.words import gettext as _
from cli.terminal.words import ngettext

app = group("Look at payments; record, pay back, correct and import them; prove every cent.")

STATES = ("to-pay", "part-paid", "paid", "to-pay-back", "nothing-to-pay", "overdue")
METHODS = ("cash", "card", "bank_transfer", "paypal", "cash_on_delivery", "voucher", "other")
KINDS = ("payment", "refund", "chargeback", "write_off", "reversal")
BALANCES = columns(
    "number",
    "placed_at=Placed",
    "net:n",
    "paid:n",
    "due:n",
    "payment=State",
    "payment_due_on=Due on",
    "email",
)
ENTRIES = columns(
    "id",
    "value_date=Day",
    "order",
    "kind",
    "paid_delta:n=Paid ±",
    "waived_delta:n=Waived ±",
    "paid_after:n=Paid",
    "method",
    "reference",
    "actor=By",
    "note",
)
PROBLEMS = columns("subject=What", "check", "detail")

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="An order's number, such as B-100042.")]
Entry = Annotated[
    int, typer.Argument(metavar="ID", help="An entry's number, as `payments history` lists it.")
]
Method = Annotated[
    Literal["cash", "card", "bank_transfer", "paypal", "cash_on_delivery", "voucher", "other"],
    typer.Option(
        metavar="METHOD", help="bank_transfer, card, paypal, cash, cash_on_delivery, voucher, other."
    ),
]


def day(text: str | None, *, option: str) -> date | None:
    """Read a day such as 2026-11-30. Raises typer.BadParameter."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        facts = {"option": option, "text": repr(text)}
        wrong_use(_("--%(option)s %(text)s is not a day such as 2026-11-30.") % facts)


@verb(
    app,
    "list",
    examples="""
    shopctl payments list --state to-pay-back
    shopctl payments list --state overdue --fail-if-empty --json
    """,
)
def list_balances(
    state: Annotated[
        Literal["to-pay", "part-paid", "paid", "to-pay-back", "nothing-to-pay", "overdue"] | None,
        typer.Option(metavar="STATE", help=", ".join(STATES) + "."),
    ] = None,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List orders with what is paid and due, newest first."""
    from django.utils import timezone

    from orders.models import Order
    from orders.readers.order_filter import OrderFilter, paid_as
    from orders.readers.orders import summaries_as_data

    wanted = state.replace("-", "_") if state else None
    narrowed = OrderFilter(**paid_as(wanted, today=timezone.localdate()))
    orders = narrowed.of(Order.objects.order_by("-placed_at", "-id"))
    Listing(json, jsonl, limit, fail_if_empty).show(summaries_as_data(orders), BALANCES)


@verb(
    app,
    "history",
    examples="""
    shopctl payments history B-100042
    shopctl payments history --from 2026-11-01 --until 2026-11-30 --live --jsonl
    """,
)
def history(
    number: Annotated[
        str | None, typer.Argument(metavar="[NUMBER]", help="An order's number; without it of all orders.")
    ] = None,
    kind: Annotated[
        Literal["payment", "refund", "chargeback", "write_off", "reversal"] | None,
        typer.Option(metavar="KIND", help=", ".join(KINDS) + "."),
    ] = None,
    method: Annotated[
        Literal["cash", "card", "bank_transfer", "paypal", "cash_on_delivery", "voucher", "other"] | None,
        typer.Option(metavar="METHOD", help=", ".join(METHODS) + "."),
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="DAY", help="Of this day or later.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Of this day or earlier.")] = None,
    reference: Annotated[
        str | None, typer.Option(help="The bank's or provider's own number, of an entry that counts.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Without reversals, and without what they took back.")
    ] = False,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List entries of the ledger, newest first, each with what was paid afterwards."""
    from orders.held_order import order_with_number
    from orders.models import PaymentEntry
    from orders.readers.payments import EntryFilter, entries_as_data

    entries = PaymentEntry.objects.order_by("-id")
    if number is not None:
        entries = entries.filter(order=order_with_number(number))
    first, last = day(from_, option="from"), day(until, option="until")
    narrowed = EntryFilter(kind, method, first, last, live, reference=reference)
    rows = entries_as_data(narrowed.of(entries), to=None)
    Listing(json, jsonl, limit, fail_if_empty).show(rows, ENTRIES)


@verb(
    app,
    "audit",
    examples="""
    shopctl payments audit
    shopctl payments audit --json || echo "something does not add up"
    """,
)
def audit(json: Json = False, jsonl: Jsonl = False) -> None:
    """Prove every cent: what orders have paid against the ledger, credits against what they are for.

    Prints what does not match, and exits with 4 when something does not.
    """
    from orders.models import PaymentEntry
    from orders.payments.audit import audit_payments

    found = audit_payments()
    rows = ({"subject": each.subject, "check": each.check, "detail": each.detail} for each in found)
    if found or json:
        Listing(json, jsonl, limit=0).show(rows, PROBLEMS)
    if found:
        say(
            ngettext("%(count)s discrepancy.", "%(count)s discrepancies.", len(found))
            % {"count": f"{len(found):,}"}
        )
        raise typer.Exit(FOUND_PROBLEMS)
    entries = counted(PaymentEntry.objects.count(), "entry")
    say(_("Every cent of %(entries)s is accounted for.") % {"entries": entries})
