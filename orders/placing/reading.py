"""Everything that an order depends on, asked in one trip to the database.

Whatever else it comes to depend on, such as a rate of tax, is one more question in `_ask`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, QuerySet, Value, When

from accounts.customers import customer_with, held_customer_for, known_customer
from accounts.models import Customer
from backoffice.db.sending import ask
from backoffice.db.statements import selecting
from backoffice.db.transactions import is_careful
from backoffice.email_addresses import normalised_email
from backoffice.shop import in_force
from backoffice.shop.in_force import ShopNow
from catalog.models import Product, SeenProduct
from orders.models.promo import normalised_code
from orders.placing import open_limits
from orders.placing.open_limits import Open
from orders.pricing import NoDiscount
from orders.promotions import redemption
from orders.promotions.redemption import Candidate

COLUMNS = ("pk", "sku", "sku_key", "name", "price", "is_active", "on_hand", "reserved", "is_named")


@dataclass(frozen=True, slots=True)
class Basket:
    """What is asked about: products by their keys, a promo code or "", whoever buys, and when."""

    keys: Sequence[str]
    promo_code: str
    email: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a basket: its products by their keys, and which of them the promotion names.

    `present` is what its customer has open; nothing where that was not asked. `shop` holds the settings.
    """

    customer: Customer | None
    promo: Candidate | NoDiscount | None
    products: Mapping[str, SeenProduct]
    named: frozenset[int]
    present: Open
    shop: ShopNow


def look(basket: Basket) -> Found:
    """Find what a quote needs, without locking anything; there may be no customer yet."""
    found = _ask(basket, normalised_email(basket.email))
    if found.customer is None or found.customer.merged_into_id is None:
        return found
    stayed = known_customer(basket.email)
    assert stayed is not None
    return _ask(basket, stayed.email)


def hold(basket: Basket, *, name: str, is_limited: bool) -> tuple[Found, Customer]:
    """Find what an order needs. Its customer, made if there is none, is locked until the transaction ends, so
    that the second of two simultaneous first orders sees the first. Code and products, which others want too,
    are locked only in a careful run: else the database refuses them if they are no longer as they were seen.
    """
    found = _ask(basket, normalised_email(basket.email), is_held=True, asks_open=is_limited)
    if found.customer is not None and found.customer.merged_into_id is None:
        return found, found.customer
    customer = held_customer_for(basket.email, name=name)
    return _ask(basket, customer.email, is_held=True, asks_open=is_limited), customer


def _ask(basket: Basket, address: str, *, is_held: bool = False, asks_open: bool = False) -> Found:
    """Ask for the customer first: if the row is locked, all else is asked once it is ours."""
    code = normalised_code(basket.promo_code)
    locks = is_held and is_careful()
    customers = customer_with(address, is_held=is_held)
    codes = redemption.code_with_history(code, address, is_held=locks) if code else None
    products = (_products_locked if locks else _products_seen).question(basket.keys, code)
    present = open_limits.open_of_address.question(address) if asks_open else None
    settings = in_force.question()
    ask(*(question for question in (customers, codes, products, present, settings) if question))
    rows = products.answer()
    return Found(
        customer=next(iter(customers.answer()), None),
        promo=redemption.judged(code, codes.answer(), at=basket.at) if codes else None,
        products={row[2]: SeenProduct(*row[:-1]) for row in rows},
        named=frozenset(row[0] for row in rows if row[-1]),
        present=open_limits.open_in(present.answer()) if present else Open(),
        shop=in_force.heard(settings.answer()),
    )


def _products_wanted(keys: Sequence[str], code: str) -> QuerySet[Product, Any]:
    """Find the products with these keys; `is_named` tells whether the code's promotion names them."""
    named = Case(When(redemption.is_named_by(code), then=Value(True)), default=Value(False))
    return Product.objects.filter(sku_key__among=keys).annotate(is_named=named).values_list(*COLUMNS)


@selecting
def _products_seen(keys: Sequence[str], code: str) -> QuerySet[Product, Any]:
    return _products_wanted(keys, code)


@selecting
def _products_locked(keys: Sequence[str], code: str) -> QuerySet[Product, Any]:
    # In ascending order, so that two orders cannot deadlock.
    return _products_wanted(keys, code).order_by("pk").select_for_update(no_key=True)
