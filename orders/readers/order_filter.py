"""The filters of a list of orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from backoffice.db.kept_lists import ListFilter
from orders.finding import EVERYTHING, SearchedBy, orders_matching
from orders.models.order import OrderQuerySet
from orders.models.promo import normalised_code
from orders.status import PaymentState

# Beside the payment states: what is due should have been paid by now.
OVERDUE = "overdue"


def paid_as(state: str | None, *, today: date) -> dict[str, Any]:
    """Return the fields of an OrderFilter for a payment state, or for OVERDUE; None does not filter."""
    return {"overdue_on": today} if state == OVERDUE else {"payment": state}


@dataclass(frozen=True, slots=True)
class OrderFilter(ListFilter):
    """Filters of a list; None does not filter, and neither does an empty `status`.

    Ranges of amounts include both ends; ranges of time include the beginning and not the end.
    `overdue_on` leaves those that should have been paid before that day.
    `of_user` leaves those of one account; `by` says what the reader may search for.
    """

    q: str | None = None
    status: Sequence[str] | None = None
    email: str | None = None
    promo_code: str | None = None
    total_gte: Decimal | None = None
    total_lte: Decimal | None = None
    discount_gte: Decimal | None = None
    discount_lte: Decimal | None = None
    placed_after: datetime | None = None
    placed_before: datetime | None = None
    payment: str | None = None
    overdue_on: date | None = None
    due_gte: Decimal | None = None
    due_lte: Decimal | None = None
    of_user: int | None = None
    by: SearchedBy = EVERYTHING

    FILLED = frozenset(
        (
            *("total_gte", "total_lte", "discount_gte", "discount_lte"),
            *("placed_after", "placed_before", "of_user", "due_gte", "due_lte", "overdue_on"),
        )
    )
    SEARCHED = frozenset(("q", "email", "promo_code"))

    def of(self, orders: OrderQuerySet) -> OrderQuerySet:
        if self.of_user is not None:
            orders = orders.of_user(self.of_user)
        if self.status:
            orders = orders.filter(status__in=self.status)
        if self.q:
            orders = orders_matching(orders, self.q, by=self.by)
        if self.email is not None:
            orders = orders.of_email(self.email) if self.by.people else orders.none()
        if self.promo_code is not None:
            orders = orders.with_promo_code(normalised_code(self.promo_code))
        if self.payment is not None:
            orders = orders.in_payment_state(PaymentState(self.payment))
        if self.overdue_on is not None:
            orders = orders.overdue(self.overdue_on)
        lookups = {
            "total__at_least": self.total_gte,
            "total__at_most": self.total_lte,
            "discount__gte": self.discount_gte,
            "discount__lte": self.discount_lte,
            "due__gte": self.due_gte,
            "due__lte": self.due_lte,
            "placed_at__gte": self.placed_after,
            "placed_at__lt": self.placed_before,
        }
        return orders.filter(**{lookup: value for lookup, value in lookups.items() if value is not None})
