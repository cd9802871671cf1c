"""What the API takes and returns for orders."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from accounts.models import Source
from backoffice.api.inputs import (
    OMITTED,
    Input,
    LanguageCode,
    Money,
    Patch,
    Sku,
    Truth,
    WholeNumber,
    text,
)
from backoffice.money import ZERO
from backoffice.outbox.models import EmailState
from orders.api.address_schemas import AddressIn, AddressOut
from orders.models import EventKind
from orders.placing.basket import MAX_LINES, MAX_QUANTITY, LineRequest, OrderRequest
from orders.status import OrderStatus, PaymentState

Email = Annotated[str, text(254, shortest=3), Field(examples=["guest@example.com"])]
Quantity = Annotated[WholeNumber, Field(ge=1, le=MAX_QUANTITY)]
Note = Annotated[str, text(2000, lines=True)]
NOT_TOLD = " null for staff who may not see whether orders are paid."  # not translated
Reason = Annotated[str, text(255)]
LONGEST_CODE = 60
Language = Annotated[
    LanguageCode, Field(description="Of mails and paper about it; empty for the customer's.")
]


class LineIn(Input):
    sku: Sku = Field(examples=["71053"])
    quantity: Quantity = Field(examples=[3])


class QuoteIn(Input):
    lines: list[LineIn] = Field(max_length=MAX_LINES, description="A SKU given twice counts as its sum.")
    promo_code: Annotated[str, text(LONGEST_CODE)] | None = Field(None, examples=["WELCOME10"])
    shipping_fee: Money | None = Field(None, description="Staff; without it, the shop's own rule.")
    email: Email | None = Field(None, description="Staff, on behalf of a customer; without it, the caller's.")
    shipping_address: AddressIn | None = None
    note: Note = ""
    language: Language = ""

    def order_request(self) -> OrderRequest:
        return OrderRequest(
            lines=tuple(LineRequest(line.sku, line.quantity) for line in self.lines),
            promo_code=self.promo_code or "",
            shipping_fee=self.shipping_fee,
            address=self.shipping_address.address() if self.shipping_address else None,
            note=self.note,
            language=self.language,
        )


class OrderIn(QuoteIn):
    shipping_address: AddressIn


class OrderPatch(Patch):
    shipping_address: AddressIn = OMITTED
    email: Email = Field(OMITTED, description="Whose the order is from then on; they get the confirmation.")
    note: Note = OMITTED
    past_promo_limits: Truth = Field(
        OMITTED, description="Let the discount stay although the new customer has used up the promo code."
    )


class ShipIn(Input):
    lines: list[LineIn] | None = Field(
        None, max_length=MAX_LINES, description="Without them, all that is left."
    )
    carrier: Annotated[str, text(60)] = Field("", examples=["DHL"])
    tracking_number: Annotated[str, text(80)] = ""
    unpaid: Truth = Field(False, description="Ship it although it is held until it is paid, if you may.")


class ShipmentPatch(Patch):
    carrier: Annotated[str, text(60)] = Field(OMITTED, examples=["DHL"])
    tracking_number: Annotated[str, text(80)] = OMITTED
    notify: Truth = Field(OMITTED, description="false: the customer gets no e-mail about it.")


class UndoShipmentIn(Input):
    reason: Reason = Field("", description="The customer reads it in the e-mail.")
    notify: Truth = Field(True, description="false: the customer gets no e-mail about it.")


class DeliverIn(Input):
    shipment: Annotated[str, text(60)] | None = Field(
        None,
        description="The reference of one; without it, all that are under way.",
        examples=["B-100042-S1"],
    )


class CancelIn(Input):
    reason: Reason = ""
    lines: list[LineIn] | None = Field(
        None, max_length=MAX_LINES, description="Without them, all that has not shipped."
    )


class ReturnLineIn(LineIn):
    restock: Truth = Field(True, description="false: written off.")


class ReturnIn(Input):
    lines: list[ReturnLineIn] = Field(
        max_length=MAX_LINES,
        description="A SKU may be named twice: with the units that are restocked, and those written off.",
    )
    shipping_credit: Money = Field(
        ZERO, description="How much of the shipping fee is given back.", examples=["4.90"]
    )
    reason: Reason = ""


class CommentIn(Input):
    text: Annotated[str, text(2000, shortest=1, lines=True)]


class PromoOut(BaseModel):
    code: str = Field(description="Empty when the customer is not told whether there is such a code.")
    applied: bool
    discount: str
    reason: str | None
    reason_code: str | None = None


class StepOut(BaseModel):
    step: str
    detail: str
    amount: str | None
    code: str | None = None


class QuoteLineOut(BaseModel):
    sku: str
    name: str
    unit_price: str
    quantity: int
    subtotal: str
    discount: str
    total: str


class LineOut(QuoteLineOut):
    credited: str
    allowed: str = Field(description="Its part of allowances.")
    shipped: int
    delivered: int
    cancelled: int
    returned: int
    open: int = Field(description="Units neither shipped nor cancelled.")


class QuoteOut(BaseModel):
    currency: str
    subtotal: str
    discount: str
    shipping: str
    total: str
    promo: PromoOut | None
    lines: list[QuoteLineOut]
    explanation: list[StepOut]


class ShipmentLineOut(BaseModel):
    sku: str
    quantity: int


class ShipmentOut(BaseModel):
    reference: str
    carrier: str
    tracking_number: str | None = Field(description="null for staff who may not see customers.")
    shipping_address: AddressOut | None = Field(
        description="Where it went. null for staff who may not see customers."
    )
    shipped_at: datetime
    delivered_at: datetime | None
    undone_at: datetime | None = Field(
        description="When it turned out that it never left: its units are not among the shipped ones."
    )
    lines: list[ShipmentLineOut]


class OrderEmailOut(BaseModel):
    id: int
    template: str = Field(examples=["order_placed"])
    recipient: str | None = Field(description="null for staff who may not see customers.")
    subject: str = Field(description="Empty until it is sent.")
    state: EmailState
    created_at: datetime
    sent_at: datetime | None


class OrderEmailList(BaseModel):
    items: list[OrderEmailOut]
    next: str | None
    previous: str | None
    count: int | None = None


class OrderSummary(BaseModel):
    """What a list returns of an order unless `fields` asks for other fields."""

    model_config = ConfigDict(extra="allow")

    number: str
    status: OrderStatus
    email: str | None = Field(description="null for staff who may not see customers.")
    currency: str
    subtotal: str
    discount: str
    shipping: str
    total: str
    credited: str = Field(description="The value of what was cancelled, returned or allowed.")
    net: str = Field(description="The total less what was credited.")
    paid: str | None = Field(description="Money that came in less money that went out." + NOT_TOLD)
    waived: str | None = Field(description="What nobody will collect, or below zero pay out." + NOT_TOLD)
    due: str | None = Field(description="Net less paid and waived. Below zero it is owed." + NOT_TOLD)
    payment: PaymentState | None = Field(description="How far it is paid." + NOT_TOLD)
    payment_due_on: date | None = Field(description="The last day to pay in time." + NOT_TOLD)
    units: int
    promo: PromoOut | None
    placed_at: datetime
    version: int


class OrderOut(OrderSummary):
    model_config = ConfigDict(extra="ignore")

    lines: list[LineOut]
    explanation: list[StepOut]
    shipments: list[ShipmentOut]
    shipping_address: AddressOut | None
    note: str | None = Field(description="null for staff who may not see customers.")
    source: Source
    updated_at: datetime
    origin: str = Field(description="`shop`, or where it was taken over from.")
    external_number: str = Field(description="Its number there; empty for the shop's own.")
    language: str = Field(description="Of mails and paper about it; empty for the customer's.")


class OrderList(BaseModel):
    items: list[OrderSummary]
    next: str | None
    previous: str | None
    count: int | None = None


class EventOut(BaseModel):
    id: int
    kind: EventKind
    text: str = Field(description="A sentence made of the facts.")
    facts: dict[str, Any] = Field(
        description="What happened, by its kind: lines with sku, name and quantity, the parcel, `changes` as "
        "{field: [before, after]} and so on. Amounts are decimal strings. What is personal is null for "
        "staff who may not see customers; customers are not told which address there was before."
    )
    actor: str
    source: Source
    at: datetime


class EventList(BaseModel):
    items: list[EventOut]
    next: str | None
    previous: str | None
    count: int | None = None
