"""Orders as rows of a file, one for each line; what belongs to the order is repeated in each row.

The order's amounts are repeated too: only amounts of lines can be summed over the rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from backoffice.db.money_fields import exact
from backoffice.errors import Refusal
from backoffice.numbers import grouped
from backoffice.sheets.writing import MOST_ROWS, Row, exported_cell, write_exported_workbook
from orders.models import Order, OrderLine, Shipment
from orders.readers.orders import ADDRESS
from orders.visibility import may_know_customers, may_know_payment_state, may_know_promos

ORDERS_AT_ONCE = 500
# Columns of the file, each with the field it shows. They are named as in JSON; what is nested there has both
# names, and amounts that an order and its lines have alike say whose they are.
OF_ORDER = {"number": "number", "placed_at": "placed_at", "status": "status", "source": "source"}
PERSONAL = {
    "email": "email",
    "customer": "customer__name",
    **{f"shipping_address_{name}": f"ship_{name}" for name in ADDRESS},
}
NAMING_PROMO = {"promo_code": "promo_code"}
OF_LINE = {
    "sku": "sku",
    "name": "name",
    "quantity": "quantity",
    "unit_price": "unit_price",
    "line_subtotal": "subtotal",
    "line_discount": "discount",
    "line_total": "charged",
    "line_credited": "credited",
    "shipped": "shipped",
    "delivered": "delivered",
    "cancelled": "cancelled",
    "returned": "returned",
}
AMOUNTS = {
    "currency": "currency",
    "order_subtotal": "subtotal",
    "order_discount": "discount",
    "order_shipping": "shipping",
    "order_total": "total",
    "order_credited": "credited",
    "order_net": "net",
}
# For whoever may know whether orders are paid.
OF_PAYMENT = {
    "order_paid": "paid",
    "order_waived": "waived",
    "order_due": "due",
    "payment_due_on": "payment_due_on",
}
# After the amounts, for whoever may know customers.
WRITTEN = {"note": "note"}
TRACKING = "tracking_numbers"


class TooManyRows(Refusal):
    code = "too_many_rows"
    title = gettext_lazy("More rows than a workbook holds")


@dataclass(frozen=True, slots=True)
class OrderExport:
    """Orders as one reader may see them: who may not know customers or promo codes lacks those columns."""

    orders: QuerySet[Order]
    is_personal: bool = True
    names_promos: bool = True
    knows_payments: bool = True

    @classmethod
    def told_to(cls, reader: User | None, orders: QuerySet[Order]) -> "OrderExport":
        """Return the export as this reader may see it; None is the system, which sees everything."""
        if reader is None:
            return cls(orders)
        return cls(
            orders, may_know_customers(reader), may_know_promos(reader), may_know_payment_state(reader)
        )

    @property
    def columns(self) -> list[str]:
        return [*self._before, *OF_LINE, *self._after, *([TRACKING] if self.is_personal else [])]

    @property
    def _before(self) -> dict[str, str]:
        """Return the columns before those of the line."""
        personal = PERSONAL if self.is_personal else {}
        return {**OF_ORDER, **personal, **(NAMING_PROMO if self.names_promos else {})}

    @property
    def _after(self) -> dict[str, str]:
        """Return the columns behind those of the line."""
        paid = OF_PAYMENT if self.knows_payments else {}
        return {**AMOUNTS, **paid, **(WRITTEN if self.is_personal else {})}

    def parts(self) -> Iterator[list[Row]]:
        """Yield the rows in parts of some hundred orders, in the order in which orders were recorded.

        Each part is read by itself: a slow reader keeps no cursor and no transaction open.
        """
        before = list(self._before.values())
        orders = self.orders.order_by("pk").values_list("pk", *before, *self._after.values())
        after = 0
        while part := list(orders.filter(pk__gt=after)[:ORDERS_AT_ONCE]):
            pks = [pk for pk, *_ in part]
            lines = _lines_of(pks)
            tracking = {pk: [""] for pk in pks} | _tracking_of(pks) if self.is_personal else {}
            yield [
                tuple(
                    map(
                        exported_cell,
                        (*own[: len(before)], *line, *own[len(before) :], *tracking.get(pk, [])),
                    )
                )
                for pk, *own in part
                for line in lines.get(pk, [])
            ]
            after = pks[-1]


def write_orders_workbook(file: IO[bytes], export: OrderExport, *, most_rows: int = MOST_ROWS - 1) -> None:
    """Write the same rows as a workbook, with numbers and moments as such.

    Raises:
        TooManyRows: before anything is written.
    """
    rows = OrderLine.objects.filter(order__in=export.orders.order_by().values("pk")).count()
    if rows > most_rows:
        raise TooManyRows(
            _(
                "A workbook may have %(most_rows)s rows here; these are %(rows)s. Export them as CSV, or "
                "fewer orders at once."
            )
            % {"most_rows": grouped(most_rows), "rows": grouped(rows)}
        )
    write_exported_workbook(file, export)


def _lines_of(pks: Sequence[int]) -> Mapping[int, list[Sequence[Any]]]:
    lines: dict[int, list[Sequence[Any]]] = {}
    rows = OrderLine.objects.filter(order__in=pks).order_by("order", "position")
    rows = rows.annotate(charged=exact(F("subtotal") - F("discount")))
    for order, *line in rows.values_list("order_id", *OF_LINE.values()):
        lines.setdefault(order, []).append(line)
    return lines


def _tracking_of(pks: Sequence[int]) -> dict[int, list[str]]:
    numbers: dict[int, str] = {}
    parcels = Shipment.objects.that_left().filter(order__in=pks).exclude(tracking_number="").order_by("pk")
    for order, number in parcels.values_list("order_id", "tracking_number"):
        numbers[order] = f"{numbers[order]}; {number}" if order in numbers else number
    return {order: [told] for order, told in numbers.items()}
