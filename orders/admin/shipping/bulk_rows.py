"""The rows of the bulk shipping page: an order each, a tracking number typed beside it, shipped together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from backoffice.countries import town_of
from backoffice.sheets.plans import Outcome, RowPlan, RowsChanged
from orders.fulfilment.dispatch import dispatch, plan_dispatch
from orders.fulfilment.holding import without_held
from orders.fulfilment.parcels import COLUMNS, ParcelFile, ParcelRow
from orders.fulfilment.tracking import CARRIERS, tracking_url
from orders.models import Order, OrderLine, Shipment
from orders.models.order import OrderQuerySet

MOST_ORDERS = 200
QUEUE = 50
SKUS_SHOWN = 3
ANOTHER_CARRIER = "another"
ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class ShippingRow:
    """An order with what is left to ship, the tracking number typed for it, and why that was refused."""

    order: Order
    units: int
    contents: str
    typed: str = ""
    problem: str = ""

    @property
    def town(self) -> str:
        return town_of(self.order.shipping_address)


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed tracking number, with the version of the order that the page showed."""

    tracking_number: str
    version: str


@dataclass(frozen=True, slots=True)
class Sent:
    """An order that was shipped."""

    order: Order
    tracking_number: str
    url: str


@dataclass(frozen=True, slots=True)
class ShippingResult:
    """What became of the tracking numbers; `problems` are keyed by the order's primary key."""

    sent: Sequence[Sent]
    problems: Mapping[int, str]


def waiting() -> OrderQuerySet:
    """Return the orders with units to ship that may leave now."""
    return without_held(Order.objects.open())


def queue() -> QuerySet[Order]:
    """Return the orders that have waited longest."""
    return waiting().order_by("placed_at", "id")[:QUEUE]


def chosen_orders(keys: Iterable[int]) -> QuerySet[Order]:
    return Order.objects.filter(pk__in=keys).order_by("placed_at", "id")


def keys_in(texts: Iterable[str]) -> list[int]:
    """Return the keys among these texts, each once."""
    return list(dict.fromkeys(int(text) for text in texts if text.isdecimal() and len(text) < 19))


def rows_of(
    orders: QuerySet[Order], *, typed: Mapping[int, Typed], problems: Mapping[int, str]
) -> list[ShippingRow]:
    """Return the refused rows first, otherwise in the given order, in two statements."""
    lines = OrderLine.objects.order_by("position")
    found = orders.select_related("customer").prefetch_related(Prefetch("lines", queryset=lines))
    rows = [_row(order, typed, problems.get(order.pk, "")) for order in found]
    return sorted(rows, key=lambda row: not row.problem)


def _row(order: Order, typed: Mapping[int, Typed], problem: str) -> ShippingRow:
    lines = [line for line in order.lines.all() if line.open]
    number = typed[order.pk].tracking_number if order.pk in typed else ""
    return ShippingRow(order, sum(line.open for line in lines), _contents_in_short(lines), number, problem)


def _contents_in_short(lines: Sequence[OrderLine]) -> str:
    told = [line.sku if line.open == 1 else f"{line.open}\u00a0×\u00a0{line.sku}" for line in lines]
    named, more = ", ".join(told[:SKUS_SHOWN]), len(told) - SKUS_SHOWN
    if more <= 0:
        return named
    text = ngettext("%(units)s and %(count)s more", "%(units)s and %(count)s more", more)
    return text % {"units": named, "count": more}


def carrier_in(data: QueryDict) -> str:
    """Return the carrier that was chosen, or typed."""
    chosen = data.get("carrier", "").strip()
    return data.get("other_carrier", "").strip() if chosen == ANOTHER_CARRIER else chosen


def usual_carrier() -> str:
    """Return the carrier of the last parcel."""
    used = Shipment.objects.exclude(carrier="").order_by("-pk").values_list("carrier", flat=True)
    return used.first() or CARRIERS[0]


def typed_in(data: QueryDict) -> dict[int, Typed]:
    """Return what was typed for each order, in the order of the page."""
    return {
        key: Typed(data.get(f"tracking_{key}", "").strip(), data.get(f"version_{key}", ""))
        for key in keys_in(data.getlist("order"))
    }


def ship_typed(typed: Mapping[int, Typed], *, carrier: str, by: Actor) -> ShippingResult:
    """Send off the orders that have a number, all that is left of each; sent twice it ships once.

    An order that was changed since it was on the page stays: its parcel was packed as it had been.

    Raises:
        RowsChanged: others kept changing them at this very moment; nothing was shipped.
    """
    numbered = {key: each for key, each in typed.items() if each.tracking_number}
    return tried_again(lambda: _ship_numbered(numbered, carrier, by))


def tried_again[R](ship: Callable[[], R]) -> R:
    """Call `ship` again while orders change between its plan and the shipping, ten times at most."""
    for _attempt in range(ATTEMPTS - 1):
        with suppress(RowsChanged):
            return ship()
    return ship()


def _ship_numbered(numbered: Mapping[int, Typed], carrier: str, by: Actor) -> ShippingResult:
    orders = list(chosen_orders(numbered))
    file = _parcel_file(orders, numbered, carrier)
    plan = plan_dispatch(file)
    problems = {
        order.pk: _("%(order)s was changed since it was shown here. Look at it, then ship it.")
        % {"order": order}
        for order, row in zip(orders, plan.rows, strict=True)
        if row.outcome is Outcome.NEW and numbered[order.pk].version != str(order.version)
    }
    unchanged = [order for order in orders if order.pk not in problems]
    rest = _parcel_file(unchanged, numbered, carrier)
    done = dispatch(rest, by=by, seen=plan_of(rest, plan), skip_invalid=True)
    sent = []
    for order, row in zip(unchanged, done.rows, strict=True):
        if row.outcome is Outcome.PROBLEM:
            problems[order.pk] = row.problem
        else:
            number = numbered[order.pk].tracking_number
            sent.append(Sent(order, number, tracking_url(carrier, number)))
    return ShippingResult(sent, problems)


def _parcel_file(orders: Iterable[Order], numbered: Mapping[int, Typed], carrier: str) -> ParcelFile:
    parcels = (
        ParcelRow(order.pk, str(order), numbered[order.pk].tracking_number, carrier) for order in orders
    )
    return ParcelFile(COLUMNS, (), tuple(parcels))


def plan_of(file: ParcelFile, plan: RowPlan) -> RowPlan:
    """Return the part of the plan that is about the rows of this file."""
    numbers = {each.row for each in file.rows}
    return RowPlan(plan.subject, tuple(row for row in plan.rows if row.row in numbers), plan.ignored_columns)
