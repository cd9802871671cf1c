"""What a list of orders is narrowed by."""

from typing import Annotated, Literal

from pydantic import Field

from backoffice.api.inputs import Moment, Money, Search, SignedMoney, text
from backoffice.api.pagination import ListQuery
from orders.api.schemas import LONGEST_CODE
from orders.status import OrderStatus

PaymentFilter = Literal["to_pay", "part_paid", "paid", "to_pay_back", "nothing_to_pay", "overdue"]


class OrderFilters(ListQuery):
    q: Search | None = Field(
        None,
        description="What tells an order: its number or last digits, a SKU, barcode, tracking number, promo "
        "code, phone number or postcode, or parts of names, e-mail addresses and towns; each word must.",
    )
    status: list[OrderStatus] | None = Field(None, description="May be repeated.")
    email: Annotated[str, text(254)] | None = None
    promo_code: Annotated[str, text(LONGEST_CODE)] | None = None
    total_gte: Money | None = None
    total_lte: Money | None = None
    discount_gte: Money | None = None
    discount_lte: Money | None = None
    placed_after: Moment | None = None
    placed_before: Moment | None = None
    payment: PaymentFilter | None = Field(
        None,
        description="How far they are paid. `overdue`: not paid, and their due date has passed.",
    )
    due_gte: SignedMoney | None = Field(None, description="Below zero for what is owed to the customer.")
    due_lte: SignedMoney | None = None

    @property
    def asks_for_promos(self) -> bool:
        """Whether the list itself would tell promo codes."""
        return self.promo_code is not None or "promo_code" in (self.ordering or "")

    @property
    def asks_for_payments(self) -> bool:
        """Whether the list itself would tell how far orders are paid."""
        asked = (self.payment, self.due_gte, self.due_lte)
        return any(each is not None for each in asked) or "due" in (self.ordering or "")
