"""What the API takes and returns for payments and allowances."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from accounts.models import Source
from backoffice.api.inputs import Day, Input, Money, Sku, text
from backoffice.api.pagination import ListQuery
from orders.models import PaymentKind, PaymentMethod
from orders.payments.details import PaymentDetails
from orders.placing.basket import MAX_LINES
from orders.status import PaymentState

Reason = Annotated[str, text(255, shortest=1)]
Number = Annotated[str, text(40, shortest=1)]


class GoodwillIn(Input):
    reason: Reason


class PaymentIn(Input):
    kind: Literal["payment", "refund", "chargeback"] = Field(
        "payment",
        description="Money that came in, is paid back, or was taken back by the bank or provider.",
    )
    amount: Money | None = Field(None, description="A refund without it is of all that is owed.")
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER
    provider: Annotated[str, text(60)] = Field("", examples=["stripe"])
    reference: Annotated[str, text(120)] = Field(
        "", description="The bank’s or provider’s own number. It can be recorded once.", examples=["NTRF4711"]
    )
    value_date: Day | None = Field(None, description="The day on the statement; without it today.")
    settles: Annotated[str, text(60)] = Field(
        "", description="The return, cancellation or allowance that is paid back.", examples=["B-100042-R1"]
    )
    note: Annotated[str, text(255)] = ""
    allowance: GoodwillIn | None = Field(
        None,
        description="For a refund beyond what is owed: grants an allowance for the rest.",
    )

    def details(self) -> PaymentDetails:
        return PaymentDetails(
            method=self.method,
            provider=self.provider,
            reference=self.reference,
            settles=self.settles,
            value_date=self.value_date,
            note=self.note,
        )


class ReverseIn(Input):
    reason: Reason


class MoveIn(Input):
    to: Number = Field(description="The number of the order it belongs to.", examples=["B-100043"])
    reason: Annotated[str, text(255)] = ""


class WriteOffIn(Input):
    reason: Reason


class DueDateIn(Input):
    payment_due_on: Day | None = Field(description="The last day to pay in time; null for no such day.")


class AllowanceIn(Input):
    amount: Money
    reason: Reason
    skus: list[Sku] | None = Field(
        None, max_length=MAX_LINES, description="Only of these lines; without them of all, then of shipping."
    )


class EntryOut(BaseModel):
    id: int
    order: str
    kind: PaymentKind
    paid_delta: str
    waived_delta: str
    paid_after: str
    waived_after: str
    method: str
    provider: str
    reference: str
    settles: str
    reverses: int | None
    reversed_by: int | None
    value_date: date
    note: str | None = Field(description="null for customers.")
    actor: str | None = Field(description="null for customers.")
    source: Source | None = Field(description="null for customers.")
    at: datetime


class EntryList(BaseModel):
    items: list[EntryOut]
    next: str | None
    previous: str | None
    count: int | None = None


class BalanceOut(BaseModel):
    number: str
    total: str
    credited: str
    net: str
    paid: str
    waived: str
    due: str
    payment: PaymentState


class RecordedOut(BaseModel):
    entry: EntryOut
    order: BalanceOut
    overpaid_by: str = Field(description="What the shop owes the customer now.")


class MovedOut(BaseModel):
    reversal: RecordedOut
    moved: RecordedOut


class AllowanceLineOut(BaseModel):
    sku: str
    amount: str


class AllowanceOut(BaseModel):
    reference: str
    amount: str
    shipping: str = Field(description="The part of it that is of the shipping fee.")
    reason: str
    at: datetime
    lines: list[AllowanceLineOut]


class GrantedOut(BaseModel):
    allowance: AllowanceOut
    order: BalanceOut


class AllowanceList(BaseModel):
    items: list[AllowanceOut]
    next: str | None
    previous: str | None
    count: int | None = None


class PaymentFilters(ListQuery):
    kind: PaymentKind | None = None
    method: PaymentMethod | None = None
    value_date_gte: Day | None = Field(None, description="This day and later ones.")
    value_date_lte: Day | None = Field(None, description="This day and earlier ones.")
    live: bool = Field(False, description="Leave out reversals, and what they took back.")
    reference: Annotated[str, text(120)] | None = Field(
        None, description="The bank’s or provider’s own number, of an entry that counts."
    )


class AllPaymentFilters(PaymentFilters):
    order: Number | None = Field(None, description="The number of an order.")
