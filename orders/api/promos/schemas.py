"""What the API takes and returns for promo codes (each with its terms) and for promotions with many."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from backoffice.api.inputs import OMITTED, Input, Moment, Money, Patch, Search, Sku, Truth, WholeNumber, text
from backoffice.api.pagination import ListQuery
from orders.models import PromoState, PromotionKind
from orders.promotions.batches import LONGEST_CODE, MOST_CODES, USUAL_LENGTH
from orders.promotions.terms import MOST_USES

Code = Annotated[str, text(60, shortest=1), Field(examples=["WELCOME10"])]
PromotionName = Annotated[str, text(120, shortest=1), Field(examples=["Welcome"])]
Percentage = Annotated[Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2, examples=["10.00"])]
Amount = Annotated[Money, Field(gt=0)]
Uses = Annotated[WholeNumber, Field(ge=1, le=MOST_USES)]
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


class PromotionFilters(ListQuery):
    q: Search | None = Field(None, description="A part of the name.")
    kind: PromotionKind | None = None
    is_batch: bool | None = Field(None, description="true: with many generated codes; false: with one.")
    starts_after: Moment | None = None
    starts_before: Moment | None = None
    ends_after: Moment | None = None
    ends_before: Moment | None = None


class DiscountIn(Input):
    """How much is taken off what, and how often for one customer."""

    kind: Kind = "percentage"
    percent_off: Percentage | None = None
    amount_off: Amount | None = None
    max_discount: Amount | None = None
    minimum_spend: Money = Decimal("0.00")
    max_uses_per_customer: Uses | None = Field(1, description="null: no limit.")
    first_order_only: Truth = False
    is_restricted: Truth = Field(
        False,
        description="Whether it applies to its categories and products alone; what names some, is. Empty "
        "lists never mean everything: they are refused unless this is false.",
    )
    categories: list[Slug] = Field([], max_length=FEW, description="Slugs.", examples=[["lanterns"]])
    products: list[Sku] = Field([], max_length=FEW, description="SKUs.", examples=[["71053"]])


class TermsIn(DiscountIn):
    name: PromotionName
    starts_at: Moment | None = None
    ends_at: Moment | None = Field(None, description="The first moment at which it no longer works.")
    is_paused: Truth = False


class PromoCodeIn(TermsIn):
    code: Code
    max_uses: Uses | None = Field(None, description="null: no limit.")


class GenerateIn(TermsIn):
    """Many random codes with the same terms."""

    count: Annotated[
        WholeNumber, Field(ge=1, le=MOST_CODES, description="How many codes.", examples=[10_000])
    ]
    prefix: Annotated[str, text(LONGEST_CODE)] = Field("", examples=["BF-"])
    length: WholeNumber = Field(
        USUAL_LENGTH, ge=1, le=LONGEST_CODE, description="Random characters after the prefix; 12 are 59 bits."
    )
    max_uses: Uses | None = Field(1, description="Of each code. null: no limit.")


class DuplicateIn(Input):
    code: Code = Field(description="What the new code is called.", examples=["WELCOME20"])


class BacktestIn(Input):
    """What to back-test: an existing promo code, or terms."""

    code: Code | None = Field(None, description="Its terms and limits; of a batch, those of all its codes.")
    terms: DiscountIn | None = None
    max_uses: Uses | None = Field(None, description="With terms: how often in all. null: no limit.")
    start: Moment = Field(alias="from", examples=["2026-06-01T00:00:00Z"])
    end: Moment = Field(alias="to", description="Orders placed before.", examples=["2026-11-01T00:00:00Z"])

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.code is None) == (self.terms is None):
            raise ValueError("Give either code or terms.")
        if self.code is not None and self.max_uses is not None:
            raise ValueError("A code has its own max_uses: leave it out, or give terms.")
        return self


class PromotionPatch(Patch):
    name: PromotionName = OMITTED
    kind: Kind = OMITTED
    percent_off: Percentage | None = None
    amount_off: Amount | None = None
    max_discount: Amount | None = None
    minimum_spend: Money = OMITTED
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    max_uses_per_customer: Uses | None = None
    first_order_only: Truth = OMITTED
    is_restricted: Truth = Field(
        OMITTED, description="false: it applies to everything from now on, and names nothing."
    )
    categories: list[Slug] = Field(OMITTED, max_length=FEW)
    products: list[Sku] = Field(OMITTED, max_length=FEW)
    is_paused: Truth = OMITTED


class PromoCodePatch(PromotionPatch):
    max_uses: Uses | None = None


class TermsOut(BaseModel):
    name: str
    kind: PromotionKind
    percent_off: str | None
    amount_off: str | None
    max_discount: str | None
    minimum_spend: str
    starts_at: datetime | None
    ends_at: datetime | None
    max_uses_per_customer: int | None
    first_order_only: bool
    is_restricted: bool = Field(description="It applies to its categories and products alone.")
    categories: list[str]
    products: list[str]
    is_paused: bool
    state: PromoState
    created_at: datetime
    currency: str | None = Field(None, description="Of a single one; a list names it once.")


class PromoCodeOut(TermsOut):
    code: str
    max_uses: int | None
    times_used: int
    discount_given: str | None = Field(description="null for those who may not see revenue.")
    promotion: int = Field(description="The id of its promotion: `GET /promotions/{id}`.")
    is_batch: bool = Field(description="Many generated codes share these terms.")


class FiguresOut(BaseModel):
    """Figures over the orders that still use it; revenue is net of credits, shares are in percent."""

    orders: int
    customers: int
    revenue: str
    discount: str
    discount_share: str | None = Field(description="Of what the goods would have cost without it.")
    revenue_share: str | None = Field(description="Of the shop's revenue since its first use.")
    first_used_at: datetime | None


class PromoCodeDetail(PromoCodeOut):
    figures: FiguresOut | None = Field(description="null for those who may not see revenue.")


class PromoCodeList(BaseModel):
    items: list[PromoCodeOut]
    next: str | None
    previous: str | None
    count: int | None = None
    currency: str


class CodesOut(BaseModel):
    """How far the codes of a promotion are used up."""

    count: int
    used: int = Field(description="Codes that were used at least once.")
    used_up: int
    paused: int = Field(description="Codes that are paused alone.")
    uses: int
    limit: int | None = Field(description="How many uses all codes have together; null: no limit.")
    left: int | None


class PromotionListed(TermsOut):
    id: int
    is_batch: bool
    codes: CodesOut


class PromotionOut(PromotionListed):
    figures: FiguresOut | None = Field(description="null for those who may not see revenue.")


class PromotionList(BaseModel):
    items: list[PromotionListed]
    next: str | None
    previous: str | None
    count: int | None = None
    currency: str


class CodesOfPromotionFilters(ListQuery):
    q: Search | None = Field(None, description="How the code begins.")
    state: PromoState | None = None


class CodeOfPromotionOut(BaseModel):
    code: str
    state: PromoState
    is_paused: bool
    max_uses: int | None
    times_used: int
    discount_given: str | None = Field(description="null for those who may not see revenue.")
    created_at: datetime


class CodesOfPromotionList(BaseModel):
    items: list[CodeOfPromotionOut]
    next: str | None
    previous: str | None
    count: int | None = None
    currency: str


class WeekOut(BaseModel):
    monday: date
    orders: int
    cost: str


class BandOut(BaseModel):
    """Orders whose discount would have been at least `at_least` and less than `below`."""

    at_least: str
    below: str
    orders: int
    cost: str


class BacktestOut(BaseModel):
    """The result over orders that were not cancelled, at full price: their real discounts are ignored."""

    start: datetime = Field(alias="from")
    end: datetime = Field(alias="to")
    orders: int = Field(description="All that were placed in this time.")
    revenue: str = Field(description="Of all of them, net of credits.")
    qualifying: int = Field(description="Orders that would have had the discount.")
    customers: int = Field(description="Who placed those.")
    had_discount: int = Field(description="Qualifying orders that really had a discount.")
    cost: str = Field(description="All discounts together.")
    goods: str = Field(description="Goods of the qualifying orders at full price.")
    share_of_orders: str | None = Field(description="Qualifying orders in percent of all.")
    share_of_revenue: str | None = Field(description="The cost in percent of the revenue.")
    average_before: str | None = Field(description="Goods of a qualifying order at full price.")
    average_after: str | None = Field(description="The same less the discount.")
    smallest: str | None = Field(description="Discount of one order.")
    median: str | None
    largest: str | None
    refused: dict[str, int] = Field(description="Why the other orders do not qualify, and how many.")
    weeks: list[WeekOut]
    bands: list[BandOut]
    currency: str
