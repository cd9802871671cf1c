"""shopctl orders place: an order from a file, as the API takes it."""

from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.orders.shown import STEPS, app, in_short, print_part
from cli.terminal.actors import actor
from cli.terminal.changes import rehearsed
from cli.terminal.console import REFUSED, As, DryRun, Json, columns, print_json, say, show_one
from cli.terminal.files import name_of, opened
from cli.terminal.idempotency import IdempotencyKey, answer_kept, once_per_key
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor
    from orders.placing.basket import OrderRequest

QUOTED = columns("sku", "name", "quantity:n", "unit_price:n=Price", "discount:n", "total:n")


@verb(
    app,
    "place",
    examples="""
    shopctl orders place order.json --dry-run
    shopctl orders place order.json --idempotency-key mail-order-4711
    jq .order message.json | shopctl orders place - --as sam@example.com --json
    """,
)
def place(
    file: Annotated[str, typer.Argument(metavar="FILE", help="One order as JSON. - is standard input.")],
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Place an order for a customer.

    All of its lines are reserved or none; the customer gets an e-mail. The file is what POST /api/v1/orders
    takes: email, lines (sku, quantity), shipping_address (name, line1, city, country, maybe line2, region,
    postcode, phone), and maybe promo_code, shipping_fee, note, language. --dry-run prints what it would cost,
    and why.
    """
    by = actor(as_, "orders.add_order")
    content = _content_of(file)
    request, email = _order_in(content, name_of(file))
    operation = f"place {sha256(content).hexdigest()} {by}"
    if dry_run and answer_kept(idempotency_key, operation) is None:
        _show_quote(request, email, by, as_json=json)
        return
    row = once_per_key(idempotency_key, operation, partial(_placed, request, email, by))
    show_one(row if json else in_short(row), as_json=json)


def _content_of(file: str) -> bytes:
    """Read the file. Raises TooLarge."""
    from backoffice.errors import TooLarge
    from backoffice.requests.limits import MAX_BODY_BYTES

    with opened(file, most=MAX_BODY_BYTES) as stream:
        content = stream.read(MAX_BODY_BYTES + 1)
    if len(content) > MAX_BODY_BYTES:
        raise TooLarge(
            _("%(name)s is longer than an order may be: %(most)s bytes.")
            % {"name": name_of(file), "most": f"{MAX_BODY_BYTES:,}"}
        )
    return content


def _order_in(content: bytes, name: str) -> "tuple[OrderRequest, str]":
    """Return what is ordered, and the customer's e-mail address.

    Raises:
        Invalid: it names every field that does not fit.
    """
    from pydantic import ValidationError

    from backoffice.api.problems import CODES, DETAILS
    from backoffice.errors import Fault, Invalid
    from orders.api.address_schemas import TAKES_NAMES
    from orders.api.schemas import OrderIn

    try:
        order = OrderIn.model_validate_json(content.removeprefix(b"\xef\xbb\xbf"), context=TAKES_NAMES)
    except ValidationError as error:
        faults = []
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            code = CODES.get(each["type"], each["type"])
            pointer = "".join(f"/{part}" for part in each["loc"])
            usual = each["msg"].removeprefix("Value error, ")  # not translated
            faults.append(Fault(pointer, code, str(DETAILS.get(code, usual))))
        raise Invalid(
            _("%(name)s is no order as the API takes it.") % {"name": name}, faults=faults
        ) from error
    if order.email is None:
        missing = Fault("/email", "missing", _("Whose order is it? Give the customer's e-mail address."))
        raise Invalid(missing.detail, faults=[missing])
    return order.order_request(), order.email


def _placed(request: "OrderRequest", email: str, by: "Actor") -> dict[str, Any]:
    from orders.placing.placement import place_order
    from orders.readers.orders import order_data

    return order_data(place_order(request, email=email, by=by).number, to=by.user)


def _show_quote(request: "OrderRequest", email: str, by: "Actor", *, as_json: bool) -> None:
    """Print what the order would cost.

    Raises:
        typer.Exit: 1, its promo code would be refused.
        what `place_order` raises.
    """
    from orders.placing.placement import quote_order
    from orders.readers.orders import quote_as_data

    quote = quote_order(request, email=email, by=by)
    priced = quote_as_data(quote)
    is_refused = quote.promo is not None and not quote.promo.applied
    if not is_refused:
        rehearsed(partial(_placed, request, email, by))
    if as_json:
        print_json(priced)
    else:
        _print_quote(priced)
    say(_("A dry run: nothing was changed."))
    if is_refused:
        say(_("The order would be refused: %(reason)s") % {"reason": priced["promo"]["reason"]})
        raise typer.Exit(REFUSED)


def _print_quote(priced: dict[str, Any]) -> None:
    names = ("subtotal", "discount", "shipping", "total", "currency")
    show_one({name: priced[name] for name in names}, as_json=False)
    print_part("Lines", priced["lines"], QUOTED)
    print_part(_("How the price comes about"), priced["explanation"], STEPS)
