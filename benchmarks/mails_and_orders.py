"""Orders placed while the worker in the same process sends their mails, beside the same without a worker."""

import time
from collections.abc import Iterator
from functools import partial

from benchmarks.figures import Figure, Series, Unit, at_least, at_most
from benchmarks.load import Load, rate_of
from benchmarks.measuring import alternating, in_child
from benchmarks.options import Options
from benchmarks.order_load import LIMITS, PRODUCTS, Buyers
from benchmarks.orders_over_http import CLIENTS, spread
from benchmarks.our_shop import PATH, Ours, audit, prepare
from benchmarks.serving import serving
from benchmarks.shops import Server, Shop, filled_shop, skus

ROUNDS = 3
# A mail is to be on its way so soon after its order, however many orders come.
MOST_SECONDS_BEHIND = 60
PATIENCE_SECONDS = 300


def figures(server: Server, options: Options) -> Iterator[Figure]:
    if server.vendor != "sqlite":
        return  # grown, the worker is a process of its own
    with filled_shop(server, products=PRODUCTS) as shop:
        buyers = Buyers(PATH, in_child(shop.environment, prepare, PRODUCTS))
        behind: list[float] = []

        def beside_mails() -> Load:
            in_child(shop.environment, forget_mails)
            load = placed(shop, buyers, options.mailed_orders, has_worker=True)
            behind.append(in_child(shop.environment, longest_behind))
            return load

        alone, beside = alternating(
            ROUNDS, partial(placed, shop, buyers, options.mailed_orders, has_worker=False), beside_mails
        )
        audit(shop, placed=options.mailed_orders * ROUNDS * 2)
    yield Figure(
        rate_of(f"embedded: orders a second while their mails go out, {CLIENTS} clients", beside),
        Unit.PER_SECOND,
        rate_of("the same without a worker", alone),
        at_least(0.8),
    )
    yield Figure(
        Series("embedded: from an order to its mail, the longest", behind),
        Unit.SECONDS,
        goal=at_most(MOST_SECONDS_BEHIND),
    )


def placed(shop: Shop, buyers: Buyers, orders: int, *, has_worker: bool) -> Load:
    """Place the orders in a server of their own; it ends when its worker has sent all mails."""
    with serving(shop, processes=1, variables=LIMITS, has_worker=has_worker) as web:
        load = spread(Ours(shop, web, buyers, list(skus(PRODUCTS))), orders)
        if has_worker:
            in_child(shop.environment, wait_for_mails)
    return load


def forget_mails() -> None:
    from backoffice.outbox.models import EmailMessage

    EmailMessage.objects.all().delete()


def wait_for_mails() -> None:
    """Raises RuntimeError when mails are still waiting after a while."""
    from backoffice.outbox.models import EmailMessage, EmailState

    until = time.monotonic() + PATIENCE_SECONDS
    while EmailMessage.objects.exclude(state=EmailState.SENT).exists():
        if time.monotonic() > until:
            raise RuntimeError("The mails did not go out.")
        time.sleep(0.5)


def longest_behind() -> float:
    """Seconds between a mail's order and its sending, at most."""
    from django.db.models import F, Max

    from backoffice.outbox.models import EmailMessage

    waited = EmailMessage.objects.aggregate(longest=Max(F("sent_at") - F("created_at")))["longest"]
    return float(waited.total_seconds())
