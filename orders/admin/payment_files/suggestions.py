"""Orders that lines without one may be for: of the same amount due, those with the payer's name first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from backoffice.text import identity_key
from orders.models import Order, PaymentImportRow, PaymentOutcome

# Whoever pays later than this has been asked to, and gives the number.
LOOKED_BACK = timedelta(days=120)
MOST_READ = 500
MOST_SHOWN = 3

type Suggestion = tuple[str, str]


def suggested_orders(rows: Iterable[PaymentImportRow]) -> Mapping[int, tuple[Suggestion, ...]]:
    """Return for rows that name no order some whose due is just their amount: numbers and names.

    They are only shown: an amount alone never books anything.
    """
    without = [row for row in rows if row.outcome == PaymentOutcome.NONE and row.amount]
    if not without:
        return {}
    due = _orders_due({row.amount for row in without if row.amount is not None})
    return {row.row: _best(row, due[row.amount]) for row in without if row.amount in due}


def _orders_due(amounts: set[Decimal]) -> Mapping[Decimal, list[Suggestion]]:
    found: dict[Decimal, list[Suggestion]] = defaultdict(list)
    for sign in ("due__gt", "due__lt"):
        recent = Order.objects.filter(
            **{sign: 0}, placed_at__gte=timezone.now() - LOOKED_BACK, due__in=amounts
        )
        read = recent.order_by("-placed_at", "-id").values_list("due", "number", "ship_name")
        for due, number, name in read[:MOST_READ]:
            found[due].append((number, name))
    return found


def _best(row: PaymentImportRow, orders: list[Suggestion]) -> tuple[Suggestion, ...]:
    words = set(identity_key(row.name).split())
    ranked = sorted(orders, key=lambda each: -len(words & set(identity_key(each[1]).split())))
    return tuple(ranked[:MOST_SHOWN])
