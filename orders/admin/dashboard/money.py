"""Which money came in and went out in a period, by method: not what was sold, which may be paid later."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from orders.admin import words
from orders.admin.dashboard.period import Period
from orders.models import PaymentMethod
from orders.payments.report import MoneyMoved

# Whoever may see single payments need not know what the shop earns.
SEES_MONEY = ("orders.view_revenue", "orders.view_order", "orders.view_paymententry")


@dataclass(frozen=True, slots=True)
class PaymentsRow:
    """The amounts of one method, or of all; `url` is the list of just those payments."""

    method: str
    came_in: str
    went_out: str
    net: str
    url: str


@dataclass(frozen=True, slots=True)
class PaymentsCard:
    rows: Sequence[PaymentsRow]
    total: PaymentsRow


def payments_card(period: Period, moved: Sequence[MoneyMoved]) -> PaymentsCard:
    in_all = sum(moved, MoneyMoved())
    return PaymentsCard([_row(period, each) for each in moved], _row(period, in_all))


def _row(period: Period, moved: MoneyMoved) -> PaymentsRow:
    days = {"value_date_from": period.first.isoformat(), "value_date_to": period.last.isoformat()}
    chosen = {"method__exact": moved.of, **days} if moved.of else days
    return PaymentsRow(
        method=str(PaymentMethod(moved.of).label) if moved.of else "",
        came_in=words.money(moved.came_in),
        went_out=words.money(moved.went_out),
        net=words.money(moved.net),
        url=f"{reverse('admin:orders_paymententry_changelist')}?{urlencode(chosen)}",
    )
