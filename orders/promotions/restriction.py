"""What a promotion is restricted to, as people name it: categories by slug or name, products by SKU."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.errors import Fault, Invalid
from backoffice.text import identity_key
from catalog.earlier_skus import products_named
from catalog.models import Category

MOST_NAMED = 10
NAMES_NOTHING = gettext_lazy(
    "This promotion would name nothing that it applies to. Name categories or products, or say that it is "
    "not restricted."
)
NAMES_THOUGH_FREE = gettext_lazy(
    "A promotion that is not restricted applies to everything and names no categories or products: leave "
    "them out, or say that it is restricted."
)


class UnclearRestriction(Invalid):
    """It is unclear whether a promotion applies to everything: an empty list never means that."""

    code = "unclear_restriction"
    title = gettext_lazy("Say what the promotion applies to")


@dataclass(frozen=True, slots=True)
class Restriction:
    """Whether a promotion applies only to what it names, and what it names."""

    is_restricted: bool = False
    category_ids: tuple[int, ...] = ()
    product_ids: tuple[int, ...] = ()


def restriction_said(
    said: Mapping[str, Any], *, present: Restriction | None = None, pointer: str = ""
) -> Restriction:
    """Return what becomes of `present` (None: a new promotion) when `said` has some of its fields.

    Naming something restricts the promotion; lifting a restriction must be said explicitly. `pointer` is
    where the input holds the fields.

    Raises:
        UnclearRestriction.
    """
    was = present or Restriction()
    categories: tuple[int, ...] = said.get("category_ids", was.category_ids)
    products: tuple[int, ...] = said.get("product_ids", was.product_ids)
    if said.get("is_restricted") is False:
        refuse_unclear(False, said.get("category_ids", ()), said.get("product_ids", ()), pointer=pointer)
        return Restriction()
    if not (categories or products) and present is not None and not present.is_restricted:
        # Empty lists change nothing about a promotion that names nothing.
        refuse_unclear(said.get("is_restricted") is True, (), (), pointer=pointer)
        return present
    if not said:
        return was
    refuse_unclear(True, categories, products, pointer=pointer)
    return Restriction(True, categories, products)


def refuse_unclear(
    is_restricted: bool, category_ids: Sequence[int], product_ids: Sequence[int], *, pointer: str = ""
) -> None:
    """Refuse a restricted promotion that names nothing, and an unrestricted one that names something.

    Raises:
        UnclearRestriction.
    """
    if is_restricted == bool(category_ids or product_ids):
        return
    detail = str(NAMES_NOTHING if is_restricted else NAMES_THOUGH_FREE)
    field = "product_ids" if product_ids else "category_ids"
    name = {"product_ids": "products", "category_ids": "categories"}[field]
    raise UnclearRestriction(detail, faults=[Fault(f"{pointer}/{name}", UnclearRestriction.code, detail)])


def category_ids(names: Sequence[str], *, pointer: str = "/categories") -> tuple[int, ...]:
    """Return the ids of the categories with these names or slugs; `pointer` is where the input has them.

    Raises:
        Invalid: naming each one that does not exist.
    """
    known: dict[str, int] = {}
    if names:
        # The database folds no case outside ASCII, and a shop has few categories.
        rows = list(Category.objects.values_list("pk", "name", "slug"))
        known = {identity_key(name): pk for pk, name, _slug in rows} | {slug: pk for pk, _name, slug in rows}
    return _ids(names, known, pointer, "unknown_category", _("There is no category %(name)s."))


def product_ids(skus: Sequence[str], *, pointer: str = "/products") -> tuple[int, ...]:
    """Return the ids of the products with these SKUs. Raises Invalid as `category_ids` does."""
    known = {key: product.pk for key, product in products_named(skus).items()} if skus else {}
    return _ids(skus, known, pointer, "unknown_product", _("There is no product %(name)s."))


def hold_categories(category_ids: Sequence[int]) -> None:
    """Lock the categories, so that none can be deleted until the transaction ends.

    Raises:
        Invalid: one of them is gone already.
    """
    if not category_ids:
        return
    held = Category.objects.filter(pk__in=category_ids).order_by("pk").select_for_update(no_key=True)
    if len(held) < len(set(category_ids)):
        detail = _("A category was deleted meanwhile: choose again.")
        raise Invalid(detail, faults=[Fault("/categories", "unknown_category", detail)])


def linked(through: type[Model], column: str, promotions: Iterable[int]) -> dict[int, list[Any]]:
    """Return `column` of what each promotion names, sorted; a promotion that names nothing is left out."""
    found: dict[int, list[Any]] = {}
    rows = through._default_manager.filter(promotion__in=promotions).order_by(column)
    for promotion, value in rows.values_list("promotion_id", column):
        found.setdefault(promotion, []).append(value)
    return found


def _ids(
    names: Sequence[str], known: Mapping[str, int], pointer: str, code: str, sentence: str
) -> tuple[int, ...]:
    """Return the ids of these names. Raises Invalid with `code` and `sentence` for each unknown name."""
    field = pointer.rpartition("/")[2]
    faults = [
        Fault(f"{pointer}/{index}", code, sentence % {"name": name[:64]}, {"in": "body"})
        for index, name in enumerate(names)
        if identity_key(name) not in known
    ]
    if faults:
        raise Invalid(f"{field}: " + " ".join(fault.detail for fault in faults[:MOST_NAMED]), faults=faults)
    return tuple(sorted({known[identity_key(name)] for name in names}))
