"""Create, edit and archive products. Stock is catalog/stock.py's business."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.actors import Actor
from backoffice.db.fields import folded
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Invalid, NotFound
from catalog.models import Category, Product
from catalog.product_cache import forget_products

logger = logging.getLogger(__name__)

NAMED = 10
EDITABLE = frozenset({"sku", "name", "price", "category", "barcode", "is_active", "low_stock_threshold"})


class UnknownSku(NotFound):
    code = "unknown_sku"
    title = "No such product"


class SkuTaken(Conflict):
    code = "sku_taken"
    title = "Another product has it already"


@dataclass(frozen=True, slots=True)
class ProductData:
    sku: str
    name: str
    price: Decimal
    category: Category | None = None
    barcode: str = ""
    is_active: bool = True
    low_stock_threshold: int | None = None


def product_with_sku(sku: str) -> Product:
    """The product with this SKU, without regard to case.

    Raises:
        UnknownSku.
    """
    product = Product.objects.filter(sku_key=folded(sku)).first()
    if product is None:
        raise UnknownSku(f"No product has the SKU {sku.strip()[:64]}.")
    return product


def products_with_skus(skus: Sequence[str]) -> list[Product]:
    """The products with these SKUs, each once, in the order of the SKUs.

    Raises:
        UnknownSku: naming all that no product has.
    """
    found = {
        product.sku_key: product for product in Product.objects.with_skus(skus).select_related("category")
    }
    unknown = [sku.strip()[:64] for sku in skus if folded(sku) not in found]
    if unknown:
        more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
        raise UnknownSku(f"No product has the SKU {', '.join(unknown[:NAMED])}{more}.")
    return [found[key] for key in dict.fromkeys(map(folded, skus))]


@write_transaction
def create_product(data: ProductData, *, by: Actor) -> Product:
    """A new product without stock: receive some, or import it.

    Raises:
        Invalid, SkuTaken.
    """
    logger.info("Product %r created by %s (%s)", data.sku, by, by.source)
    return _saved(
        Product(
            sku=data.sku.strip(),
            name=data.name.strip(),
            price=data.price,
            category=data.category,
            barcode=data.barcode.strip(),
            is_active=data.is_active,
            low_stock_threshold=data.low_stock_threshold,
        )
    )


@write_transaction
def edit_product(sku: str, *, by: Actor, changes: Mapping[str, Any]) -> Product:
    """Change some of ProductData's fields. Orders placed before keep their own name and price.

    Raises:
        UnknownSku, Invalid, SkuTaken.
    """
    product = Product.objects.select_for_update(no_key=True).get(pk=product_with_sku(sku).pk)
    logger.info("Product %r edited by %s (%s): %r", sku, by, by.source, changes)
    for name, value in changes.items():
        if name not in EDITABLE:
            raise Invalid(
                f"{name} of a product cannot be edited.", faults=[Fault(f"/{name}", "validation", "")]
            )
        setattr(product, name, value.strip() if isinstance(value, str) else value)
    return _saved(product)


@write_transaction
def archive_product(sku: str, *, by: Actor) -> Product:
    """Take it out of sale; its stock, history and orders stay."""
    return edit_product(sku, by=by, changes={"is_active": False})


def _saved(product: Product) -> Product:
    refuse_unclean(product)
    try:
        with transaction.atomic():
            product.save(
                update_fields=None if product._state.adding else [*EDITABLE, "sku_key", "updated_at"]
            )
    except IntegrityError as error:
        # The first line names the constraint or columns; PostgreSQL's next one quotes what was typed.
        what = "barcode" if "barcode" in str(error).partition("\n")[0] else "sku"
        raise SkuTaken(
            f"Another product has the {what} {getattr(product, what)} already.",
            faults=[Fault(f"/{what}", SkuTaken.code, "Choose another one.")],
        ) from error
    forget_products()
    return product


def refuse_unclean(product: Product, *, but: Sequence[str] = ()) -> None:
    """Raises Invalid for what a product's fields, `but` some that are known to be right, cannot hold."""
    try:
        product.clean_fields(exclude=["sku_key", *but])
    except ValidationError as error:
        faults = [
            Fault(f"/{name}", "validation", " ".join(messages))
            for name, messages in error.message_dict.items()
        ]
        detail = " ".join(f"{fault.pointer[1:]}: {fault.detail}" for fault in faults)
        raise Invalid(detail, faults=faults) from error
    if product.price < 0:
        raise Invalid("A price is never negative.", faults=[Fault("/price", "validation", "Not negative.")])
