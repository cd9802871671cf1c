"""Postal addresses, as the API takes and returns them."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo

from backoffice.api.inputs import Input, text
from backoffice.countries import checked_code, country_code
from orders.placing.basket import Address

TAKES_NAMES = {"countries": "named"}
"""The context of a validation that takes a country by its name, too: where a person wrote the document."""


def _country(typed: object, info: ValidationInfo) -> object:
    """Return the code of a country. Raises UnknownCountry, with the code that was perhaps meant."""
    if not isinstance(typed, str):
        return typed
    return country_code(typed) if info.context == TAKES_NAMES else checked_code(typed)


Country = Annotated[str, text(2, shortest=2, pattern="^[A-Za-z]{2}$"), BeforeValidator(_country)]


class AddressIn(Input):
    name: Annotated[str, text(120, shortest=1)] = Field(examples=["Theo Jansen"])
    line1: Annotated[str, text(120, shortest=1)] = Field(examples=["Seeweg 56"])
    line2: Annotated[str, text(120)] = ""
    city: Annotated[str, text(80, shortest=1)] = Field(examples=["Köln"])
    region: Annotated[str, text(80)] = ""
    postcode: Annotated[str, text(20)] = ""
    country: Country = Field(description="A code of ISO 3166-1 (alpha-2): GB, not UK.", examples=["DE"])
    phone: Annotated[str, text(40)] = ""

    def address(self) -> Address:
        return Address(**self.model_dump())


class AddressOut(BaseModel):
    name: str
    line1: str
    line2: str
    city: str
    region: str
    postcode: str
    country: str = Field(description="Its code of ISO 3166-1 (alpha-2).")
    country_name: str
    phone: str
