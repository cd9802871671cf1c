"""A small shop in which something of every kind exists, with the path parameters that find it."""

import io
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Customer, Source, User
from backoffice.outbox.models import EmailMessage, EmailState
from catalog.product_files import keep_product_plan, plan_products, read_products
from catalog.stock_import import plan_import
from orders.customers.merging import merge_customers
from orders.fulfilment.lifecycle import ship_order
from orders.models import Order
from orders.payments.allowances import allow
from orders.payments.imports import plan_payments
from orders.payments.recording import record_payment
from tests.factories import (
    CLI,
    make_batch,
    make_category,
    make_customer,
    make_family,
    make_product,
    make_promo_code,
    make_shopper,
    make_user,
    place,
)
from tests.pictures import pictures_of

SKU = "71053"
CODE = "WELCOME10"
FAMILY = "lantern"


@dataclass(frozen=True)
class Shop:
    """Ada and Bob are customers; the order is Ada's, of three units of which one was shipped.

    All mails have been sent; `email` confirmed the order.
    """

    ada: User
    bob: User
    colleague: User
    order: Order
    batch: int
    planned_import: int
    customer: int
    merge: int
    email: int
    product_import: int
    payment_import: int
    picture: str
    entry: int

    def parameters(self, path: str) -> dict[str, str | int]:
        """What stands for the names in the braces of this path."""
        values: dict[str, str | int] = {
            "sku": SKU,
            "picture": self.picture,
            "code": CODE,
            "slug": FAMILY,
            "session_id": "api-0",
            "user_id": self.colleague.pk,
            "promotion_id": self.batch,
            "customer_id": self.customer,
            "merge_id": self.merge,
            "reference": f"{self.order.number}-S1",
            "email": self.email,
            "entry": self.entry,
            "number": self._number_in(path),
            "row": 2,
        }
        return {name: value for name, value in values.items() if f"{{{name}}}" in path}

    def _number_in(self, path: str) -> str | int:
        if "/orders/" in path:
            return self.order.number
        if "/payment-imports" in path:
            return self.payment_import
        return self.product_import if "/products/" in path else self.planned_import


def open_shop() -> Shop:
    category = make_category("Lanterns")
    make_product(SKU, on_hand=100, price="3.39", name="WHITE METAL LANTERN", category=category)
    make_family("Lantern", ["Colour"], {SKU: ["white"]})
    make_promo_code(CODE, percent_off="10.00", max_discount="20.00")
    ada, bob = make_shopper("ada@example.com"), make_shopper("bob@example.com")
    order = place({SKU: 3}, customer=Customer.objects.get(user=ada), by=Actor(ada, Source.API))
    ship_order(order.number, by=CLI, lines={SKU: 1})
    EmailMessage.objects.update(state=EmailState.SENT, sent_at=timezone.now())
    email = EmailMessage.objects.earliest("pk").pk
    rows = io.BytesIO(f"sku,quantity\n{SKU},90\nnobody,1\n".encode())
    planned = plan_import(rows, file_name="stock.csv", mode="count", by=CLI)
    customer = Customer.objects.get(user=ada)
    merge = merge_customers(customer, make_customer("ada@exmaple.com"), by=CLI)
    return Shop(
        ada,
        bob,
        make_user("colleague@example.com"),
        order,
        make_batch(2).pk,
        planned.pk,
        customer.pk,
        merge.pk,
        email,
        _planned_products(),
        _planned_payments(),
        pictures_of(SKU, 1)[0].name,
        _paid(order),
    )


def _paid(order: Order) -> int:
    # One to move it to.
    place({SKU: 1})
    allow(order.number, Decimal("0.17"), reason="Scratched", by=CLI)
    return record_payment(order.number, Decimal("5.00"), by=CLI).entry.pk


def _planned_payments() -> int:
    rows = io.BytesIO(b"date,amount,text\n2026-11-30,1.00,thanks\n")
    return plan_payments(rows, file_name="bank.csv", by=CLI).pk


def _planned_products() -> int:
    rows = io.BytesIO(f"sku,name,price\n{SKU},WHITE LANTERN,4.00\nNEW,New,free\n".encode())
    file = read_products(rows, file_name="products.csv")
    return keep_product_plan(file, plan_products(file), by=CLI).pk
