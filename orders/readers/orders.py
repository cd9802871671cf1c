"""What orders and quotes look like as data: in few statements, whatever the number of orders."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import batched, chain
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from backoffice.api.pagination import chosen_fields
from backoffice.countries import country_name
from backoffice.db.statements import selecting
from backoffice.requests.json_reply import Reply, rendered
from orders.held_order import UnknownOrder
from orders.models import Order, OrderLine, ShipmentLine
from orders.models.order import OrderQuerySet, normalised_number, sees_all_orders
from orders.price_words import explained, refusal_sentence
from orders.pricing import PromoOutcome, Quote, step_from_json
from orders.status import payment_state_of
from orders.visibility import (
    OF_PAYMENT,
    PERSONAL,
    PERSONAL_OF_SHIPMENT,
    may_know_customers,
    may_know_payment_state,
    may_know_promos,
)

ORDERS_AT_ONCE = 500
ADDRESS = ("name", "line1", "line2", "city", "region", "postcode", "country", "phone")
LINE_COLUMNS = (
    *("order_id", "sku", "name", "unit_price", "quantity", "subtotal", "discount"),
    *("credited", "allowed", "shipped", "delivered", "cancelled", "returned"),
)
SHIPMENT = (
    *("reference", "carrier", "tracking_number", "shipping_address"),
    *("shipped_at", "delivered_at", "undone_at"),
)
SUMMARY_FIELDS = (
    *("number", "status", "email", "currency", "subtotal", "discount", "shipping"),
    *("total", "credited", "net", "paid", "waived", "due", "payment", "payment_due_on"),
    *("units", "promo", "placed_at", "version"),
)
ORDER_FIELDS = (
    *SUMMARY_FIELDS,
    *("lines", "explanation", "shipments", "shipping_address", "note", "source", "updated_at"),
    *("origin", "external_number", "language"),
)


def _promo(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if not row["promo_code"]:
        return None
    discount = row["discount"]
    return {
        "code": row["promo_code"],
        "applied": True,
        "discount": discount,
        "reason": None,
        "reason_code": None,
    }


def _payment(row: Mapping[str, Any]) -> str:
    return payment_state_of(due=row["due"], paid=row["paid"])


def _address(row: Mapping[str, Any]) -> dict[str, str]:
    return _named_country({name: row[f"ship_{name}"] for name in ADDRESS})


def _named_country(parts: Mapping[str, str]) -> dict[str, str]:
    return {**parts, "country_name": country_name(parts["country"])}


def _explanation(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    steps = map(step_from_json, row["explanation"])
    return [step.as_json() for step in explained(steps, row["currency"])]


@dataclass(frozen=True, slots=True)
class OrderReader:
    """What whoever reads orders may know: who ordered, promo codes, and how far an order is paid."""

    is_personal: bool = True
    names_promos: bool = True
    knows_payments: bool = True

    @classmethod
    def of(cls, user: User | None) -> "OrderReader":
        """Return what this user may know; None is the system, which knows everything."""
        if user is None:
            return cls()
        return cls(may_know_customers(user), may_know_promos(user), may_know_payment_state(user))

    def hides(self, field: str) -> bool:
        return (field in PERSONAL and not self.is_personal) or (
            field in OF_PAYMENT and not self.knows_payments
        )


COMPOSED: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any]], Any]]] = {
    "promo": (("promo_code", "discount"), _promo),
    "payment": (("due", "paid"), _payment),
    "explanation": (("explanation", "currency"), _explanation),
    "shipping_address": (tuple(f"ship_{name}" for name in ADDRESS), _address),
}
RELATED = ("lines", "shipments")


def order_reply(number: str, *, to: User, fields: str | None = None) -> Reply:
    """Return the order as this user may see it, with its version in the ETag.

    Raises:
        UnknownOrder: there is none, or it is not theirs to see.
    """
    wanted = chosen_fields(fields, ORDER_FIELDS)
    row = _row_of(number, whose=None if sees_all_orders(to) else to)
    [content] = orders_as_data([row], wanted, to=OrderReader.of(to))
    return rendered(content, version=row["version"])


def placed_reply(order: Order, *, to: User, location: str) -> Reply:
    """Return the reply for an order that `place_order` has just returned."""
    rows = [as_row(order, ORDER_FIELDS)]
    [content] = orders_as_data(rows, ORDER_FIELDS, to=OrderReader.of(to), lines=order.placed_lines)
    return rendered(content, status=201, version=order.version, location=location)


def order_data(number: str, *, to: User | None) -> dict[str, Any]:
    """Return all of an order, as this user may see it; None is the system, which sees everything.

    Raises:
        UnknownOrder.
    """
    [content] = orders_as_data([_row_of(number)], ORDER_FIELDS, to=OrderReader.of(to))
    return content


def summaries_as_data(orders: OrderQuerySet) -> Iterator[dict[str, Any]]:
    """Yield what a list shows of orders to whoever may see everything, reading them as they are needed."""
    rows = orders.values(*order_columns(SUMMARY_FIELDS)).iterator(2_000)
    for part in batched(rows, ORDERS_AT_ONCE):
        yield from orders_as_data(part, SUMMARY_FIELDS, to=OrderReader())


def order_columns(fields: Iterable[str]) -> list[str]:
    """Return the columns of Order that these fields are made of."""
    columns = ["pk"]
    for name in fields:
        if name not in RELATED:
            columns += COMPOSED[name][0] if name in COMPOSED else (name,)
    return columns


def _row_of(number: str, *, whose: User | None = None) -> dict[str, Any]:
    """Return the row of the order with this number; only if it is this user's, unless that is None.

    Raises:
        UnknownOrder.
    """
    stored = normalised_number(number)
    for row in _with_number(stored) if whose is None else _own_with_number(stored, whose.pk):
        return row
    raise UnknownOrder(_("There is no order %(number)s.") % {"number": number.strip()[:40]})


@selecting
def _with_number(number: str) -> QuerySet[Order, dict[str, Any]]:
    return Order.objects.filter(number=number).values(*order_columns(ORDER_FIELDS))


@selecting
def _own_with_number(number: str, user: int) -> QuerySet[Order, dict[str, Any]]:
    return Order.objects.of_user(user).filter(number=number).values(*order_columns(ORDER_FIELDS))


def as_row(order: Order, fields: Iterable[str]) -> dict[str, Any]:
    return {column: getattr(order, column) for column in order_columns(fields)}


def orders_as_data(
    rows: Sequence[Mapping[str, Any]],
    fields: Sequence[str],
    *,
    to: OrderReader,
    lines: Iterable[OrderLine] | None = None,
) -> list[dict[str, Any]]:
    """Return these fields of orders, whose rows hold `order_columns(fields)`.

    Args:
        lines: those of orders that were placed just now, of which nothing has shipped.
    """
    pks = [row["pk"] for row in rows]
    related: dict[str, Mapping[int, Any]] = {}
    if "lines" in fields:
        related["lines"] = _lines_of(pks) if lines is None else _grouped(lines)
    if "shipments" in fields:
        parcels = _shipments_of(pks) if lines is None else {}
        related["shipments"] = parcels if to.is_personal else _without_tracking(parcels)
    orders = [_order(row, fields, related, to) for row in rows]
    if not to.is_personal:
        _without_addresses(related.get("shipments", {}))
    return orders if to.names_promos else [_without_code(order) for order in orders]


def _order(
    row: Mapping[str, Any], fields: Sequence[str], related: Mapping[str, Any], to: OrderReader
) -> dict[str, Any]:
    order: dict[str, Any] = {}
    for name in fields:
        if to.hides(name):
            order[name] = None
        elif name in related:
            order[name] = related[name].get(row["pk"], [])
        else:
            order[name] = COMPOSED[name][1](row) if name in COMPOSED else row[name]
    return order


def _without_addresses(shipments: Mapping[int, Sequence[dict[str, Any]]]) -> None:
    for parcel in chain.from_iterable(shipments.values()):
        parcel["shipping_address"] = None


def _without_code(order: dict[str, Any]) -> dict[str, Any]:
    """Remove the promo code, but not what it took off, so that the sums add up."""
    if order.get("promo"):
        order["promo"] |= {"code": ""}
    for step in order.get("explanation", []):
        if str(step["step"]).startswith("promo"):
            step |= {"detail": "Promo", "code": None}
    return order


def _lines_of(orders: Sequence[int]) -> Mapping[int, list[dict[str, Any]]]:
    return _lines_by_order(_line_rows(orders) if orders else ())


@selecting
def _line_rows(orders: Sequence[int]) -> QuerySet[OrderLine, dict[str, Any]]:
    return (
        OrderLine.objects.filter(order__pk__among=orders).order_by("order", "position").values(*LINE_COLUMNS)
    )


def _grouped(lines: Iterable[OrderLine]) -> Mapping[int, list[dict[str, Any]]]:
    return _lines_by_order({name: getattr(line, name) for name in LINE_COLUMNS} for line in lines)


def _lines_by_order(rows: Iterable[dict[str, Any]]) -> Mapping[int, list[dict[str, Any]]]:
    lines = defaultdict(list)
    for row in rows:
        order = row.pop("order_id")
        total = row["subtotal"] - row["discount"]
        open_units = row["quantity"] - row["shipped"] - row["cancelled"]
        lines[order].append(row | {"total": total, "open": open_units})
    return lines


def _shipments_of(orders: Sequence[int]) -> Mapping[int, list[dict[str, Any]]]:
    shipments: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    for order, *shipment, sku, quantity in _shipment_rows(orders) if orders else ():
        begun = dict(zip(SHIPMENT, shipment, strict=True)) | {"lines": []}
        begun["shipping_address"] = _named_country(begun["shipping_address"])
        parcel = shipments[order].setdefault(begun["reference"], begun)
        parcel["lines"].append({"sku": sku, "quantity": quantity})
    return {order: list(by_reference.values()) for order, by_reference in shipments.items()}


@selecting
def _shipment_rows(orders: Sequence[int]) -> QuerySet[ShipmentLine, Any]:
    columns = ("shipment__order_id", *(f"shipment__{name}" for name in SHIPMENT))
    lines = ShipmentLine.objects.filter(shipment__order__pk__among=orders)
    return lines.order_by("shipment", "order_line__position").values_list(
        *columns, "order_line__sku", "quantity"
    )


def _without_tracking(shipments: Mapping[int, list[dict[str, Any]]]) -> Mapping[int, list[dict[str, Any]]]:
    hidden = dict.fromkeys(PERSONAL_OF_SHIPMENT)
    return {order: [parcel | hidden for parcel in parcels] for order, parcels in shipments.items()}


def quote_as_data(quote: Quote) -> dict[str, Any]:
    return {
        "currency": settings.SHOP_CURRENCY,
        "subtotal": quote.subtotal,
        "discount": quote.discount,
        "shipping": quote.shipping,
        "total": quote.total,
        "promo": None if quote.promo is None else _outcome(quote.promo),
        "lines": [asdict(line) | {"total": line.total} for line in quote.lines],
        "explanation": [step.as_json() for step in explained(quote.explanation, settings.SHOP_CURRENCY)],
    }


def _outcome(promo: PromoOutcome) -> dict[str, Any]:
    refusal = promo.refusal
    return {
        "code": promo.code,
        "applied": promo.applied,
        "discount": promo.discount,
        "reason": refusal and refusal_sentence(refusal, settings.SHOP_CURRENCY),
        "reason_code": refusal and refusal.reason,
    }
