"""shopctl products list, show, archive: what can be ordered."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.completion import categories, families, skus
from cli.terminal.console import (
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    Row,
    Yes,
    columns,
    say,
    show_one,
)
from cli.terminal.files import words_of
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.moments import moment
from cli.terminal.options import number, taking
from cli.terminal.plans import ROWS_SHOWN
from cli.terminal.verbs import group, verb
from cli.terminal.words import gettext as _
from cli.terminal.words import ngettext

if TYPE_CHECKING:
    from catalog.models import Product
    from catalog.readers.products import ProductFilter

app = group("Look at products; import, export and archive them.")

Sku = Annotated[
    str,
    typer.Argument(metavar="SKU", autocompletion=skus, help="A product's SKU, in upper or lower case."),
]
LISTED = columns(
    "sku",
    "name",
    "category_name=Category",
    "price:n",
    "on_hand:n",
    "reserved:n",
    "stock:n=Available",
    "is_active=Active",
)
HEADINGS = {"is_active": "Active", "stock": "Available"}


@dataclass(frozen=True)
class ProductOptions:
    """The options that select products: the filters of GET /api/v1/products."""

    q: Annotated[str | None, typer.Option(help="Words of the name or SKU, or a barcode.")] = None
    category: Annotated[
        str | None,
        typer.Option(metavar="CATEGORY", autocompletion=categories, help="The slug or name of a category."),
    ] = None
    family: Annotated[
        str | None,
        typer.Option(metavar="FAMILY", autocompletion=families, help="The slug or name of a family."),
    ] = None
    price_gte: Annotated[
        Decimal | None, typer.Option(parser=number, metavar="AMOUNT", help="At this price or a higher one.")
    ] = None
    price_lte: Annotated[
        Decimal | None, typer.Option(parser=number, metavar="AMOUNT", help="At this price or a lower one.")
    ] = None
    stock_gte: Annotated[
        int | None, typer.Option(metavar="UNITS", help="With so many available, or more.")
    ] = None
    stock_lte: Annotated[
        int | None, typer.Option(metavar="UNITS", help="With so many available, or fewer.")
    ] = None
    in_stock: Annotated[
        bool | None, typer.Option("--in-stock/--sold-out", help="Only available, or only sold out ones.")
    ] = None
    low_stock: Annotated[
        bool | None, typer.Option("--low-stock", "--low", help="Only those that run low.")
    ] = None
    is_active: Annotated[
        bool | None,
        typer.Option("--active/--archived", help="Only those that can be ordered, or only archived ones."),
    ] = None
    created_after: Annotated[str | None, typer.Option(metavar="WHEN", help="Created then or later.")] = None
    created_before: Annotated[str | None, typer.Option(metavar="WHEN", help="Created before.")] = None

    def filter(self, *, usually_active: bool | None = None) -> "ProductFilter":
        """Return the filter; `usually_active` holds when neither active nor archived ones are asked for.

        Raises:
            typer.BadParameter: a text that is no moment.
        """
        from catalog.readers.products import ProductFilter, slug_of_category, slug_of_family

        return ProductFilter(
            q=self.q,
            category=None if self.category is None else slug_of_category(self.category),
            family=None if self.family is None else slug_of_family(self.family),
            price_gte=self.price_gte,
            price_lte=self.price_lte,
            stock_gte=self.stock_gte,
            stock_lte=self.stock_lte,
            in_stock=self.in_stock,
            low_stock=self.low_stock,
            is_active=usually_active if self.is_active is None else self.is_active,
            created_after=moment(self.created_after, option="created-after"),
            created_before=moment(self.created_before, option="created-before"),
        )


@verb(
    app,
    "list",
    examples="""
    shopctl products list --q lantern
    shopctl products list --low --jsonl
    shopctl products list --category lanterns --price-lte 5 | cut -f1,7
    """,
)
@taking(ProductOptions)
def list_products(
    given: ProductOptions = ProductOptions(),
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List products by SKU: active ones, unless archived ones are asked for."""
    from catalog.models import Product
    from catalog.readers.products import products_as_data

    products = given.filter(usually_active=True).of(Product.objects.order_by("sku_key"))
    Listing(json, jsonl, limit, fail_if_empty).show(products_as_data(products), LISTED)


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
    from django.conf import settings

    from catalog.products import product_with_sku
    from catalog.readers.products import EDITOR_DETAIL, product_data

    row = {**product_data(product_with_sku(sku), EDITOR_DETAIL), "currency": settings.SHOP_CURRENCY}
    if not json:
        row["pictures"] = [picture["url"] for picture in row["pictures"]]
    show_one(row, as_json=json, headings=HEADINGS)


@verb(
    app,
    "archive",
    examples="""
    shopctl products archive TEA-01
    shopctl products archive TEA-01 TEA-02 --dry-run
    shopctl products list --q 2025 | cut -f1 | shopctl products archive - --yes
    """,
)
def archive(
    skus: Annotated[
        list[str], typer.Argument(metavar="SKU...", help="Products' SKUs. - is standard input, one a line.")
    ],
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Take products out of sale, all of them or none. Their stock, history and orders stay.

    One alone is archived without a question. `products import` with is_active 1 brings them back.
    """
    from backoffice.db.transactions import write_transaction
    from backoffice.text import identity_key
    from catalog.products import archive_product, products_with_skus
    from catalog.readers.products import product_data

    by = actor(as_, "catalog.change_product")
    named = words_of(skus)
    products = [product for product in products_with_skus(named) if product.is_active]

    @write_transaction
    def archive_all() -> list[Row]:
        return [product_data(archive_product(product.sku, by=by)) for product in products]

    question = ngettext("Archive %(count)s product?", "Archive %(count)s products?", len(products))
    asked = RequestedChange(
        f"archive {sorted(map(identity_key, named))} {by}",
        idempotency_key,
        dry_run,
        yes,
        question % {"count": f"{len(products):,}"} if len(products) > 1 else "",
        partial(_say_plan, products),
    )
    archived = asked.made(archive_all)
    if not archived:
        say(_("None of them can be ordered: nothing to archive."))
    Listing(json, jsonl, limit=0, fail_if_empty=fail_if_empty).show(archived, LISTED)


def _say_plan(products: Sequence["Product"]) -> None:
    for product in products[:ROWS_SHOWN]:
        say(f"{product.sku} {product.name}: {product.available:,} available")
    if len(products) > ROWS_SHOWN:
        say(_("… and %(count)s more.") % {"count": f"{len(products) - ROWS_SHOWN:,}"})
