"""shopctl orders allow: give up value without units coming back."""

from decimal import Decimal
from typing import Annotated, Any

import typer

from cli.orders.shown import Number, app
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.completion import skus
from cli.terminal.console import As, DryRun, Json, show_one
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.options import number as amount
from cli.terminal.verbs import verb


@verb(
    app,
    "allow",
    examples="""
    shopctl orders allow B-100042 5.00 --reason "came late"
    shopctl orders allow B-100042 5.00 --reason scratched --sku MUG-7 --json
    """,
)
def allow(
    number: Number,
    amount: Annotated[Decimal, typer.Argument(parser=amount, metavar="AMOUNT", help="Such as 5.00.")],
    reason: Annotated[str, typer.Option(help="Kept with the allowance, and in the timeline.")],
    sku: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SKU",
            autocompletion=skus,
            help="Only of this line; may be repeated. Default: of all.",
        ),
    ] = None,
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Grant an allowance, spread over the lines. No money moves: pay back what is then owed."""
    by = actor(as_, "orders.grant_allowance")

    def granted() -> dict[str, Any]:
        from orders.payments.allowances import allow as grant
        from orders.readers.payments import allowance_data, balance_data

        allowance = grant(number, amount, reason=reason, skus=sku or None, by=by)
        return {"allowance": allowance_data(allowance), "order": balance_data(allowance.order)}

    said = f"allow {number.strip().upper()} {amount} {reason} {sorted(sku or [])} {by}"
    answer = RequestedChange(said, idempotency_key, dry_run).made(granted)
    if not json:
        allowance, order = answer["allowance"], answer["order"]
        told = {"allowance": allowance["reference"], "amount": allowance["amount"]}
        answer = {**told, **{name: order[name] for name in ("net", "paid", "due", "payment")}}
    show_one(answer, as_json=json)
