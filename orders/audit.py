"""Checks orders against their lines, the ledger and the redemptions: all their figures must agree."""

from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Abs, Coalesce, Round
from django.db.models.query import QuerySet

from backoffice.db.money_fields import MoneyField, exact
from backoffice.money import places, smallest
from catalog.audit import NAMED_AT_MOST, Discrepancy
from catalog.models import Product
from orders.models import (
    Allowance,
    Cancellation,
    CancellationLine,
    EventKind,
    Order,
    OrderEvent,
    OrderLine,
    PromoCode,
    Promotion,
    PromotionCategory,
    PromotionProduct,
    Redemption,
    RedemptionState,
    Return,
    ReturnLine,
    ShipmentLine,
)
from orders.models.order_line import OPEN_UNITS
from orders.pricing import credit_of
from orders.status import OrderStatus

# One statement, so that both sides show the same moment: an order may be placed meanwhile.
HELD_OTHERWISE = """
    SELECT number, product_id, SUM(in_ledger), SUM(in_order)
    FROM (
        SELECT held_for AS number, product_id, reserved_delta AS in_ledger, 0 AS in_order
        FROM catalog_stockmovement
        WHERE held_for <> ''
        UNION ALL
        SELECT placed.number, line.product_id, 0, line.quantity - line.shipped - line.cancelled
        FROM orders_orderline AS line
        JOIN orders_order AS placed ON placed.id = line.order_id
        WHERE line.quantity <> line.shipped + line.cancelled
    ) AS held
    GROUP BY number, product_id
    HAVING SUM(in_ledger) <> SUM(in_order)
    ORDER BY number, product_id
    LIMIT %s
"""


def audit_orders() -> list[Discrepancy]:
    """Return every discrepancy, at most 1,000 of each kind; none when all is well."""
    return [
        *_reserved_is_what_open_orders_hold(),
        *_ledger_holds_what_each_order_has_open(),
        *_status_follows_from_lines(),
        *_lines_shipped_what_their_shipments_say(),
        *_totals_add_up(),
        *_amounts_can_be_paid(),
        *_lines_are_credited_what_was_paid(),
        *_lines_are_credited_what_their_reversals_say(),
        *_orders_are_credited_what_their_lines_are(),
        *_uses_are_active_redemptions(),
        *_restricted_promotions_name_something(),
        *_cancelled_orders_hold_no_redemption(),
        *_timeline_begins_with_placing(),
        *_orders_and_uses_have_one_customer(),
    ]


def _reserved_is_what_open_orders_hold() -> Iterator[Discrepancy]:
    held = OrderLine.objects.filter(product=OuterRef("pk")).order_by().values("product")
    products = Product.objects.annotate(
        held=Coalesce(Subquery(held.annotate(units=Sum(OPEN_UNITS)).values("units")), 0)
    ).exclude(reserved=F("held"))
    for sku, reserved, held_now in products.values_list("sku", "reserved", "held")[:NAMED_AT_MOST]:
        yield Discrepancy(sku, "reserved", f"reserved {reserved}, open orders hold {held_now}")


def _ledger_holds_what_each_order_has_open() -> Iterator[Discrepancy]:
    with connection.cursor() as cursor:
        cursor.execute(HELD_OTHERWISE, [NAMED_AT_MOST])
        wrong = cursor.fetchall()
    for number, product, in_ledger, in_order in wrong:
        yield Discrepancy(
            number, "held", f"product {product}: the ledger holds {in_ledger}, the order has {in_order} open"
        )


def _with_sums() -> QuerySet[Order]:
    return Order.objects.annotate(
        open_units=Sum(F("lines__quantity") - F("lines__shipped") - F("lines__cancelled")),
        shipped_units=Sum("lines__shipped"),
        delivered_units=Sum("lines__delivered"),
    )


def _status_follows_from_lines() -> Iterator[Discrepancy]:
    orders = _with_sums().annotate(
        foreseen=Case(
            When(shipped_units=0, open_units=0, then=Value(OrderStatus.CANCELLED.value)),
            When(shipped_units=0, then=Value(OrderStatus.PENDING.value)),
            When(open_units__gt=0, then=Value(OrderStatus.PARTIALLY_SHIPPED.value)),
            When(delivered_units=F("shipped_units"), then=Value(OrderStatus.DELIVERED.value)),
            default=Value(OrderStatus.SHIPPED.value),
        )
    )
    wrong = orders.exclude(status=F("foreseen")).values_list("number", "status", "foreseen")
    for number, status, foreseen in wrong[:NAMED_AT_MOST]:
        yield Discrepancy(number, "status", f"is {status}, its lines say {foreseen}")


