"""What the API takes and tells of promo codes: a promotion with its one code, flat."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from backoffice.inputs import OMITTED, Input, Moment, Money, Patch, Search, Sku, Truth, WholeNumber, text
from backoffice.pagination import ListQuery
from orders.models import PromoState, PromotionKind

MAX_USES = 2_000_000_000

Code = Annotated[str, text(60, shortest=1), Field(examples=["WELCOME10"])]
PromotionName = Annotated[str, text(120, shortest=1), Field(examples=["Welcome"])]
Percentage = Annotated[Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2, examples=["10.00"])]
Amount = Annotated[Money, Field(gt=0)]
Uses = Annotated[WholeNumber, Field(ge=1, le=MAX_USES)]
Slug = Annotated[str, text(120)]
Kind = Literal["percentage", "fixed"]
FEW = 1_000


class PromoCodeFilters(ListQuery):
    q: Search | None = Field(None, description="A part of the code or name.")
    state: PromoState | None = None
    kind: PromotionKind | None = None
    starts_after: Moment | None = None
    starts_before: Moment | None = None
    ends_after: Moment | None = None
    ends_before: Moment | None = None


class PromoCodeIn(Input):
    code: Code
    name: PromotionName
    kind: Kind = "percentage"
    percent_off: Percentage | None = None
    amount_off: Amount | None = None
    max_discount: Amount | None = None
    minimum_spend: Money = Decimal("0.00")
    starts_at: Moment | None = None
    ends_at: Moment | None = Field(None, description="The first moment at which it no longer works.")
    max_uses: Uses | None = Field(None, description="null: no limit.")
    max_uses_per_customer: Uses | None = Field(1, description="null: no limit.")
    first_order_only: Truth = False
    categories: list[Slug] = Field(
        [], max_length=FEW, description="Slugs; with no products either: everything."
    )
    products: list[Sku] = Field([], max_length=FEW, description="SKUs.")
    is_paused: Truth = False


class PromoCodePatch(Patch):
    name: PromotionName = OMITTED
    kind: Kind = OMITTED
    percent_off: Percentage | None = None
    amount_off: Amount | None = None
    max_discount: Amount | None = None
    minimum_spend: Money = OMITTED
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    max_uses: Uses | None = None
    max_uses_per_customer: Uses | None = None
    first_order_only: Truth = OMITTED
    categories: list[Slug] = Field(OMITTED, max_length=FEW)
    products: list[Sku] = Field(OMITTED, max_length=FEW)
    is_paused: Truth = OMITTED


class PromoCodeOut(BaseModel):
    code: str
    name: str
    kind: PromotionKind
    percent_off: str | None
    amount_off: str | None
    max_discount: str | None
    minimum_spend: str
    starts_at: datetime | None
    ends_at: datetime | None
    max_uses: int | None
    max_uses_per_customer: int | None
    first_order_only: bool
    categories: list[str]
    products: list[str]
    is_paused: bool
    state: PromoState
    times_used: int
    discount_given: str
    created_at: datetime
    currency: str | None = Field(None, description="Of a single one; a list names it once.")


class PromoCodeList(BaseModel):
    items: list[PromoCodeOut]
    next: str | None
    previous: str | None
    count: int | None = None
    currency: str
