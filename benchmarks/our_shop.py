"""The shop that is measured, with stock, customers and a promo code, and what its audits must not find."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.measuring import in_child
from benchmarks.order_load import (
    CODE,
    CODES,
    CUSTOMERS,
    FEW_UNITS,
    FEW_USES,
    LIMITS,
    MOST_USES,
    PERCENT_OFF,
    PRODUCTS,
    SCARCE_CODE,
    SCARCE_SKU,
    UNITS,
    Buyers,
)
from benchmarks.serving import Serving, serving
from benchmarks.shops import Server, Shop, filled_shop, skus

PATH = "/api/v1/orders"


@dataclass(frozen=True, slots=True)
class Ours:
    shop: Shop
    web: Serving
    buyers: Buyers
    skus: list[str]

    def audit(self, *, placed: int) -> None:
        audit(self.shop, placed=placed)


@contextmanager
def our_shop(server: Server, *, products: int = PRODUCTS) -> Iterator[Ours]:
    """Served as it would be: two web processes on PostgreSQL, one on SQLite; tasks wait for a worker."""
    processes = 2 if server.vendor == "postgresql" else 1
    with filled_shop(server, products=products) as shop:
        tokens = in_child(shop.environment, prepare, products)
        with serving(shop, processes=processes, variables=LIMITS) as web:
            yield Ours(shop, web, Buyers(PATH, tokens), list(skus(products)))


def prepare(products: int) -> list[str]:
    """Enough of every product, a promo code, and a token of each customer."""
    from django.utils import timezone

    from accounts.actors import Actor
    from accounts.models import Source, User
    from accounts.tokens.refresh import issue_pair
    from catalog import stock
    from orders.promotions import PromotionTerms, create_promo_code
    from tests.factories import make_customer, make_product

    by = Actor(None, Source.CLI)
    for sku in skus(products):
        stock.receive(sku, UNITS, by=by)
    terms = PromotionTerms(name="Ten", percent_off=Decimal(PERCENT_OFF), max_uses_per_customer=None)
    for code in (CODE, *CODES):
        create_promo_code(code, terms, max_uses=MOST_USES, by=by)
    create_promo_code(SCARCE_CODE, terms, max_uses=FEW_USES, by=by)
    make_product(SCARCE_SKU, on_hand=FEW_UNITS)
    tokens = []
    for number in range(CUSTOMERS):
        # Without a password: to hash so many would take as long as all the rest.
        user = User.objects.create_user(f"c{number}@example.com", None, email_confirmed_at=timezone.now())
        make_customer(user.email, user=user)
        tokens.append(issue_pair(user).access)
    return tokens


def audit(shop: Shop, *, placed: int) -> None:
    """Raises AssertionError when an order was lost, something oversold or a code used too often."""
    found = in_child(shop.environment, discrepancies)
    assert found == [], found
    orders = in_child(shop.environment, orders_kept)
    assert orders == placed, f"{placed} orders were answered with 201, {orders} are kept."


def discrepancies() -> list[str]:
    from catalog.audit import audit_stock
    from orders.audit import audit_orders

    return [str(each) for each in (*audit_stock(), *audit_orders())]


def orders_kept() -> int:
    from orders.models import Order

    return Order.objects.count()
