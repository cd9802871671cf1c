"""Finding a family, holding it while its products change, and the history that it keeps of that."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.errors import NotFound
from catalog.finding import with_slug_or_name
from catalog.models import FamilyChange, FamilyChangeKind, Product, ProductFamily
from catalog.models.family import OPTIONS
from catalog.product_cache import forget_products
from catalog.product_history import ProductEdit


class UnknownFamily(NotFound):
    code = "unknown_family"
    title = gettext_lazy("No such family")


def family_named(text: str) -> ProductFamily:
    """Return the family with this slug or name, in any case. Raises UnknownFamily."""
    return _found(text, with_slug_or_name(ProductFamily.objects.all(), text).first())


def hold_family(text: str) -> ProductFamily:
    """Return the family, locked until the transaction ends: whoever changes its products waits here.

    It is locked before its products, so that two changes of a family cannot deadlock.

    Raises:
        UnknownFamily.
    """
    families = ProductFamily.objects.select_for_update()
    return _found(text, with_slug_or_name(families, text).first())


def hold_products_of(family: ProductFamily, also: Sequence[Product] = ()) -> list[Product]:
    """Return the family's products, and others, read now and locked in the order of their keys."""
    members = Q(family=family) | Q(pk__in=[product.pk for product in also])
    return list(Product.objects.filter(members).order_by("pk").select_for_update(no_key=True))


def record_family(
    family: ProductFamily,
    changes: Mapping[str, Sequence[Any]],
    *,
    by: Actor,
    kind: FamilyChangeKind = FamilyChangeKind.CHANGED,
) -> None:
    """Add an entry to the family's history about what differs; nothing if nothing does.

    The family itself then counts as changed, and what is shown of its products is forgotten.
    """
    told = {name: list(pair) for name, pair in changes.items() if pair[0] != pair[1]}
    if not told:
        return
    FamilyChange.objects.create(family_id=family.pk, kind=kind, changes=told, actor=by.user, source=by.source)
    if kind is FamilyChangeKind.CHANGED:
        family.save(update_fields=["updated_at"])
    forget_products()


def history_of(family: int) -> QuerySet[FamilyChange]:
    """Return the entries of the family with this key, the newest first."""
    return FamilyChange.objects.filter(family=family).select_related("actor").order_by("-id")


def record_members(edits: Iterable[ProductEdit], *, by: Actor) -> None:
    """Tell each family that the edits are about which products joined, left or have other values."""
    told = [each for each in edits if not {"family", *OPTIONS}.isdisjoint(each.changes)]
    slugs = {slug for each in told for slug in each.changes.get("family", ()) if slug}
    pks = {each.product.family_id for each in told if each.product.family_id}
    for family in ProductFamily.objects.filter(Q(slug__in=slugs) | Q(pk__in=pks)) if told else ():
        record_family(family, _members_changed(family, told), by=by)


def _members_changed(family: ProductFamily, edits: Sequence[ProductEdit]) -> dict[str, Sequence[Any]]:
    joined, left, before, after = [], [], [], []
    for edit in edits:
        usual = (family.slug, family.slug) if edit.product.family_id == family.pk else (None, None)
        was, becomes = edit.changes.get("family", usual)
        was_told, is_told = _told(edit)
        if was == becomes == family.slug:
            before.append(was_told)
            after.append(is_told)
        elif becomes == family.slug:
            joined.append(is_told)
        elif was == family.slug:
            left.append(was_told)
    return {"joined": (None, joined or None), "values": (before, after), "left": (left or None, None)}


def _told(edit: ProductEdit) -> tuple[str, str]:
    """Return a product with its values, before and after."""
    now = [getattr(edit.product, name) for name in OPTIONS]
    earlier = [edit.changes.get(name, (value,))[0] for name, value in zip(OPTIONS, now, strict=True)]
    was, becomes = (", ".join(filter(None, values)) for values in (earlier, now))
    return f"{edit.product.sku}: {was}", f"{edit.product.sku}: {becomes}"


def _found(text: str, family: ProductFamily | None) -> ProductFamily:
    if family is None:
        raise UnknownFamily(_("There is no family %(name)s.") % {"name": text.strip()[:120]})
    return family
