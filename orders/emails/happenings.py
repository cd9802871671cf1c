"""What others may want to hear of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orders.models import Order, OrderLine

# What happens to the shop and not to one order; of orders, the kinds are those of the timeline.
PROMOTIONS_ENDED = "promotions_ended"
BOOKS_DO_NOT_BALANCE = "books_do_not_balance"


@dataclass(frozen=True, slots=True)
class Happening:
    """`about` is None when it is not about one order. `facts` are those that the timeline keeps; `lines` are
    the order's as they are now, for mails that list them all.
    """

    kind: str
    at: datetime
    facts: Mapping[str, Any]
    about: Order | None = None
    lines: Sequence[OrderLine] = ()

    @property
    def order(self) -> Order:
        assert self.about is not None
        return self.about
