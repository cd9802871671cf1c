"""What the API takes and returns for products and stock."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from accounts.models import Source
from backoffice.api.inputs import OMITTED, Input, Moment, Money, Patch, Search, Sku, Truth, WholeNumber, text
from backoffice.api.pagination import ListQuery
from catalog.models import MovementKind, Reason
from catalog.models.product import MAX_DESCRIPTION, MAX_GRAMS, MAX_UNITS
from catalog.pictures import MOST_PICTURES

Name = Annotated[str, text(255, shortest=1), Field(examples=["WHITE METAL LANTERN"])]
Barcode = Annotated[str, text(64)]
SupplierNumber = Annotated[str, text(64)]
Description = Annotated[str, text(MAX_DESCRIPTION, lines=True)]
AltText = Annotated[str, text(255)]
Position = Annotated[int, Field(strict=True, ge=1, le=MOST_PICTURES)]
Slug = Annotated[str, text(120)]
Threshold = Annotated[int, Field(strict=True, ge=0, le=MAX_UNITS)]
Grams = Annotated[int, Field(strict=True, ge=0, le=MAX_GRAMS)]
Units = Annotated[int, Field(ge=-MAX_UNITS, le=MAX_UNITS)]


class ProductFilters(ListQuery):
    q: Search | None = Field(
        None, description="Words of the name or SKU, or parts of them; for staff also a barcode."
    )
    category: Slug | None = Field(None, description="The slug of a category.")
    family: Slug | None = Field(None, description="The slug of a family.")
    price_gte: Money | None = None
    price_lte: Money | None = None
    stock_gte: Units | None = None
    stock_lte: Units | None = None
    in_stock: bool | None = Field(None, description="true: available; false: sold out.")
    low_stock: bool | None = Field(
        None, description="Staff. true: active products with no more in stock than `low_stock_at`."
    )
    is_active: bool | None = Field(None, description="Staff; everybody else sees active products only.")
    created_after: Moment | None = None
    created_before: Moment | None = None


class ProductIn(Input):
    sku: Sku = Field(examples=["71053"])
    name: Name
    price: Money
    category: Slug | None = Field(None, description="The slug of a category.")
    barcode: Barcode = ""
    is_active: Truth = True
    low_stock_threshold: Threshold | None = Field(None, description="null: the shop's own.")
    description: Description = ""
    cost: Money | None = Field(None, description="What one unit costs the shop.")
    weight_grams: Grams | None = None
    supplier_number: SupplierNumber = Field("", description="What the supplier calls it.")


class ProductPatch(Patch):
    sku: Sku = OMITTED
    name: Name = OMITTED
    price: Money = OMITTED
    category: Slug | None = None
    barcode: Barcode = OMITTED
    is_active: Truth = OMITTED
    low_stock_threshold: Threshold | None = None
    description: Description = OMITTED
    cost: Money | None = None
    weight_grams: Grams | None = None
    supplier_number: SupplierNumber = OMITTED


class ProductOut(BaseModel):
    """A product as lists of the API have it; the last six fields are for staff."""

    sku: str
    name: str
    price: str = Field(examples=["3.39"])
    stock: int = Field(description="What can be ordered: on hand less reserved.")
    category: str | None = Field(description="The slug of its category.")
    category_name: str | None
    picture: str | None = Field(description="The address of its first picture, WebP of at most 1,200 pixels.")
    weight_grams: int | None
    is_active: bool
    created_at: datetime
    updated_at: datetime
    family: str | None = Field(description="The slug of the family of products that it belongs to.")
    options: dict[str, str] | None = Field(
        description="Its values by the names of its family's options, in their order.",
        examples=[{"Colour": "cream", "Size": "0.3 l"}],
    )
    on_hand: int = 0
    reserved: int = 0
    low_stock_threshold: int | None = Field(None, description="Its own; null: the shop's.")
    low_stock_at: int = Field(0, description="The threshold that holds: its own or the shop's.")
    barcode: str = ""
    supplier_number: str = ""


class PictureOut(BaseModel):
    name: str = Field(description="By which it is changed and removed.")
    url: str = Field(description="WebP of at most 1,200 pixels a side; what is there never changes.")
    alt: str = Field(description="What it shows, for whoever cannot see it.")
    width: int
    height: int


class PicturePatch(Patch):
    alt: AltText = OMITTED
    position: Position = Field(OMITTED, description="1 is the first; beyond the last it is the last.")


class ProductDetail(ProductOut):
    """One product; what it costs the shop is for those who may edit products."""

    description: str
    pictures: list[PictureOut] = Field(description="The first one is shown in lists.")
    cost: str | None = None
    currency: str


class ProductList(BaseModel):
    items: list[ProductOut]
    next: str | None
    previous: str | None
    count: int | None = None
    currency: str


class CategoryOut(BaseModel):
    slug: str
    name: str


class CategoryList(BaseModel):
    items: list[CategoryOut]
    next: str | None
    previous: str | None
    count: int | None = None


class MovementFilters(ListQuery):
    kind: MovementKind | None = None
    after: Moment | None = None
    before: Moment | None = None


class MovementIn(Input):
    sku: Sku
    kind: Literal["receive", "adjust", "count"]
    quantity: WholeNumber = Field(
        ge=-MAX_UNITS,
        le=MAX_UNITS,
        description="Units received, units more or fewer, or units counted on the shelf.",
        examples=[10],
    )
    reason: Reason | None = Field(None, description="Needed to adjust; else it is not kept.")
    note: Annotated[str, text(255)] = ""
    reference: Annotated[str, text(64)] = Field(
        "", description="Of a receipt: such as the delivery note's number."
    )
    expected: WholeNumber | None = Field(
        None, ge=0, le=MAX_UNITS, description="Of a count: what on hand was thought to be, else 412."
    )


class MovementOut(BaseModel):
    id: int
    sku: str
    kind: MovementKind
    on_hand_delta: int
    reserved_delta: int
    on_hand_after: int
    reserved_after: int
    reason: str
    note: str
    reference: str
    actor: str
    source: Source
    at: datetime


class MovementList(BaseModel):
    items: list[MovementOut]
    next: str | None
    previous: str | None
    count: int | None = None


class RemarkOut(BaseModel):
    """What was noticed about a file or a value that was taken all the same."""

    code: str
    facts: dict[str, Any]
    detail: str


class ProductSaved(ProductDetail):
    remarks: list[RemarkOut] = Field(
        [],
        description="What was noticed about a barcode that was sent, which is kept as it is; else left out.",
    )
