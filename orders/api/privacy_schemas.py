"""What the API takes and returns for what is kept of one person."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from accounts.api.schemas import Password
from backoffice.api.inputs import Input, text
from orders.api.customer_schemas import WhoOut


class PersonalData(BaseModel):
    shop: str
    made_at: datetime
    customer: list[dict[str, Any]] = Field(description="Who they are; more than one where two were merged.")
    accounts: list[dict[str, Any]] = Field(description="Their account, with its sign-ins and places.")
    orders: list[dict[str, Any]] = Field(description="As `GET /orders/{number}` gives them, with `timeline`.")
    promo_codes: list[dict[str, Any]]
    emails: list[dict[str, Any]]
    history: list[dict[str, Any]] = Field(description="Changes to what is known of them.")


class ErasureRequest(Input):
    password: Password = Field(description="The current one.")


class ErasureRequested(BaseModel):
    erasure_asked_at: datetime | None


class RoomOut(BaseModel):
    what: str
    title: str
    count: int
    goes: str
    stays: str = Field(description="And why; empty where nothing does.")


class HindranceOut(BaseModel):
    code: str
    detail: str


class ErasurePlanOut(BaseModel):
    customer: WhoOut
    merged: int = Field(description="How many who were merged into the customer go as well.")
    uses: int = Field(description="Uses of promo codes, which stay.")
    rooms: list[RoomOut]
    problems: list[HindranceOut] = Field(description="Why it cannot be done; empty when it can.")
    digest: str


class EraseIn(Input):
    confirm: Annotated[str, text(254)] = Field(
        description="The customer's e-mail address or number.", examples=["theo@example.com"]
    )
    digest: Annotated[str, text(16)] = Field(
        description="Of the plan that was seen; the erasure is refused if it would do something else."
    )


class ErasedRoomOut(BaseModel):
    what: str
    count: int


class ErasedOut(BaseModel):
    customer: int
    merged: int
    orders: int
    emails: int
    rooms: list[ErasedRoomOut]
