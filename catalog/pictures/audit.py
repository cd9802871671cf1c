"""Checks that every picture and the logo has its files, and that each product names its first picture."""

from collections.abc import Iterator

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from backoffice.pictures.files import needed_files, stored_files
from backoffice.shop.logo import files_of_logo
from backoffice.shop.table import LOGO
from catalog.audit import Discrepancy
from catalog.models import Product, ProductPicture


def audit_pictures() -> list[Discrepancy]:
    """Return every picture without its files, and every product that names another one than its first."""
    return [*_without_files(), *_named_wrongly(), *_logo_without_file()]


def _without_files() -> Iterator[Discrepancy]:
    pictures = list(ProductPicture.objects.order_by("product_id", "position").select_related("product"))
    # Listed after the rows were read: the files of each were there before its row.
    stored = stored_files() if pictures else set()
    for picture in pictures:
        if missing := sorted(needed_files([picture.name]) - stored):
            detail = f"picture {picture.position} ({picture}) lacks {', '.join(missing)}"
            yield Discrepancy(picture.product.sku, "picture", detail)


def _logo_without_file() -> Iterator[Discrepancy]:
    needed = files_of_logo()
    for missing in needed - stored_files() if needed else ():
        yield Discrepancy(LOGO, "picture", f"the shop's logo lacks {missing}")


def _named_wrongly() -> Iterator[Discrepancy]:
    first = ProductPicture.objects.filter(product=OuterRef("pk")).order_by("position", "id").values("name")
    products = Product.objects.annotate(first=Coalesce(Subquery(first[:1]), Value(""))).exclude(
        picture=F("first")
    )
    for sku, shown, is_first in products.order_by("sku_key").values_list("sku", "picture", "first"):
        detail = f"lists show picture {shown or 'none'}; the first is {is_first or 'none'}"
        yield Discrepancy(sku, "picture", detail)
