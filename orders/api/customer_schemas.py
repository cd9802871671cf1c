"""What the API takes and returns for customers."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from accounts.api.schemas import Language
from accounts.models import Source
from backoffice.api.inputs import OMITTED, Input, Patch, Search, WholeNumber, text
from backoffice.api.pagination import ListQuery
from backoffice.db.primary_keys import LARGEST_KEY

CustomerId = Annotated[WholeNumber, Field(ge=1, le=LARGEST_KEY)]


class CustomerFilters(ListQuery):
    q: Search | None = Field(None, description="Words of the name or e-mail address.")
    has_account: bool | None = None


class CustomerPatch(Patch):
    name: Annotated[str, text(150)] = OMITTED
    phone: Annotated[str, text(40)] = OMITTED
    note: Annotated[str, text(2000, lines=True)] = Field(
        OMITTED, description="For colleagues; the customer never sees it."
    )
    language: Language = OMITTED


class MergeIn(Input):
    customer: CustomerId = Field(description="The id of the one who goes: whose orders move.", examples=[42])
    digest: Annotated[str, text(16)] | None = Field(
        None, description="Of the plan that was seen; the merge is refused if it would do something else."
    )


class CustomerOut(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: int
    email: str
    name: str
    phone: str
    note: str
    language: str = Field(description="Of mails to them; empty for the shop's.")
    has_account: bool
    orders: int
    spent: str | None = Field(description="Net of what was credited; null for who may not see revenue.")
    due: str | None = Field(
        description="What they owe of their orders; null for who may not see whether orders are paid."
    )
    owed: str | None = Field(description="What they are owed of other orders; null likewise.")
    last_order_at: datetime | None
    merged_into: int | None = Field(description="The id of the customer whom this one was merged into.")
    erasure_asked_at: datetime | None = Field(description="When they asked to be erased.")
    erased_at: datetime | None
    created_at: datetime


class CustomerList(BaseModel):
    items: list[CustomerOut]
    next: str | None
    previous: str | None
    count: int | None = None


class WhoOut(BaseModel):
    id: int
    email: str
    name: str


class ValuesOut(BaseModel):
    name: str
    phone: str
    note: str
    language: str


class SharedPromotionOut(BaseModel):
    promotion: str
    uses: int = Field(description="By both together.")
    limit: int | None = Field(description="What one customer may use; null for no limit.")
    first_order_only: bool
    is_over: bool = Field(description="More than one customer may use. It stays so: it is history.")


class MergeProblemOut(BaseModel):
    code: str
    detail: str


class MergePlanOut(BaseModel):
    kept: WhoOut
    gone: WhoOut
    orders: list[str] = Field(description="Numbers of the orders that move.")
    uses: int = Field(description="Uses of promo codes that move.")
    promotions: list[SharedPromotionOut] = Field(description="Those that both have used.")
    before: ValuesOut
    after: ValuesOut
    moves_account: bool
    problems: list[MergeProblemOut] = Field(description="Why it cannot be done; empty when it can.")
    digest: str


class MergeOut(BaseModel):
    id: int
    kept: WhoOut
    gone: WhoOut
    orders: int
    uses: int
    changes: dict[str, Any]
    actor: str
    source: Source
    at: datetime
    undone_at: datetime | None


class CustomerDetail(CustomerOut):
    merges: list[MergeOut] = Field(description="Those that the customer was a part of, the newest first.")
