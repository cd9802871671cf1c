"""shopctl products: look at what can be ordered."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import FailIfEmpty, Json, Jsonl, Limit, Listing, columns, show_one
from cli.verbs import group, verb

if TYPE_CHECKING:
    from catalog.models import Product
    from catalog.models.product import ProductQuerySet

app = group("Look at products.")

Sku = Annotated[str, typer.Argument(metavar="SKU", help="A product's SKU, in upper or lower case.")]
LISTED = columns(
    "sku", "name", "category", "price:n", "on_hand:n", "reserved:n", "available:n", "is_active=Active"
)


@verb(
    app,
    "list",
    examples="""
    shopctl products list --search lantern
    shopctl products list --low --jsonl
    shopctl products list | cut -f1,7
    """,
)
def list_products(
    search: Annotated[str | None, typer.Option(help="Part of SKU, name or barcode.")] = None,
    category: Annotated[str | None, typer.Option(help="A category's name.")] = None,
    low: Annotated[bool, typer.Option("--low", help="Only those that run low.")] = False,
    archived: Annotated[bool, typer.Option("--archived", help="Only archived ones.")] = False,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List products by SKU: active ones, unless archived ones are asked for."""
    from catalog.models import Product

    products = Product.objects.low_stock() if low else Product.objects.filter(is_active=not archived)
    products = _matching(products, search=search, category=category)
    listing = Listing(json, jsonl, limit, fail_if_empty)
    listing.show(rows_of(products), LISTED)


@verb(
    app,
    "show",
    examples="""
    shopctl products show TEA-01
    shopctl products show TEA-01 --json
    """,
)
def show_product(sku: Sku, json: Json = False) -> None:
    """Show one product."""
    from catalog.products import product_with_sku

    show_one(as_row(product_with_sku(sku)), as_json=json, headings={"is_active": "Active"})


def rows_of(products: "ProductQuerySet") -> Iterator[dict[str, Any]]:
    return (
        as_row(product) for product in products.select_related("category").order_by("sku_key").iterator(2_000)
    )


def as_row(product: "Product") -> dict[str, Any]:
    return {
        "sku": product.sku,
        "name": product.name,
        "barcode": product.barcode,
        "category": product.category.name if product.category else None,
        "price": product.price,
        "on_hand": product.on_hand,
        "reserved": product.reserved,
        "available": product.available,
        "low_stock_threshold": product.threshold,
        "is_active": product.is_active,
        "updated_at": product.updated_at,
    }


def _matching(products: "ProductQuerySet", *, search: str | None, category: str | None) -> "ProductQuerySet":
    from django.db.models import Q

    if search:
        products = products.filter(
            Q(sku__icontains=search) | Q(name__icontains=search) | Q(barcode__icontains=search)
        )
    if category:
        products = products.filter(category__name__iexact=category)
    return products
