"""How many SQL statements placing an order takes, from BEGIN to COMMIT."""

from collections.abc import Iterator

from benchmarks.figures import Figure, Series, Unit, at_most
from benchmarks.measuring import in_child
from benchmarks.options import Options
from benchmarks.shops import Server, filled_shop, skus

SIZES = (3, 30)


def figures(server: Server, _: Options) -> Iterator[Figure]:
    with filled_shop(server, products=max(SIZES)) as shop:
        counts = in_child(shop.environment, statements_for)
    for lines, count in zip(SIZES, counts, strict=True):
        series = Series(f"place_order, {lines} lines and a promo code", [count])
        yield Figure(series, Unit.STATEMENTS, goal=at_most(14))


def statements_for() -> list[int]:
    """For each of the sizes: an order of a known customer with a promo code."""
    from decimal import Decimal

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.actors import Actor
    from accounts.models import Source
    from orders.placing.placement import Address, LineRequest, OrderRequest, place_order
    from orders.promotions import PromotionTerms, create_promo_code

    by = Actor(None, Source.CLI)
    terms = PromotionTerms(name="Ten", percent_off=Decimal(10), max_uses_per_customer=None)
    create_promo_code("TEN", terms, max_uses=None, by=by)
    address = Address(name="Theo Jansen", line1="Seeweg 56", postcode="34878", city="Köln", country="DE")
    counts = []
    for lines in (1, *SIZES):
        request = OrderRequest(
            lines=tuple(LineRequest(sku, 1) for sku in skus(lines)), promo_code="TEN", address=address
        )
        with CaptureQueriesContext(connection) as queries:
            place_order(request, email="theo@example.com", by=by)
        counts.append(len(queries))
    # The first order made its customer.
    return counts[1:]
