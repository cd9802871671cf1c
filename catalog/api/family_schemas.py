"""What the API takes and returns for families of products."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from backoffice.api.inputs import OMITTED, Input, Money, Patch, Search, Sku, text
from backoffice.api.pagination import ListQuery
from catalog.api.schemas import ProductOut
from catalog.families import MOST_OPTIONS, MOST_PRODUCTS, MOST_VALUES

FamilyName = Annotated[str, text(120, shortest=1), Field(examples=["Enamel mug"])]
OptionName = Annotated[str, text(40, shortest=1), Field(examples=["Colour"])]
OptionValue = Annotated[str, text(60, shortest=1), Field(examples=["cream"])]
OptionNames = Annotated[
    list[OptionName], Field(min_length=1, max_length=MOST_OPTIONS, examples=[["Colour", "Size"]])
]
OptionValues = Annotated[
    dict[Annotated[str, text(40)], OptionValue],
    Field(
        max_length=MOST_OPTIONS,
        description="A value for each option of the family, by its name.",
        examples=[{"Colour": "cream", "Size": "0.3 l"}],
    ),
]


class FamilyFilters(ListQuery):
    q: Search | None = Field(None, description="Words of the name, or parts of them.")


class VariantIn(Input):
    sku: Sku = Field(examples=["71053"])
    options: OptionValues


class FamilyIn(Input):
    name: FamilyName
    options: OptionNames
    slug: Annotated[str, text(120, pattern=r"^[-a-zA-Z0-9_]*$")] = Field(
        "", description="Empty: made of the name."
    )
    products: Annotated[list[VariantIn], Field(max_length=MOST_PRODUCTS)] = []


class FamilyPatch(Patch):
    name: FamilyName = OMITTED
    options: OptionNames = Field(
        OMITTED, description="Names by their places: values keep theirs. With one fewer the last values go."
    )
    value_for_new: Annotated[str, text(60)] = Field(
        OMITTED, description="What the products have for an option that is new."
    )


class VariantsIn(Input):
    products: Annotated[list[VariantIn], Field(min_length=1, max_length=MOST_PRODUCTS)]


class CombinationsIn(Input):
    sku_pattern: Annotated[str, text(64)] = Field(
        "",
        description="Names of options in braces stand for values. Empty: one like the family's SKUs.",
        examples=["EM-{Colour}-{Size}"],
    )
    values: (
        Annotated[
            dict[Annotated[str, text(40)], Annotated[list[OptionValue], Field(max_length=MOST_VALUES)]],
            Field(min_length=1, max_length=MOST_OPTIONS),
        ]
        | None
    ) = Field(None, description="What to combine, by the name of the option; null: what its products have.")
    price: Money | None = Field(None, description="null: that of the product most like it.")


class NewVariant(VariantIn):
    name: Annotated[str, text(255)] = Field("", description="Empty: made of the family's and the values.")
    price: Money | None = Field(None, description="null: that of the product most like it.")


class NewVariantsIn(Input):
    products: Annotated[list[NewVariant], Field(min_length=1, max_length=MOST_PRODUCTS)]


class PlannedVariant(BaseModel):
    options: dict[str, str]
    sku: str
    name: str
    price: str | None = Field(examples=["3.39"])
    code: str | None = Field(
        description="Why it cannot be made like this; null where nothing stands in its way."
    )
    problem: str | None


class CombinationsPlan(BaseModel):
    sku_pattern: str
    products: list[PlannedVariant]


class FamilyOut(BaseModel):
    slug: str
    name: str
    options: list[str] = Field(description="The names of its options, in their order.")
    products: int = Field(description="How many products it has; for the public, active ones.")
    created_at: datetime
    updated_at: datetime = Field(description="Also moves on when its products change families or values.")


class FamilyDetail(FamilyOut):
    variants: list[ProductOut] = Field(
        description="Its products by their values; for the public, active ones."
    )
    currency: str


class FamilyList(BaseModel):
    items: list[FamilyOut]
    next: str | None
    previous: str | None
    count: int | None = None
