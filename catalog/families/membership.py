"""Which products belong to a family, with which values: no two of them have the same."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Invalid, NotFound, Refusal
from catalog.families.holding import hold_family, hold_products_of, record_members
from catalog.families.options import (
    NO_VALUES,
    OptionFault,
    TakenValues,
    Values,
    fault_of_values,
    values_named,
    values_of_product,
)
from catalog.models import Product, ProductFamily
from catalog.models.family import OPTIONS
from catalog.product_history import edit_between, record_edits, values_of
from catalog.products import products_with_skus, refuse_unclean

logger = logging.getLogger(__name__)

OUTSIDE = {"family": None, **{f"{name}{key}": "" for name in OPTIONS for key in ("", "_key")}}


class VariantsRefused(Conflict):
    """Values that other products have, or more of them than a family may have; each is named."""

    code = "variant_taken"
    title = gettext_lazy("The family cannot have these products")


class InAnotherFamily(Conflict):
    code = "in_another_family"
    title = gettext_lazy("The product belongs to another family")


class NotInFamily(NotFound):
    code = "not_in_family"
    title = gettext_lazy("The product is not in this family")


@dataclass(frozen=True, slots=True)
class Variant:
    """A product of a family, and its values by the names of the options."""

    sku: str
    options: Mapping[str, str]


@write_transaction
def set_options(slug: str, variants: Sequence[Variant], *, by: Actor) -> ProductFamily:
    """Give products these values in the family; those that are not in it yet join. All of them or none.

    Raises:
        UnknownFamily, UnknownSku.
        Invalid: values that are missing, too long, or of options that the family lacks.
        InAnotherFamily: take it out there first.
        VariantsRefused: naming each that has the values of another product, or is one too many.
    """
    family = hold_family(slug)
    named = _once_each(products_with_skus([each.sku for each in variants]), variants)
    wanted = {product.pk: checked_values(family, place, each) for place, (product, each) in enumerate(named)}
    places = {product.pk: place for place, (product, _each) in enumerate(named)}
    products = hold_products_of(family, [product for product, _each in named])
    _refuse_members_of_others(family, products)
    taken = TakenValues(family, [product for product in products if product.pk not in wanted])
    chosen = sorted((each for each in products if each.pk in wanted), key=lambda each: places[each.pk])
    _refuse_taken(taken, chosen, wanted)
    put(family, {product: wanted[product.pk] for product in chosen}, by=by)
    return family


@write_transaction
def take_out(slug: str, skus: Sequence[str], *, by: Actor) -> ProductFamily:
    """Take products out of the family; they stay what they are, without values.

    Raises:
        UnknownFamily, UnknownSku, NotInFamily.
    """
    family = hold_family(slug)
    chosen = {product.pk for product in products_with_skus(skus)}
    leaving = [product for product in hold_products_of(family) if product.pk in chosen]
    if len(leaving) < len(chosen):
        raise NotInFamily(_("Not every one of these products is in %(family)s.") % {"family": family.name})
    put(None, dict.fromkeys(leaving, NO_VALUES), by=by)
    return family


def put(family: ProductFamily | None, values: Mapping[Product, Values], *, by: Actor) -> None:
    """Write family and values of held products, which may swap theirs, and the histories of all."""
    changing = {
        product: own
        for product, own in values.items()
        if (product.family_id, values_of_product(product)) != (family and family.pk, own)
    }
    before = {product: values_of(product) for product in changing}
    # Two that swap their values would have the same ones for a moment.
    Product.objects.filter(pk__in=[product.pk for product in changing]).update(**OUTSIDE)
    for product, own in changing.items():
        product.family = family
        for name, value in zip(OPTIONS, own, strict=True):
            setattr(product, name, value)
        refuse_unclean(product)
        product.save(update_fields=["family", *OPTIONS, "updated_at"])
    edits = [edit_between(before[product], product) for product in changing]
    record_edits(edits, by=by)
    record_members(edits, by=by)
    logger.info("%d products of families set by %s (%s)", len(changing), by, by.source)


def _once_each(products: Sequence[Product], variants: Sequence[Variant]) -> list[tuple[Product, Variant]]:
    """Pair each product with what is said of it. Raises Invalid when one is named twice."""
    if len(products) != len(variants):
        detail = _("A product is named twice: keep one of them.")
        raise Invalid(detail, faults=[Fault("/products", "duplicate_sku", detail)])
    return list(zip(products, variants, strict=True))


def checked_values(family: ProductFamily, place: int, variant: Variant) -> Values:
    """Return the values in the order of the options. Raises Invalid, which names the place in the list."""
    try:
        values = values_named(family, variant.options)
    except Invalid as refusal:
        raise _at(place, variant.sku, refusal) from refusal
    if fault := fault_of_values(family, values):
        assert fault.place is not None
        name = family.options[fault.place]
        raise Invalid(
            f"{variant.sku}: {fault.in_words}",
            faults=[Fault(f"/products/{place}/options/{name}", fault.code, fault.in_words, fault.facts)],
        )
    return values


def _at(place: int, sku: str, refusal: Refusal) -> Invalid:
    faults = [Fault(f"/products/{place}{each.pointer}", each.code, refusal.detail) for each in refusal.faults]
    return Invalid(f"{sku}: {refusal.detail}", faults=faults)


def _refuse_members_of_others(family: ProductFamily, products: Sequence[Product]) -> None:
    astray = [product.sku for product in products if product.family_id not in (None, family.pk)]
    if astray:
        detail = ngettext(
            "%(skus)s belongs to another family: take it out there first.",
            "%(skus)s belong to another family: take them out there first.",
            len(astray),
        ) % {"skus": ", ".join(astray[:10])}
        raise InAnotherFamily(detail)


def _refuse_taken(taken: TakenValues, products: Sequence[Product], wanted: Mapping[int, Values]) -> None:
    faults = [
        _fault(place, product, fault)
        for place, product in enumerate(products)
        if (fault := taken.refused(product.sku, wanted[product.pk]))
    ]
    if faults:
        raise VariantsRefused(" ".join(each.detail for each in faults[:3]), faults=faults)


def _fault(place: int, product: Product, fault: OptionFault) -> Fault:
    detail = f"{product.sku}: {fault.in_words}"
    return Fault(f"/products/{place}", fault.code, detail, {**fault.facts, "sku": product.sku})
