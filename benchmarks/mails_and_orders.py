"""Orders placed while the worker in the same process sends their mails, beside the same without a worker."""

import time
from collections.abc import Iterator, Sequence

from benchmarks.figures import Figure, Series, Unit, at_least, at_most
from benchmarks.measuring import in_child
from benchmarks.options import Options
from benchmarks.orders_over_http import CLIENTS, LINES, PRODUCTS, discrepancies, prepare, sent
from benchmarks.serving import serving
from benchmarks.shops import Server, Shop, filled_shop

ROUNDS = 2
# A mail is to be on its way so soon after its order, however many orders come.
MOST_SECONDS_BEHIND = 60
PATIENCE_SECONDS = 300


def figures(server: Server, options: Options) -> Iterator[Figure]:
    if server.vendor != "sqlite":
        return  # grown, the worker is a process of its own
    alone: list[float] = []
    beside: list[float] = []
    behind: list[float] = []
    with filled_shop(server, products=PRODUCTS) as shop:
        tokens = in_child(shop.environment, prepare, options.orders * LINES * ROUNDS)
        for number in range(ROUNDS):
            alone.append(orders_a_second(shop, tokens, options.orders, seed=2 * number))
            in_child(shop.environment, forget_mails)
            beside.append(
                orders_a_second(shop, tokens, options.orders, seed=2 * number + 1, with_worker=True)
            )
            behind.append(in_child(shop.environment, longest_behind))
        assert in_child(shop.environment, discrepancies) == []
    yield Figure(
        Series(f"{options.orders:,} orders while their mails go out, {CLIENTS} clients", beside),
        Unit.PER_SECOND,
        Series("the same without a worker", alone),
        at_least(0.8),
    )
    yield Figure(
        Series("from an order to its mail, the longest", behind),
        Unit.SECONDS,
        goal=at_most(MOST_SECONDS_BEHIND),
    )


def orders_a_second(
    shop: Shop, tokens: Sequence[str], orders: int, *, seed: int, with_worker: bool = False
) -> float:
    """Place the orders in a server of their own; it ends when its worker has sent all mails."""
    with serving(shop, processes=1, has_worker=with_worker) as web:
        seconds = sent(web, tokens, orders, seed=seed).seconds
        if with_worker:
            in_child(shop.environment, wait_for_mails)
    return orders / seconds


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
