"""How much money came in and went out, added up by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from backoffice.money import ZERO
from orders.models import PaymentEntry, PaymentKind
from orders.models.payments import MONEY_OUT

# A reversal takes away from what its entry had added, for that money never moved.
IN = Q(kind=PaymentKind.PAYMENT) | Q(kind=PaymentKind.REVERSAL, paid_delta__lt=0)
OUT = Q(kind__in=MONEY_OUT) | Q(kind=PaymentKind.REVERSAL, paid_delta__gt=0)
SUMS = {
    "came_in": Sum("paid_delta", filter=IN, default=ZERO),
    "went_out": Sum("paid_delta", filter=OUT, default=ZERO),
}


@dataclass(frozen=True, slots=True)
class MoneyMoved:
    """Money of a method, a currency or all. An amount is below zero where more is reversed than moved."""

    of: str = ""
    came_in: Decimal = ZERO
    went_out: Decimal = ZERO

    def __add__(self, other: "MoneyMoved") -> "MoneyMoved":
        return MoneyMoved(self.of, self.came_in + other.came_in, self.went_out + other.went_out)

    @property
    def net(self) -> Decimal:
        return self.came_in - self.went_out


def moved_by_currency(entries: QuerySet[PaymentEntry]) -> Sequence[MoneyMoved]:
    return _moved(entries, "order__currency")


def moved_by_method(first: date, last: date) -> Sequence[MoneyMoved]:
    """Return what moved on these days of statements, by method, those that moved most first."""
    days = PaymentEntry.objects.filter(value_date__gte=first, value_date__lte=last)
    moved = [each for each in _moved(days.exclude(paid_delta=0), "method") if each.came_in or each.went_out]
    return sorted(moved, key=lambda each: (-each.came_in - each.went_out, each.of))


def _moved(entries: QuerySet[PaymentEntry], column: str) -> Sequence[MoneyMoved]:
    rows: QuerySet[Any, Any] = entries.order_by().values(column).annotate(**SUMS)
    return [MoneyMoved(row[column], row["came_in"], ZERO - row["went_out"]) for row in rows]