def _lines_shipped_what_their_shipments_say() -> Iterator[Discrepancy]:
    """Check that a line's units are those of its shipments, of which undone ones count no more."""
    left = ShipmentLine.objects.filter(order_line=OuterRef("pk"), shipment__undone_at=None)
    arrived = left.filter(shipment__delivered_at__isnull=False)
    lines = OrderLine.objects.annotate(sent=_units_of(left), arrived=_units_of(arrived))
    wrong = lines.exclude(shipped=F("sent"), delivered=F("arrived")).order_by("pk")
    figures = ("order__number", "sku", "shipped", "delivered", "sent", "arrived")
    for number, sku, *counted in wrong.values_list(*figures)[:NAMED_AT_MOST]:
        shipped, delivered, sent, arrived_units = counted
        detail = f"{sku} shipped {shipped}, delivered {delivered}; its shipments say {sent}, {arrived_units}"
        yield Discrepancy(number, "shipments", detail)


def _units_of(contents: QuerySet[ShipmentLine]) -> Coalesce:
    summed = contents.order_by().values("order_line").annotate(units=Sum("quantity")).values("units")
    return Coalesce(Subquery(summed), 0, output_field=IntegerField())


def _totals_add_up() -> Iterator[Discrepancy]:
    orders = Order.objects.annotate(
        lines_subtotal=Coalesce(exact(Sum("lines__subtotal")), Value(0), output_field=MoneyField()),
        lines_discount=Coalesce(exact(Sum("lines__discount")), Value(0), output_field=MoneyField()),
        lines_units=Coalesce(Sum("lines__quantity"), 0, output_field=IntegerField()),
    ).exclude(subtotal=F("lines_subtotal"), discount=F("lines_discount"), units=F("lines_units"))
    figures = ("subtotal", "discount", "units", "lines_subtotal", "lines_discount", "lines_units")
    for row in orders.values("number", *figures)[:NAMED_AT_MOST]:
        yield Discrepancy(
            row["number"],
            "totals",
            "subtotal {subtotal}, discount {discount}, units {units}; its lines say {lines_subtotal}, "
            "{lines_discount}, {lines_units}".format(**row),
        )


def _amounts_can_be_paid() -> Iterator[Discrepancy]:
    """Check that amounts are of the shop's currency, and that none is finer than its smallest amount."""
    others = Order.objects.exclude(currency=settings.SHOP_CURRENCY).order_by("pk")
    for number, currency in others.values_list("number", "currency")[:NAMED_AT_MOST]:
        yield Discrepancy(number, "currency", f"in {currency}, the shop's is {settings.SHOP_CURRENCY}")
    amounts = (
        (OrderLine.objects.order_by("pk"), "order__number", ("unit_price", "discount")),
        (Order.objects.order_by("pk"), "number", ("shipping",)),
        (Product.objects.order_by("pk"), "sku", ("price",)),
    )
    for rows, subject, names in amounts:
        finer = Q()
        for name in names:
            finer |= ~Q(**{name: Round(F(name), precision=places())})
        for named in rows.filter(finer).values_list(subject, flat=True)[:NAMED_AT_MOST]:
            detail = f"{' or '.join(names)} with more than {places()} decimal places"
            yield Discrepancy(named, "places", detail)


def _lines_are_credited_what_was_paid() -> Iterator[Discrepancy]:
    """Check that the units of a line that were given back are credited with their part of what was paid.

    With an allowance their part depends on when it was granted: then only the sums can be checked.
    """
    figures = (
        "order__number",
        "sku",
        "quantity",
        "subtotal",
        "discount",
        "cancelled",
        "returned",
        "credited",
    )
    for number, sku, quantity, subtotal, discount, cancelled, returned, credited in _credited_otherwise(
        OrderLine.objects.filter(allowed=0).order_by("pk")
    ).values_list(*figures)[:NAMED_AT_MOST]:
        done = cancelled + returned
        paid = subtotal - discount
        due = credit_of(paid=paid, quantity=quantity, done=0, units=done, places=places())
        if credited != due:
            detail = f"{sku} credited {credited}; {done} of {quantity} units are worth {due}"
            yield Discrepancy(number, "credited", detail)


def _credited_otherwise(lines: QuerySet[OrderLine]) -> QuerySet[OrderLine]:
    """Find the lines whose credit is half the smallest amount or more from the exact value of their units.

    Those exactly half of it away may be rightly rounded: only Decimal, not SQLite's floating point, can tell.
    """
    exact_value = (F("subtotal") - F("discount")) * (F("cancelled") + F("returned"))
    off = Abs(
        F("credited") * F("quantity") - exact_value,
        output_field=DecimalField(max_digits=19, decimal_places=6),
    )
    return lines.annotate(off=off).filter(off__gte=F("quantity") * Value(smallest() * Decimal("0.499")))


