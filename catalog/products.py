"""Creating, editing and archiving products. Stock is written by catalog/stock.py alone."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Invalid, NotFound
from backoffice.sheets.remarks import Remark, remark_naming
from backoffice.text import has_wrong_check_digit, identity_key
from catalog.earlier_skus import holders_of_earlier, keep_earlier_sku, products_named
from catalog.models import Category, Product
from catalog.product_cache import forget_products
from catalog.product_history import KEPT_OF, edit_between, record_edits, values_of

logger = logging.getLogger(__name__)

NAMED = 10
EDITABLE = frozenset(KEPT_OF)


class UnknownSku(NotFound):
    code = "unknown_sku"
    title = gettext_lazy("No such product")


class SkuTaken(Conflict):
    code = "sku_taken"
    title = gettext_lazy("Another product has it already")


@dataclass(frozen=True, slots=True)
class ProductData:
    sku: str
    name: str
    price: Decimal
    category: Category | None = None
    barcode: str = ""
    is_active: bool = True
    low_stock_threshold: int | None = None
    description: str = ""
    cost: Decimal | None = None
    weight_grams: int | None = None
    supplier_number: str = ""


def product_with_sku(sku: str) -> Product:
    """The product with this SKU, without regard to case; also one that had it before it was renamed.

    Raises:
        UnknownSku.
    """
    product = products_named([sku]).get(identity_key(sku))
    if product is None:
        raise UnknownSku(_("No product has the SKU %(sku)s.") % {"sku": sku.strip()[:64]})
    return product


def products_with_skus(skus: Sequence[str]) -> list[Product]:
    """The products with these SKUs, each once, in the order of the SKUs.

    Raises:
        UnknownSku: naming all that no product has.
    """
    found = products_named(skus)
    prefetch_related_objects(list(found.values()), "category", "family")
    unknown = [sku.strip()[:64] for sku in skus if identity_key(sku) not in found]
    if unknown:
        raise UnknownSku(_no_product_has(unknown))
    named = [found[key] for key in dict.fromkeys(map(identity_key, skus))]
    return list({product.pk: product for product in named}.values())


def _no_product_has(skus: Sequence[str]) -> str:
    named = ", ".join(skus[:NAMED])
    if len(skus) <= NAMED:
        return _("No product has the SKU %(sku)s.") % {"sku": named}
    more = len(skus) - NAMED
    return ngettext(
        "No product has the SKU %(skus)s and %(more)s more.",
        "No product has the SKU %(skus)s and %(more)s more.",
        more,
    ) % {"skus": named, "more": more}


@write_transaction
def create_product(data: ProductData, *, by: Actor) -> Product:
    """Create a product, which has no stock yet: receive some, or import it.

    Raises:
        Invalid, SkuTaken.
    """
    logger.info("Product %r created by %s (%s)", data.sku, by, by.source)
    product = Product(
        sku=data.sku.strip(),
        name=data.name.strip(),
        price=data.price,
        category=data.category,
        barcode=data.barcode.strip(),
        is_active=data.is_active,
        low_stock_threshold=data.low_stock_threshold,
        description=data.description.strip(),
        cost=data.cost,
        weight_grams=data.weight_grams,
        supplier_number=data.supplier_number.strip(),
    )
    _save(product)
    record_edits([edit_between({}, product)], by=by)
    return product


@write_transaction
def edit_product(sku: str, *, by: Actor, changes: Mapping[str, Any]) -> Product:
    """Change some of ProductData's fields. Orders placed before keep their own name and price.

    Raises:
        UnknownSku, Invalid, SkuTaken.
    """
    product = Product.objects.select_for_update(no_key=True).get(pk=product_with_sku(sku).pk)
    logger.info("Product %r edited by %s (%s): %r", sku, by, by.source, changes)
    before = values_of(product)
    for name, value in changes.items():
        if name not in EDITABLE:
            raise Invalid(
                _("%(name)s of a product cannot be edited.") % {"name": name},
                faults=[Fault(f"/{name}", "validation", "")],
            )
        setattr(product, name, value.strip() if isinstance(value, str) else value)
    _save(product)
    keep_earlier_sku(product, before["sku"])
    record_edits([edit_between(before, product)], by=by)
    return product


@write_transaction
def archive_product(sku: str, *, by: Actor) -> Product:
    """Take it out of sale; its stock, history and orders stay."""
    return edit_product(sku, by=by, changes={"is_active": False})


def _save(product: Product) -> None:
    """Save the product. Raises Invalid, SkuTaken."""
    refuse_unclean(product)
    fields = None if product._state.adding else [*EDITABLE, "sku_key", "barcode_key", "updated_at"]
    try:
        with transaction.atomic():
            product.save(update_fields=fields)
    except IntegrityError as error:
        # The first line names the constraint or columns; PostgreSQL's next line quotes what was typed.
        is_barcode = "barcode" in str(error).partition("\n")[0]
        raise _duplicate(product, "barcode" if is_barcode else "sku") from error
    if holder := holders_of_earlier([product]).get(product.sku):
        raise _taken("sku", _named_earlier(product.sku, holder))
    forget_products()


def _duplicate(product: Product, what: str) -> SkuTaken:
    if what == "barcode":
        detail = _("Another product has the barcode %(barcode)s already.") % {"barcode": product.barcode}
    else:
        detail = _("Another product has the SKU %(sku)s already.") % {"sku": product.sku}
    return _taken(what, detail)


def _named_earlier(sku: str, holder: Product) -> str:
    facts = {"sku": sku, "name": holder.sku}
    return _("%(sku)s was the SKU of what is %(name)s now: orders of that time name it.") % facts


def _taken(what: str, detail: str) -> SkuTaken:
    return SkuTaken(detail, faults=[Fault(f"/{what}", SkuTaken.code, _("Choose another one."))])


def refuse_unclean(product: Product) -> None:
    """Raises Invalid for what a product's fields cannot hold."""
    if unclean := unclean_fields(product):
        faults = [
            Fault(
                f"/{name}", "validation", " ".join(message for error in errors for message in error.messages)
            )
            for name, errors in unclean.items()
        ]
        detail = " ".join(f"{fault.pointer[1:]}: {fault.detail}" for fault in faults)
        raise Invalid(detail, faults=faults)
    for name, detail in negative_amounts(product).items():
        raise Invalid(detail, faults=[Fault(f"/{name}", "validation", _("Not negative."))])


def negative_amounts(product: Product) -> dict[str, str]:
    """Return what is wrong with the product's amounts, by their names."""
    words = {"price": _("A price is never negative."), "cost": _("A cost is never negative.")}
    return {name: detail for name, detail in words.items() if (getattr(product, name) or 0) < 0}


def unclean_fields(product: Product, *, but: Sequence[str] = ()) -> dict[str, list[ValidationError]]:
    """Clean all fields except those named in `but`, and return the errors of each that fails."""
    try:
        product.clean_fields(exclude=["sku_key", "barcode_key", *but])
    except ValidationError as error:
        return {name: list(errors) for name, errors in error.error_dict.items()}
    return {}


def remarks_on_barcodes(barcodes: Iterable[str]) -> list[Remark]:
    """Say which of them were probably typed wrongly. They are taken all the same: some are no GTINs."""
    wrong = [barcode for barcode in barcodes if has_wrong_check_digit(barcode)]
    return [remark_naming("wrong_check_digits", wrong)] if wrong else []
