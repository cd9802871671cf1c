"""Customers as rows of a file, read part by part: however many there are, the memory stays the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from accounts.models import Customer, User
from backoffice.money import ZERO
from backoffice.sheets.writing import Row, exported_cell
from orders.models import Order
from orders.visibility import may_know_payment_state

CUSTOMERS_AT_ONCE = 1_000
# Columns are named as in JSON.
OWN = ("id", "email", "name", "phone", "note")
ORDERED = ("orders", "spent", "due", "owed", "last_order_at")
REVENUE, OF_PAYMENT = ("spent",), ("due", "owed")

NOTHING_ORDERED = {"orders": 0, "spent": ZERO, "due": ZERO, "owed": ZERO, "last_order_at": None}


@dataclass(frozen=True, slots=True)
class CustomerExport:
    """Customers, the oldest first, without those who were merged into another."""

    customers: QuerySet[Customer]
    shows_revenue: bool = True
    knows_payments: bool = True

    @classmethod
    def told_to(cls, reader: User | None, customers: QuerySet[Customer] | None = None) -> "CustomerExport":
        """Return the export as this reader may see it, of all unless some are given; None is the system."""
        chosen = Customer.objects.all() if customers is None else customers
        if reader is None:
            return cls(chosen)
        return cls(chosen, reader.has_perm("orders.view_revenue"), may_know_payment_state(reader))

    @property
    def columns(self) -> list[str]:
        hidden = (() if self.shows_revenue else REVENUE) + (() if self.knows_payments else OF_PAYMENT)
        ordered = [name for name in ORDERED if name not in hidden]
        return [*OWN, "has_account", *ordered, "created_at"]

    def parts(self) -> Iterator[list[Row]]:
        """Yield rows in parts; a slow reader keeps no transaction open."""
        customers = Customer.objects.present().filter(pk__in=self.customers.order_by().values("pk"))
        customers = customers.order_by("pk")
        after = 0
        while part := list(customers.filter(pk__gt=after)[:CUSTOMERS_AT_ONCE]):
            figures = _figures_of([customer.pk for customer in part])
            yield [self._row(customer, figures.get(customer.pk, {})) for customer in part]
            after = part[-1].pk

    def _row(self, customer: Customer, figures: dict[str, Any]) -> Row:
        values = {name: getattr(customer, name) for name in (*OWN, "created_at")}
        values["has_account"] = "true" if customer.user_id else "false"
        values |= NOTHING_ORDERED | figures
        return tuple(exported_cell(values[name]) for name in self.columns)


def _figures_of(pks: Sequence[int]) -> dict[int, dict[str, Any]]:
    placed = Order.objects.filter(customer__in=pks).order_by().values("customer")
    rows = placed.annotate(
        orders=Count("pk"),
        spent=Sum("net"),
        # Under other names: the order has a column `due`.
        to_pay=Sum("due", filter=Q(due__above_zero=True), default=ZERO),
        to_pay_back=-Sum("due", filter=Q(due__below_zero=True), default=ZERO),
        last_order_at=Max("placed_at"),
    )
    told = rows.values_list("customer", "orders", "spent", "to_pay", "to_pay_back", "last_order_at")
    return {customer: dict(zip(ORDERED, figures, strict=True)) for customer, *figures in told}
