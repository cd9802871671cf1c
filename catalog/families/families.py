"""Making, renaming and dissolving families. What their products are is untouched by it."""

import logging
from collections.abc import Mapping, Sequence
from itertools import count

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Invalid
from catalog.families.holding import hold_family, hold_products_of, record_family
from catalog.families.membership import Variant, put, set_options
from catalog.families.options import (
    MOST_OPTIONS,
    NO_VALUES,
    TakenValues,
    Values,
    names_in_columns,
    values_of_product,
)
from catalog.models import FamilyChangeKind, Product, ProductFamily

logger = logging.getLogger(__name__)

LONGEST_SLUG = 120


class FamilyTaken(Conflict):
    code = "family_taken"
    title = gettext_lazy("Another family has it already")


class OptionsInUse(Conflict):
    """Options cannot be dropped or added as asked, because of the products' values."""

    code = "options_in_use"
    title = gettext_lazy("The family's products need these options")


@write_transaction
def create_family(
    name: str,
    options: Sequence[str],
    *,
    by: Actor,
    slug: str = "",
    variants: Sequence[Variant] = (),
) -> ProductFamily:
    """Create a family with the names of its options, and the products that it begins with, if any.

    Raises:
        Invalid, FamilyTaken, and what `set_options` raises.
    """
    family = ProductFamily(name=name.strip(), **names_in_columns(options))
    family.slug = slug.strip().lower() or _free_slug(family.name)
    _save(family)
    record_family(family, _told_of_new(family), by=by, kind=FamilyChangeKind.CREATED)
    logger.info("Family %r created by %s (%s)", family.name, by, by.source)
    return set_options(family.slug, variants, by=by) if variants else family


@write_transaction
def change_family(
    slug: str,
    *,
    by: Actor,
    name: str | None = None,
    options: Sequence[str] | None = None,
    value_for_new: str = "",
) -> ProductFamily:
    """Rename the family or its options, of which values keep their places; the slug stays.

    With one option more every product gets `value_for_new` for it. With one fewer the last values go.

    Raises:
        UnknownFamily, Invalid, FamilyTaken.
        OptionsInUse: without the last option two products would have the same values, or no value is
            given for a new one.
    """
    family = hold_family(slug)
    before = _told(family)
    if name is not None:
        family.name = name.strip()
    if options is not None:
        earlier = len(family.options)
        for column, option in names_in_columns(options).items():
            setattr(family, column, option)
        _keep_values_in_place(family, earlier, value_for_new, by=by)
    _save(family)
    after = _told(family)
    record_family(family, {each: (before[each], after[each]) for each in before}, by=by)
    logger.info("Family %r changed by %s (%s)", family.name, by, by.source)
    return family


@write_transaction
def dissolve_family(slug: str, *, by: Actor) -> int:
    """Forget the family; its products stay, without values. Return how many they were.

    Raises:
        UnknownFamily.
    """
    family = hold_family(slug)
    products = hold_products_of(family)
    put(None, dict.fromkeys(products, NO_VALUES), by=by)
    told = {each: (value, None) for each, value in _told(family).items()}
    record_family(family, told, by=by, kind=FamilyChangeKind.DISSOLVED)
    family.delete()
    logger.info("Family %r dissolved by %s (%s)", family.name, by, by.source)
    return len(products)


def _keep_values_in_place(family: ProductFamily, earlier: int, value_for_new: str, *, by: Actor) -> None:
    """Give or take the values of the options that are new or gone. Raises OptionsInUse."""
    now = len(family.options)
    products = hold_products_of(family) if now != earlier else []
    if not products:
        return
    if now > earlier and not value_for_new.strip():
        detail = _("Its products need a value for the new option: give one.")
        raise OptionsInUse(detail, faults=[Fault("/value_for_new", OptionsInUse.code, detail)])
    values = {
        product: _fitted(values_of_product(product), earlier, now, value_for_new) for product in products
    }
    _refuse_the_same(family, values)
    # The database holds the options to be in order, in the family as well as in its products.
    put(family, values, by=by)


def _fitted(values: Values, earlier: int, now: int, value_for_new: str) -> Values:
    kept = [*values[: min(earlier, now)], *[value_for_new.strip()] * max(0, now - earlier)]
    return (*kept, *[""] * (MOST_OPTIONS - len(kept)))


def _refuse_the_same(family: ProductFamily, values: Mapping[Product, Values]) -> None:
    taken = TakenValues(family)
    for product, own in values.items():
        if fault := taken.refused(product.sku, own):
            detail = _("Without this option two products would be the same: %(sku)s and %(other)s.") % {
                "sku": fault.facts.get("sku", ""),
                "other": product.sku,
            }
            raise OptionsInUse(detail, faults=[Fault("/options", OptionsInUse.code, detail)])


def _save(family: ProductFamily) -> None:
    """Save the family. Raises Invalid, FamilyTaken."""
    _refuse_unclean(family)
    try:
        with transaction.atomic():
            family.save()
    except IntegrityError as error:
        # The first line names the constraint or columns; PostgreSQL's next line quotes what was typed.
        is_slug = "slug" in str(error).partition("\n")[0]
        detail = (
            _("Another family has the slug %(slug)s already.") % {"slug": family.slug}
            if is_slug
            else _("Another family is called %(name)s already.") % {"name": family.name}
        )
        pointer = "/slug" if is_slug else "/name"
        raise FamilyTaken(detail, faults=[Fault(pointer, FamilyTaken.code, detail)]) from error


def _refuse_unclean(family: ProductFamily) -> None:
    try:
        family.clean_fields(exclude=["name_key"])
    except ValidationError as error:
        faults = [
            Fault(f"/{'options' if name.startswith('option_') else name}", "validation", " ".join(messages))
            for name, messages in error.message_dict.items()
        ]
        detail = " ".join(f"{fault.pointer[1:]}: {fault.detail}" for fault in faults)
        raise Invalid(detail, faults=faults) from error


def _free_slug(name: str) -> str:
    """Return a slug that no family has: the name's, with a number behind it where that is taken."""
    base = slugify(name)[: LONGEST_SLUG - 6] or "family"
    taken = set(ProductFamily.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for number in count(1) if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )


def _told(family: ProductFamily) -> dict[str, object]:
    return {"name": family.name, "slug": family.slug, "options": list(family.options)}


def _told_of_new(family: ProductFamily) -> dict[str, tuple[None, object]]:
    return {each: (None, value) for each, value in _told(family).items()}
