"""shopctl orders edit, comment: where an order goes, whom it is about, and what colleagues should know."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.orders.shown import Number, app, in_short
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import As, Json, show_one, wrong_use
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor
    from orders.models import Order
    from orders.placing.basket import Address

ADDRESS = ("name", "line1", "line2", "postcode", "city", "region", "country", "phone")

Text = Annotated[str | None, typer.Option(help="A part of the address.")]


@verb(
    app,
    "edit",
    examples="""
    shopctl orders edit B-100042 --line1 "Seeweg 57" --postcode 50667
    shopctl orders edit B-100042 --email theo@example.com
    shopctl orders edit B-100042 --note "" --as sam@example.com --idempotency-key call-4711
    """,
    clearing=(*ADDRESS, "email", "note"),
)
def edit(
    number: Number,
    name: Text = None,
    line1: Text = None,
    line2: Text = None,
    postcode: Text = None,
    city: Text = None,
    region: Text = None,
    country: Annotated[str | None, typer.Option(help="A name or code, such as Germany or DE.")] = None,
    phone: Text = None,
    email: Annotated[str | None, typer.Option(help="Whose it is; they get the confirmation.")] = None,
    note: Annotated[str | None, typer.Option(help="What the customer asked for.")] = None,
    past_promo_limits: Annotated[
        bool,
        typer.Option("--past-promo-limits", help="Let a discount stay that the new customer has used up."),
    ] = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Change an order's address, e-mail address or note, while anything of it is still to ship.

    What is not named stays as it is. With another e-mail address the order, and its use of a promo code,
    become that person's; who has used up the code is refused, unless --past-promo-limits is given.
    """
    by = actor(as_, "orders.change_order")
    parts = [name, line1, line2, postcode, city, region, country, phone]
    changes = {part: value for part, value in zip(ADDRESS, parts, strict=True) if value is not None}
    if not changes and email is None and note is None:
        wrong_use(_("Name what is to change: --email, --note, or a part of the address such as --line1."))
    operation = f"edit {number.strip().upper()} {changes} {email!r} {note!r} {past_promo_limits} {by}"
    details = {"email": email, "note": note, "past_promo_limits": past_promo_limits}
    edit_it = partial(_edit, number, changes, details, by=by)
    changed = RequestedChange(operation, idempotency_key).made(edit_it)
    show_one(changed if json else in_short(changed), as_json=json)


def _edit(number: str, changes: dict[str, str], details: dict[str, Any], *, by: "Actor") -> dict[str, Any]:
    from orders.changing.details import edit_order
    from orders.held_order import order_with_number
    from orders.readers.orders import order_data

    order = order_with_number(number)
    address = replace(_address_of(order), **changes) if changes else None
    # The version that was read, for the other parts of the address are taken from it.
    edit_order(number, by=by, address=address, expected_version=order.version, **details)
    return order_data(number, to=by.user)


@verb(
    app,
    "comment",
    examples="""
    shopctl orders comment B-100042 "called: wait until Monday"
    shopctl orders comment B-100042 "handed to the courier" --as wanda@example.com --idempotency-key tour-4711
    """,
)
def comment(
    number: Number,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Colleagues read it; the customer does not.")],
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Leave a note for colleagues in an order's timeline."""
    by = actor(as_, "orders.comment_order")
    operation = f"comment {number.strip().upper()} {text} {by}"
    row = RequestedChange(operation, idempotency_key).made(partial(_comment, number, text, by=by))
    show_one(row, as_json=json)


def _address_of(order: "Order") -> "Address":
    from orders.placing.basket import Address

    return Address(**{part: getattr(order, f"ship_{part}") for part in ADDRESS})


def _comment(number: str, text: str, *, by: "Actor") -> dict[str, Any]:
    from orders.fulfilment.lifecycle import comment
    from orders.held_order import order_with_number
    from orders.readers.events import event_data

    event = comment(number, by=by, text=text)
    return {"number": order_with_number(number).number, **event_data(event.pk, to=by.user)}