def _lines_are_credited_what_their_reversals_say() -> Iterator[Discrepancy]:
    lines = OrderLine.objects.annotate(
        cancelled_units=_sum_of(CancellationLine, "quantity"),
        returned_units=_sum_of(ReturnLine, "quantity"),
        reversals_credit=exact(_sum_of(CancellationLine, "credit") + _sum_of(ReturnLine, "credit")),
    ).exclude(cancelled=F("cancelled_units"), returned=F("returned_units"), credited=F("reversals_credit"))
    figures = ("cancelled", "returned", "credited", "cancelled_units", "returned_units", "reversals_credit")
    for row in lines.order_by("pk").values("order__number", "sku", *figures)[:NAMED_AT_MOST]:
        yield Discrepancy(
            row["order__number"],
            "reversals",
            "{sku} cancelled {cancelled}, returned {returned}, credited {credited}; its cancellations and "
            "returns say {cancelled_units}, {returned_units}, {reversals_credit}".format(**row),
        )


def _sum_of(reversal_lines: type[CancellationLine | ReturnLine], name: str) -> Coalesce:
    of_line = reversal_lines.objects.filter(order_line=OuterRef("pk")).order_by().values("order_line")
    return Coalesce(
        Subquery(of_line.annotate(sum=Sum(name)).values("sum")), Value(0), output_field=MoneyField()
    )


def _orders_are_credited_what_their_lines_are() -> Iterator[Discrepancy]:
    """Check that an order is credited with what its lines are, and with the shipping that was given back."""
    orders = Order.objects.annotate(
        foreseen=exact(
            _of_order(OrderLine, "credited")
            + _of_order(OrderLine, "allowed")
            + _of_order(Cancellation, "shipping_credit")
            + _of_order(Return, "shipping_credit")
            + _of_order(Allowance, "shipping")
        )
    ).exclude(credited=F("foreseen"))
    figures = ("number", "credited", "foreseen")
    for number, credited, foreseen in orders.order_by("pk").values_list(*figures)[:NAMED_AT_MOST]:
        yield Discrepancy(number, "credited", f"credited {credited}; its lines and shipping say {foreseen}")


def _of_order(model: type[OrderLine | Cancellation | Return | Allowance], name: str) -> Coalesce:
    of_order = model.objects.filter(order=OuterRef("pk")).order_by().values("order")
    summed = Subquery(of_order.annotate(sum=Sum(name)).values("sum"))
    return Coalesce(summed, Value(0), output_field=MoneyField())


def _uses_are_active_redemptions() -> Iterator[Discrepancy]:
    active = Count("redemptions", filter=Q(redemptions__state=RedemptionState.ACTIVE))
    wrong = PromoCode.objects.annotate(active=active).exclude(times_used=F("active"))
    for code, used, redeemed in wrong.values_list("code", "times_used", "active")[:NAMED_AT_MOST]:
        yield Discrepancy(code, "redemptions", f"used {used}, active redemptions {redeemed}")


def _restricted_promotions_name_something() -> Iterator[Discrepancy]:
    """Check that restricted promotions name categories or products, and unrestricted ones name none."""
    named = (
        through.objects.filter(promotion=OuterRef("pk")) for through in (PromotionCategory, PromotionProduct)
    )
    categories, products = named
    promotions = Promotion.objects.annotate(names_some=Exists(categories) | Exists(products))
    wrong = promotions.exclude(is_restricted=F("names_some"))
    for pk, name, is_restricted in wrong.values_list("pk", "name", "is_restricted")[:NAMED_AT_MOST]:
        detail = "restricted, and names nothing" if is_restricted else "names things, and is not restricted"
        yield Discrepancy(f"promotion {pk} {name}", "restriction", detail)


def _cancelled_orders_hold_no_redemption() -> Iterator[Discrepancy]:
    is_cancelled = Q(order__status=OrderStatus.CANCELLED)
    is_active = Q(state=RedemptionState.ACTIVE)
    wrong = Redemption.objects.filter((is_cancelled & is_active) | (~is_cancelled & ~is_active))
    for redemption in wrong.select_related("order")[:NAMED_AT_MOST]:
        yield Discrepancy(
            redemption.order.number,
            "redemption",
            f"the order is {redemption.order.status}, its redemption {redemption.state}",
        )


def _timeline_begins_with_placing() -> Iterator[Discrepancy]:
    placed = OrderEvent.objects.filter(kind=EventKind.PLACED).values("order")
    for order in Order.objects.exclude(pk__in=placed)[:NAMED_AT_MOST]:
        yield Discrepancy(order.number, "timeline", "does not say when it was placed")


def _orders_and_uses_have_one_customer() -> Iterator[Discrepancy]:
    """Check that a redemption is its order's customer's, and that nobody who was merged away has orders."""
    of_another = Redemption.objects.exclude(customer=F("order__customer"))
    for redemption in of_another.select_related("order")[:NAMED_AT_MOST]:
        order = redemption.order
        detail = f"is customer {redemption.customer_id}'s, the order is customer {order.customer_id}'s"
        yield Discrepancy(order.number, "redemption", detail)
    of_nobody = Order.objects.filter(customer__merged_into__isnull=False)
    for number, customer in of_nobody.values_list("number", "customer")[:NAMED_AT_MOST]:
        yield Discrepancy(number, "customer", f"customer {customer} was merged into another")
