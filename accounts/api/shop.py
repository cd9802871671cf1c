"""What a shop front needs to know of the shop itself."""

from decimal import Decimal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from accounts.api.auth import optional_bearer
from backoffice.api.pagination import FieldsQuery, asked_by, chosen_fields
from backoffice.money import rounded
from backoffice.requests.json_reply import rendered
from backoffice.shop.in_force import ShopNow, in_force

shop_router = Router(tags=["Shop"])

FIELDS = (
    "name",
    "language",
    "country",
    "currency",
    "color",
    "logo_url",
    "shipping_fee",
    "free_shipping_from",
)


class ShopOut(BaseModel):
    """The shop as it is now."""

    name: str
    language: str = Field(description="Of mails to whoever has chosen no other, such as en-gb or de.")
    country: str = Field(description="ISO 3166-1 code, offered first wherever an address is typed.")
    currency: str = Field(description="ISO 4217 code of all amounts.")
    color: str = Field(description="As CSS takes it.", examples=["#2563eb"])
    logo_url: str | None = Field(
        description="Of a PNG of at most 720 × 240 pixels; another logo has another address. null: none."
    )
    shipping_fee: Decimal = Field(description="Of an order below `free_shipping_from`.", examples=["4.90"])
    free_shipping_from: Decimal | None = Field(
        description="Goods after discounts of so much are shipped for nothing; null: never.",
        examples=["50.00"],
    )


@shop_router.get(
    "/shop",
    auth=optional_bearer,
    response=ShopOut,
    operation_id="get_shop",
    summary="The shop",
    openapi_extra=asked_by(FIELDS),
)
def get_shop(request: HttpRequest, query: Query[FieldsQuery]) -> HttpResponse:
    """Tell its name, its colour and what it takes for shipping. A quote says what an order costs."""
    wanted = chosen_fields(query.fields, FIELDS)
    shop = in_force()
    return rendered({name: _fact(shop, name) for name in wanted}).to(request)


def _fact(shop: ShopNow, name: str) -> object:
    if name == "currency":
        return settings.SHOP_CURRENCY
    if name == "logo_url":
        return shop.logo.address if shop.logo else None
    value = getattr(shop, name)
    return rounded(value) if isinstance(value, Decimal) else value
