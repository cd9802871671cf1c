"""What the database says, in the words of the plain model."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.db import connection, transaction

from catalog.audit import audit_stock
from catalog.models import Product, StockImport
from orders.audit import audit_orders
from orders.models import Allowance, Cancellation, Order, OrderLine, PromoCode, Return
from orders.payments.audit import audit_payments
from tests.model.orders import Line


@contextmanager
def rolled_back() -> Iterator[None]:
    """Nothing of what is written inside stays, although use cases commit durably."""
    block = transaction.atomic()
    # As Django's own TestCase marks its transactions: durable ones may begin inside.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        try:
            yield
        finally:
            transaction.set_rollback(True)


def balances() -> dict[str, tuple[int, int]]:
    rows = Product.objects.values_list("sku", "on_hand", "reserved")
    return {sku: (on_hand, reserved) for sku, on_hand, reserved in rows}


def orders() -> dict[str, tuple[str, dict[str, Line]]]:
    """Status and lines of each, by number and SKU."""
    counters = ("quantity", "shipped", "delivered", "cancelled", "returned")
    rows = OrderLine.objects.values_list("order__number", "order__status", "sku", *counters)
    found: dict[str, tuple[str, dict[str, Line]]] = {}
    for number, status, sku, *values in rows:
        found.setdefault(number, (status, {}))[1][sku] = Line(*values)
    return found


def money() -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """What of each is paid, waived and due, by number."""
    rows = Order.objects.values_list("number", "paid", "waived", "due")
    return {number: (paid, waived, due) for number, paid, waived, due in rows}


def net_of(number: str) -> Decimal:
    """What the order is worth, less what was cancelled, returned and allowed."""
    net: Decimal = Order.objects.values_list("net", flat=True).get(number=number)
    return net


def uses() -> dict[str, int]:
    return dict(PromoCode.objects.values_list("code", "times_used"))


def import_states() -> dict[int, str]:
    return dict(StockImport.objects.values_list("pk", "state"))


def rows_of(number: int) -> list[tuple[str, int | None]]:
    """Of an import, row by row: what is wrong with it, else how many it leaves on hand."""
    rows = StockImport.objects.get(pk=number).rows.order_by("row").values_list("problem_code", "after")
    return [(problem, None if problem else after) for problem, after in rows]


def assert_every_unit_is_accounted_for() -> None:
    """By the code behind `shopctl stock audit`."""
    assert audit_stock() == []
    assert audit_orders() == []
    assert audit_payments() == []


def assert_credits_add_up() -> None:
    """What each has given up is the sum of its cancellations, returns and allowances, and of its lines."""
    given: dict[int, Decimal] = dict.fromkeys(Order.objects.values_list("pk", flat=True), Decimal(0))
    shipping = given.copy()
    for order, credit, fee in Cancellation.objects.values_list("order", "credit", "shipping_credit"):
        given[order] += credit + fee
        shipping[order] += fee
    for order, credit, fee in Return.objects.values_list("order", "credit", "shipping_credit"):
        given[order] += credit + fee
        shipping[order] += fee
    for order, amount, fee in Allowance.objects.values_list("order", "amount", "shipping"):
        given[order] += amount
        shipping[order] += fee
    assert dict(Order.objects.values_list("pk", "credited")) == given
    for order, credited, allowed in OrderLine.objects.values_list("order", "credited", "allowed"):
        shipping[order] += credited + allowed
    assert shipping == given


def check_constraints() -> None:
    """Foreign keys, which would otherwise be looked at when the transaction commits."""
    connection.check_constraints()
