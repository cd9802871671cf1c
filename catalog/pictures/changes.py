"""Adding, describing, ordering and removing the pictures of a product; each is told in its history."""

import logging
import secrets
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Invalid, NotFound, Title
from backoffice.pictures.drawing import DrawnPicture
from backoffice.pictures.files import delete_files, needed_files, written_files
from backoffice.text import fault_of, without_control
from catalog.models import Product, ProductPicture
from catalog.product_cache import forget_products
from catalog.product_history import Changes, ProductEdit, record_edits
from catalog.products import product_with_sku

logger = logging.getLogger(__name__)

MOST_PICTURES = 20
LONGEST = 255


class UnknownPicture(NotFound):
    code = "unknown_picture"
    title: ClassVar[Title] = gettext_lazy("No such picture")


class TooManyPictures(Conflict):
    code = "too_many_pictures"
    title: ClassVar[Title] = gettext_lazy("The product has enough pictures")


class _IsThere(Exception):
    """Somebody has just added the same file, such as by a second click; what was written for it goes."""

    def __init__(self, picture: ProductPicture) -> None:
        self.picture = picture


def add_picture(
    sku: str, picture: DrawnPicture, *, by: Actor, file_name: str = "", alt: str = ""
) -> ProductPicture:
    """Add the picture behind those that there are. One that the product has already is returned as it is.

    Its files are written before the row that names them is committed, outside of its transaction.

    Raises:
        UnknownSku, TooManyPictures, Invalid.
    """
    alt = _clean_alt(alt)
    product = product_with_sku(sku)
    if present := product.pictures.filter(digest=picture.digest).first():
        return present
    _refuse_too_many(product)
    name = secrets.token_hex(16)
    row = ProductPicture(
        name=name,
        alt=alt,
        file_name=without_control(file_name)[:LONGEST],
        digest=picture.digest,
        width=picture.width,
        height=picture.height,
    )
    try:
        with written_files(picture.files_named(name)):
            return _add(product.pk, row, by=by)
    except _IsThere as there:
        return there.picture


@write_transaction
def _add(pk: int, row: ProductPicture, *, by: Actor) -> ProductPicture:
    product = _held(pk)
    pictures = list(product.pictures.all())
    for present in pictures:
        if present.digest == row.digest:
            raise _IsThere(present)
    _refuse_too_many(product)
    row.pk, row.product, row.position = None, product, len(pictures) + 1
    row.save(force_insert=True)
    _keep(product, [*pictures, row], {"picture": (None, str(row))}, by=by)
    return row


@write_transaction
def describe_picture(sku: str, name: str, *, alt: str, by: Actor) -> ProductPicture:
    """Say what the picture shows, for whoever cannot see it. Raises UnknownSku, UnknownPicture, Invalid."""
    product, pictures, picture = _found(sku, name)
    before, picture.alt = picture.alt, _clean_alt(alt)
    if picture.alt != before:
        picture.save(update_fields=["alt"])
        _keep(product, pictures, {"picture_alt": (before, picture.alt)}, by=by)
    return picture


@write_transaction
def move_picture(sku: str, name: str, *, position: int, by: Actor) -> ProductPicture:
    """Put the picture in this place, 1 being the one that lists show; beyond the last it is the last.

    Raises:
        UnknownSku, UnknownPicture.
    """
    product, pictures, picture = _found(sku, name)
    before = picture.position
    after = max(1, min(position, len(pictures)))
    if after != before:
        pictures.remove(picture)
        pictures.insert(after - 1, picture)
        _keep(product, pictures, {"picture_position": (before, after)}, by=by)
    return picture


@write_transaction
def remove_picture(sku: str, name: str, *, by: Actor) -> None:
    """Take the picture away; its files go once that is committed. Raises UnknownSku, UnknownPicture."""
    product, pictures, picture = _found(sku, name)
    told = str(picture)
    pictures.remove(picture)
    picture.delete()
    _keep(product, pictures, {"picture": (told, None)}, by=by)
    transaction.on_commit(partial(delete_files, needed_files([name])), robust=True)


def picture_named(sku: str, name: str) -> ProductPicture:
    """Raises UnknownSku, UnknownPicture."""
    product = product_with_sku(sku)
    if found := product.pictures.filter(name=name).first():
        return found
    raise _no_such_picture(product)


def _held(pk: int) -> Product:
    """Return the product, locked until the transaction ends; its pictures are changed under this lock."""
    return Product.objects.select_for_update(no_key=True).get(pk=pk)


def _found(sku: str, name: str) -> tuple[Product, list[ProductPicture], ProductPicture]:
    product = _held(product_with_sku(sku).pk)
    pictures = list(product.pictures.all())
    for picture in pictures:
        if picture.name == name:
            return product, pictures, picture
    raise _no_such_picture(product)


def _no_such_picture(product: Product) -> UnknownPicture:
    return UnknownPicture(_("%(sku)s has no such picture; it may have been removed.") % {"sku": product.sku})


def _keep(product: Product, pictures: Sequence[ProductPicture], changes: Changes, *, by: Actor) -> None:
    """Number the pictures in this order, and have the product name the first one."""
    logger.info("Pictures of %r changed by %s (%s): %r", product.sku, by, by.source, changes)
    for position, picture in enumerate(pictures, start=1):
        if picture.position != position:
            picture.position = position
            picture.save(update_fields=["position"])
    product.picture = pictures[0].name if pictures else ""
    product.save(update_fields=["picture", "updated_at"])
    record_edits([ProductEdit(product, is_new=False, changes=changes)], by=by)
    forget_products()


def _refuse_too_many(product: Product) -> None:
    if product.pictures.count() >= MOST_PICTURES:
        raise TooManyPictures(
            _("A product may have %(most)s pictures: remove one first.") % {"most": MOST_PICTURES}
        )


def _clean_alt(alt: str) -> str:
    alt = alt.strip()
    if len(alt) > LONGEST:
        raise _wrong_alt(_("At most %(most)s characters.") % {"most": LONGEST})
    if fault := fault_of(alt):
        raise _wrong_alt(fault)
    return alt


def _wrong_alt(detail: str) -> Invalid:
    return Invalid(detail, faults=[Fault("/alt", "validation", detail)])
