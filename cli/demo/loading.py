"""Makes a shop from the sample: lays the groundwork, plays the story, proves that it adds up."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Sum

from accounts.actors import Actor
from accounts.models import Source
from backoffice.money import ZERO, formatted, rounded
from catalog.audit import Discrepancy, audit_stock
from catalog.models import Product
from cli.demo import families, groundwork, paying, pictures, playing
from cli.demo.planning import Step, story_of
from cli.demo.reading import RetailSample, SampleOrder
from cli.terminal.words import gettext as _
from orders.audit import audit_orders
from orders.models import Order, Origin
from orders.payments.audit import audit_payments

# Takes a label, how many there are in all, and an iterator of how many more are done at each turn.
type Follow = Callable[[str, int, Iterator[int]], None]


@dataclass(frozen=True, slots=True)
class LoadingOutcome:
    """What was loaded. `refused` counts steps, `left_out` lines of the sample, both by reason."""

    loaded: int
    refused: Counter[str]
    left_out: Counter[str]
    problems: Sequence[Discrepancy]
    # A file of a bank to try, where some orders are left to pay.
    statement: Path | None = None


def load(sample: RetailSample, chosen: Sequence[SampleOrder], *, follow: Follow) -> LoadingOutcome:
    """Load what is missing of the chosen orders and what they need, then prove every unit and total."""
    story = story_of(sample)
    loaded = playing.loaded_before()
    before = len(loaded.numbers)
    invoices = {order.invoice for order in chosen}
    missing = [step for step in story.steps if step.order.invoice in invoices and not loaded.has(step)]
    refused: Counter[str] = Counter()
    if missing:
        _play(sample, chosen, missing, loaded, refused, follow)
    unpaid = paying.unpaid_orders()
    follow(_("Payments"), len(unpaid), paying.pay_orders(unpaid))
    shown = _most_ordered(chosen)
    follow(_("Pictures"), len(shown), pictures.make_pictures(shown, Actor(None, Source.CLI)))
    left_out = sample.left_out + Counter(
        {"a cancellation whose order is not in the sample": story.unmatched_returns}
    )
    problems = [*audit_stock(), *audit_orders(), *audit_payments()]
    loaded_now = len(loaded.numbers) - before
    return LoadingOutcome(loaded_now, refused, left_out, problems, paying.write_statement())


def _most_ordered(chosen: Sequence[SampleOrder]) -> list[str]:
    orders = Counter(sku for order in chosen for sku in order.lines)
    return [sku for sku, _count in orders.most_common(pictures.MOST)]


def is_a_real_shop() -> bool:
    """Whether there are orders, and none of them is the demo's."""
    return Order.objects.exists() and not Order.objects.filter(origin=Origin.DEMO).exists()


def shop_in_numbers() -> dict[str, int | str]:
    """Return what the shop holds by now."""
    statuses = dict(Order.objects.values_list("status").annotate(count=Count("pk")).order_by("status"))
    worth = Order.objects.aggregate(worth=Sum("total"))["worth"] or ZERO
    return {
        "orders": sum(statuses.values()),
        **statuses,
        "worth": formatted(rounded(worth), settings.SHOP_CURRENCY),
        "products": Product.objects.count(),
        "low_stock": Product.objects.low_stock().count(),
    }


def _play(
    sample: RetailSample,
    chosen: Sequence[SampleOrder],
    missing: Sequence[Step],
    loaded: playing.Loaded,
    refused: Counter[str],
    follow: Follow,
) -> None:
    moved_by = playing.days_to_move(sample.orders)
    needed: Counter[str] = Counter()
    for order in chosen:
        needed.update(order.lines)
    goods = [sample.products[sku] for sku in needed]
    the_day_before = chosen[0].at.replace(hour=7, minute=0) - timedelta(days=1)
    system = Actor(None, Source.CLI)
    # The codes are made before there is staff, so that nobody gets a mail about those that are over.
    groundwork.make_promo_codes(playing.aware(sample.orders[-1].at, moved_by), system)
    crew = groundwork.staff()
    follow("Products", len(goods), groundwork.make_products(goods, system))
    follow("Families", len(goods), families.make_families(goods, system))
    opening = playing.aware(the_day_before, moved_by)
    follow("Stock", len(needed), groundwork.receive_stock(needed, at=opening, by=crew["Warehouse"]))
    playing_on = playing.play(missing, loaded, moved_by=moved_by, crew=crew, refused=refused)
    follow(_("Orders, parcels, returns"), len(missing), playing_on)
