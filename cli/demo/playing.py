"""Plays the sample's story in the shop, through the use cases that everything else uses."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Source
from backoffice.db.transactions import write_transaction
from backoffice.errors import Refusal
from cli.demo.people import address_of, email_of
from cli.demo.planning import Cancel, Deliver, Place, Ship, Step, TakeBack
from cli.demo.reading import SampleOrder
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, deliver_order, return_items, ship_order
from orders.models import Cancellation, Order, Origin, Return, Shipment
from orders.placing.placement import LineRequest, OrderRequest, place_order

# Steps in one transaction: few commits, yet others can still write in between.
BATCH = 50
SHOP = Actor(None, Source.API)


@dataclass(slots=True)
class Loaded:
    """What the shop holds of the sample, by invoice: numbers, parcels (delivered or not), reasons."""

    numbers: dict[str, str] = field(default_factory=dict)
    parcels: defaultdict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    cancelled: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    returned: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def has(self, step: Step) -> bool:
        invoice = step.order.invoice
        match step:
            case Place():
                return invoice in self.numbers
            case Ship():
                return len(self.parcels[invoice]) >= step.nth
            case Deliver():
                return len(self.parcels[invoice]) >= step.nth and self.parcels[invoice][step.nth - 1]
            case Cancel():
                return step.reason in self.cancelled[invoice]
            case TakeBack():
                return step.reason in self.returned[invoice]


def loaded_before() -> Loaded:
    orders = Order.objects.filter(origin=Origin.DEMO).values_list("external_number", "number")
    loaded = Loaded(dict(orders))
    for invoice, delivered_at in (
        Shipment.objects.filter(order__origin=Origin.DEMO)
        .order_by("order_id", "pk")
        .values_list("order__external_number", "delivered_at")
    ):
        loaded.parcels[invoice].append(delivered_at is not None)
    for reasons, model in ((loaded.cancelled, Cancellation), (loaded.returned, Return)):
        pairs = model.objects.filter(order__origin=Origin.DEMO).values_list(
            "order__external_number", "reason"
        )
        for invoice, reason in pairs:
            reasons[invoice].add(reason)
    return loaded


def days_to_move(orders: Sequence[SampleOrder]) -> timedelta:
    """Return the whole days to move the sample by: as before, else so that its newest order was yesterday."""
    at_of = {order.invoice: order.at for order in orders}
    earlier = Order.objects.filter(origin=Origin.DEMO).order_by("pk").first()
    if earlier is not None:
        moved_by = earlier.placed_at - timezone.make_aware(at_of[earlier.external_number])
        # Rounded, for summer and winter time make it an hour more or less.
        return timedelta(days=round(moved_by / timedelta(days=1)))
    yesterday = timezone.localdate() - timedelta(days=1)
    return yesterday - max(at_of.values()).date()


def play(
    steps: Sequence[Step],
    loaded: Loaded,
    *,
    moved_by: timedelta,
    crew: Mapping[str, Actor],
    refused: Counter[str],
) -> Iterator[int]:
    """Take the steps, batch by batch; yield how many each batch took.

    What the shop refuses, because somebody has meanwhile done otherwise with it, is counted in `refused`.
    """
    for batch in batched(steps, BATCH):
        numbers, reasons = _take_all(batch, loaded.numbers, moved_by, crew)
        loaded.numbers |= numbers
        refused.update(reasons)
        yield len(batch)


def aware(at: datetime, moved_by: timedelta) -> datetime:
    """Return a moment of the sample, moved, in the shop's time zone."""
    return timezone.make_aware(at + moved_by)


@write_transaction
def _take_all(
    steps: Sequence[Step], known: Mapping[str, str], moved_by: timedelta, crew: Mapping[str, Actor]
) -> tuple[dict[str, str], Counter[str]]:
    """Take all steps in one transaction; return the new orders' numbers, and why steps were refused."""
    numbers: dict[str, str] = {}
    refused: Counter[str] = Counter()
    for step in steps:
        invoice = step.order.invoice
        number = numbers.get(invoice) or known.get(invoice, "")
        if not (number or isinstance(step, Place)):
            continue
        try:
            with transaction.atomic():
                numbers[invoice] = _take(step, number, aware(step.at, moved_by), crew)
        except Refusal as refusal:
            refused[str(refusal.title)] += 1
    return numbers, refused


def _take(step: Step, number: str, at: datetime, crew: Mapping[str, Actor]) -> str:
    """Take one step; return the order's number."""
    match step:
        case Place():
            return _place(step, at).number
        case Ship():
            ship_order(
                number,
                by=crew["Warehouse"],
                lines=step.lines,
                carrier=step.carrier,
                tracking_number=step.tracking_number,
                at=at,
            )
        case Deliver():
            deliver_order(number, by=crew["Warehouse"], shipment=f"{number}-S{step.nth}", at=at)
        case Cancel():
            cancel_order(number, by=crew["Support"], reason=step.reason, lines=step.lines, at=at)
        case TakeBack():
            items = [ReturnedItem(sku, units, restock=step.restock) for sku, units in step.lines.items()]
            return_items(number, by=crew["Warehouse"], items=items, reason=step.reason, at=at)
    return number


def _place(step: Place, at: datetime) -> Order:
    """Place the order; without its promo code when that cannot be used."""
    order = step.order
    for code in (step.promo_code, "") if step.promo_code else ("",):
        request = OrderRequest(
            lines=tuple(LineRequest(sku, quantity) for sku, quantity in order.lines.items()),
            promo_code=code,
            address=address_of(order),
        )
        try:
            with transaction.atomic():
                return place_order(
                    request,
                    email=email_of(order),
                    by=SHOP,
                    at=at,
                    origin=Origin.DEMO,
                    external_number=order.invoice,
                )
        except Refusal as refusal:
            if not (code and refusal.code.startswith("promo_")):
                raise
    raise AssertionError("unreachable")
