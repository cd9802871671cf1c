"""What came in for the demo's orders: most are paid, some late or in part, and some are to be paid back."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import batched
from pathlib import Path

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Source
from backoffice.db.transactions import write_transaction
from backoffice.sheets.csv_lines import csv_lines
from orders.models import Order, Origin, PaymentEntry, PaymentMethod
from orders.payments.allowances import allow
from orders.payments.details import PaymentDetails
from orders.payments.due_dates import set_due_date
from orders.payments.recording import pay_back, record_payment

BATCH = 100
SHOP = Actor(None, Source.CLI)
# Of the newest orders some wait for their money; all older ones were paid.
NEW = timedelta(days=10)
TIME_TO_PAY = timedelta(days=14)
WAYS = ((PaymentMethod.CARD, "stripe"), (PaymentMethod.PAYPAL, "paypal"), (PaymentMethod.BANK_TRANSFER, ""))
STATEMENT = "bank-statement.csv"
HEADER = ("date", "amount", "text", "name", "id")
LATE = "Arrived late"  # not translated


def unpaid_orders() -> list[int]:
    """Return the serials of the demo's orders for which nothing was recorded yet."""
    unpaid = Order.objects.filter(origin=Origin.DEMO, payment_entries=None, payment_due_on=None)
    return list(unpaid.order_by("serial").values_list("serial", flat=True))


def pay_orders(serials: Sequence[int]) -> Iterator[int]:
    """Record what came in and went out for these orders; yield how many each batch had."""
    for part in batched(serials, BATCH):
        _pay_all(part)
        yield len(part)


@write_transaction
def _pay_all(serials: Sequence[int]) -> None:
    new_since = timezone.now() - NEW
    for order in Order.objects.filter(serial__in=serials).order_by("serial"):
        if order.placed_at >= new_since and order.serial % 4 == 0:
            _pay_later(order)
        else:
            _pay(order, order.total)


def _pay_later(order: Order) -> None:
    """Leave it to pay: in time, overdue, or with a part that came in."""
    is_overdue = order.serial % 3 == 0
    until = timezone.localdate(order.placed_at) + (timedelta(days=-1) if is_overdue else TIME_TO_PAY)
    set_due_date(order.number, until, by=SHOP, at=order.placed_at)
    if order.serial % 5 == 0 and order.due > 1:
        _pay(order, Decimal(int(order.due / 2)))


def _pay(order: Order, amount: Decimal) -> None:
    if amount <= 0:
        return
    at = order.placed_at + timedelta(minutes=order.serial % 50)
    recorded = record_payment(order.number, amount, _details(order, at), by=SHOP, at=at)
    # Of what came back, the latest is still to be paid back.
    if recorded.order.due < 0 and order.serial % 6:
        back_at = _a_day_after_all_else(order)
        pay_back(order.number, None, _details(order, back_at, "R"), by=SHOP, at=back_at)
    elif order.serial % 97 == 0:
        allow(order.number, min(Decimal(5), order.net), reason=LATE, by=SHOP, at=at)


def _a_day_after_all_else(order: Order) -> datetime:
    """Return when the money for what came back goes out, which is not in the future."""
    latest: datetime = order.events.aggregate(latest=Max("at"))["latest"]
    return min(latest + timedelta(days=1), timezone.now())


def _details(order: Order, at: datetime, mark: str = "") -> PaymentDetails:
    method, provider = WAYS[order.serial % len(WAYS)]
    return PaymentDetails(
        method=method,
        provider=provider,
        reference=f"DEMO{mark}{order.serial}",
        value_date=timezone.localdate(at),
    )


def write_statement() -> Path | None:
    """Write a bank's file to try: lines that settle, differ, are known, or name no order, or two of them."""
    open_orders = list(
        Order.objects.filter(origin=Origin.DEMO, due__above_zero=True).order_by("-serial")[:12]
    )
    known = PaymentEntry.objects.filter(
        order__origin=Origin.DEMO, method=PaymentMethod.BANK_TRANSFER, paid_delta__gt=0
    ).order_by("-pk")
    if len(open_orders) < 4:
        return None
    path = Path(settings.VAR_DIR) / STATEMENT
    today = timezone.localdate().isoformat()
    rows = [[today, *line] for line in _lines(open_orders, known.first())]
    path.write_text(csv_lines([HEADER, *rows]), encoding="utf-8", newline="")
    return path


def _lines(orders: Sequence[Order], known: PaymentEntry | None) -> Iterator[tuple[object, ...]]:
    first, second, third, *others = orders
    for order in others:
        yield order.due, f"Invoice {order.number}", order.ship_name, f"LINE{order.serial}"
    yield first.due - Decimal("0.50"), f"{first.number} less my bank's fee", first.ship_name, "LINE-SHORT"
    yield second.due + 5, f"order {second.serial}", second.ship_name, "LINE-MORE"
    yield third.due, f"{third.number} and {first.number}", third.ship_name, "LINE-TWO"
    yield "49.90", "thank you", "A. Customer", "LINE-NONE"
    if known is not None:
        yield known.paid_delta, known.order.number, known.order.ship_name, known.reference
