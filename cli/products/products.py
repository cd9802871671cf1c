"""shopctl products list, show, archive: what can be ordered."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal.actors import actor
from cli.terminal.console import (
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    Yes,
    columns,
    counted,
    proceed,
    say,
    show_one,
)
from cli.terminal.files import words_of
from cli.terminal.plans import ROWS_SHOWN
from cli.terminal.verbs import group, verb

if TYPE_CHECKING:
    from catalog.models import Product
    from catalog.models.product import ProductQuerySet

app = group("Look at products; import, export and archive them.")

Sku = Annotated[str, typer.Argument(metavar="SKU", help="A product's SKU, in upper or lower case.")]
Search = Annotated[str | None, typer.Option(help="Part of SKU, name or barcode.")]
Category = Annotated[str | None, typer.Option(help="A category's name.")]
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
    search: Search = None,
    category: Category = None,
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
    products = narrowed(products, search=search, category=category)
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


@verb(
    app,
    "archive",
    examples="""
    shopctl products archive TEA-01
    shopctl products archive TEA-01 TEA-02 --dry-run
    shopctl products list --search 2025 | cut -f1 | shopctl products archive - --yes
    """,
)
def archive(
    skus: Annotated[
        list[str], typer.Argument(metavar="SKU...", help="Products' SKUs. - is standard input, one a line.")
    ],
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Take products out of sale, all of them or none. Their stock, history and orders stay.

    One alone is archived without a question. `products import` with is_active 1 brings them back.
    """
    from backoffice.db.transactions import write_transaction
    from catalog.products import archive_product, products_with_skus

    by = actor(as_, "catalog.change_product")
    products = [product for product in products_with_skus(words_of(skus)) if product.is_active]
    listing = Listing(json, jsonl, limit=0, fail_if_empty=fail_if_empty)
    if dry_run or not products:
        say(
            "A dry run: nothing was changed."
            if products
            else "None of them can be ordered: nothing to archive."
        )
        listing.show(map(as_row, products), LISTED)
        return
    if len(products) > 1:
        _say_plan(products)
        proceed(f"Archive {counted(len(products), 'product')}?", yes=yes)

    @write_transaction
    def archive_all() -> list["Product"]:
        return [archive_product(product.sku, by=by) for product in products]

    listing.show(map(as_row, archive_all()), LISTED)


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


def _say_plan(products: Sequence["Product"]) -> None:
    for product in products[:ROWS_SHOWN]:
        say(f"{product.sku} {product.name}: {product.available:,} available")
    if len(products) > ROWS_SHOWN:
        say(f"… and {len(products) - ROWS_SHOWN:,} more.")


def narrowed(products: "ProductQuerySet", *, search: str | None, category: str | None) -> "ProductQuerySet":
    from django.db.models import Q

    if search:
        products = products.filter(
            Q(sku__icontains=search) | Q(name__icontains=search) | Q(barcode__icontains=search)
        )
    if category:
        products = products.filter(category__name__iexact=category)
    return products
