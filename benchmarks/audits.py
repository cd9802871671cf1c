"""Proving every unit of a long ledger."""

from collections.abc import Iterator

from benchmarks.figures import Figure, Unit, seconds_of
from benchmarks.measuring import Sample, alternating, in_child, measured
from benchmarks.options import Options
from benchmarks.shops import Server, filled_shop, server_pid

MOVEMENTS_EACH = 10


def figures(server: Server, options: Options) -> Iterator[Figure]:
    products = options.movements // MOVEMENTS_EACH
    with filled_shop(server, products=products, movements_each=MOVEMENTS_EACH) as shop:
        audits, sums = alternating(
            options.audit_repetitions,
            lambda: in_child(shop.environment, audit),
            lambda: in_child(shop.environment, add_up),
        )
    yield Figure(
        seconds_of(f"stock audit, {options.movements:,} movements", audits),
        Unit.SECONDS,
        seconds_of("SELECT SUM(…) of both deltas", sums),
    )


def audit() -> Sample:
    from catalog.audit import audit_stock

    found: list[object] = []
    sample = measured(lambda: found.extend(audit_stock()), server_pid=server_pid())
    assert found == []
    return sample


def add_up() -> Sample:
    from django.db.models import Sum

    from catalog.models import StockMovement

    return measured(
        lambda: StockMovement.objects.aggregate(Sum("on_hand_delta"), Sum("reserved_delta")),
        server_pid=server_pid(),
    )
