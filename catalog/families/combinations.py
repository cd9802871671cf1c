"""The combinations of values that a family lacks: looked at first, then made as new products."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product as every_combination
from itertools import takewhile
from math import prod

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Fault, Invalid
from backoffice.text import identity_key
from catalog.earlier_skus import products_named
from catalog.families.holding import family_named, hold_family
from catalog.families.membership import Variant, checked_values, set_options
from catalog.families.options import MOST_PRODUCTS, MOST_VALUES, Values, keys_of, values_of_product
from catalog.models import Category, Product, ProductFamily
from catalog.products import ProductData, SkuTaken, create_product

PLACE = re.compile(r"\{([^{}]*)\}")
PRICE_OR_SKU = {"price_missing": "price"}


@dataclass(frozen=True, slots=True)
class PlannedProduct:
    """A product that a family lacks. `problem` says why it cannot be made like this; then `code` is set."""

    options: Mapping[str, str]
    sku: str
    name: str
    price: Decimal | None
    code: str = ""
    problem: str = ""


def values_in_use(family: ProductFamily) -> list[list[str]]:
    """Return the values of each option that products of the family have, in the order they came."""
    seen: list[dict[str, str]] = [{} for _name in family.options]
    for product in family.products.order_by("pk"):
        for found, value in zip(seen, values_of_product(product), strict=False):
            found.setdefault(identity_key(value), value)
    return [list(found.values()) for found in seen]


def offered_pattern(family: ProductFamily) -> str:
    """Return a pattern of SKUs like those of the family: what they begin with, and the values."""
    skus = list(family.products.values_list("sku", flat=True))
    begins = _common_beginning(skus).rstrip("-_. ") if len(skus) > 1 else ""
    return "-".join([begins or family.slug.upper()[:30], *(f"{{{name}}}" for name in family.options)])


def _common_beginning(texts: Sequence[str]) -> str:
    pairs = zip(min(texts), max(texts), strict=False)
    return "".join(ours for ours, _theirs in takewhile(lambda pair: pair[0] == pair[1], pairs))


def plan_products_of(
    slug: str,
    *,
    pattern: str = "",
    values: Mapping[str, Sequence[str]] | None = None,
    price: Decimal | None = None,
) -> list[PlannedProduct]:
    """Return a product for each combination that the family lacks, and what stands in its way.

    Without `values` by option the products' own are combined; without a `price` each costs what the product
    does that is most like it.

    Raises:
        UnknownFamily.
        Invalid: a pattern that names no option, or more combinations than a family may have products.
    """
    family = family_named(slug)
    siblings = list(family.products.order_by("pk"))
    have = {keys_of(values_of_product(each))[: len(family.options)] for each in siblings}
    missing = [each for each in _combinations(family, values or {}) if keys_of(each) not in have]
    _refuse_too_many(len(siblings) + len(missing))
    pattern = pattern or offered_pattern(family)
    planned = [_planned(family, siblings, each, pattern, price) for each in missing]
    return list(_judged(planned))


@write_transaction
def make_products(slug: str, wanted: Sequence[PlannedProduct], *, by: Actor) -> list[Product]:
    """Make new products of a family: all of them or none. They have no stock yet.

    An empty name is made of the family's and the values; without a price it is that of the product most
    like it.

    Raises:
        UnknownFamily, Invalid, SkuTaken, VariantsRefused: naming each that cannot be made.
    """
    family = hold_family(slug)
    siblings = list(family.products.select_related("category").order_by("pk"))
    judged = [
        _completed(family, siblings, each, checked_values(family, place, Variant(each.sku, each.options)))
        for place, each in enumerate(wanted)
    ]
    _refuse_faulty(list(_judged(judged)))
    for each in judged:
        assert each.price is not None
        category = _category_like(siblings, tuple(each.options.values()))
        create_product(ProductData(each.sku, each.name, each.price, category), by=by)
    set_options(family.slug, [Variant(each.sku, each.options) for each in judged], by=by)
    return list(Product.objects.with_skus([each.sku for each in judged]).order_by("pk"))


def _refuse_faulty(judged: Sequence[PlannedProduct]) -> None:
    """Raises SkuTaken, or Invalid for what else stands in the way."""
    faults = [
        Fault(f"/products/{place}/{PRICE_OR_SKU.get(each.code, 'sku')}", each.code, each.problem)
        for place, each in enumerate(judged)
        if each.code
    ]
    if faults:
        refusal = SkuTaken if any(each.code == SkuTaken.code for each in faults) else Invalid
        raise refusal(" ".join(each.detail for each in faults[:3]), faults=faults)


def _combinations(family: ProductFamily, values: Mapping[str, Sequence[str]]) -> Iterator[Values]:
    chosen = {identity_key(name): each for name, each in values.items()}
    lists = [
        _distinct(chosen.get(identity_key(name)) or used)
        for name, used in zip(family.options, values_in_use(family), strict=True)
    ]
    unknown = chosen.keys() - set(map(identity_key, family.options))
    if unknown or any(len(each) > MOST_VALUES for each in lists):
        detail = _("Give at most %(most)s values for each of %(options)s.") % {
            "most": MOST_VALUES,
            "options": ", ".join(family.options),
        }
        raise Invalid(detail, faults=[Fault("/values", "validation", detail)])
    # What the family could not hold is not even counted out.
    _refuse_too_many(prod(map(len, lists)))
    return every_combination(*lists)


def _refuse_too_many(count: int) -> None:
    if count > MOST_PRODUCTS:
        detail = _("A family has at most %(most)s products: leave out values.") % {"most": MOST_PRODUCTS}
        raise Invalid(detail, faults=[Fault("/values", "family_full", detail)])


def _distinct(values: Iterable[str]) -> list[str]:
    return list({identity_key(value): value.strip() for value in values if identity_key(value)}.values())


def _planned(
    family: ProductFamily, siblings: Sequence[Product], values: Values, pattern: str, price: Decimal | None
) -> PlannedProduct:
    options = dict(zip(family.options, values, strict=True))
    wanted = PlannedProduct(options, _sku(pattern, options), "", price)
    return _completed(family, siblings, wanted, values)


def _completed(
    family: ProductFamily, siblings: Sequence[Product], wanted: PlannedProduct, values: Values
) -> PlannedProduct:
    like = _most_like(siblings, values)
    price = like.price if wanted.price is None and like else wanted.price
    name = wanted.name.strip() or ", ".join([family.name, *filter(None, values)])[:255]
    options = dict(zip(family.options, values, strict=False))
    return PlannedProduct(options, wanted.sku.strip(), name, price)


def _most_like(siblings: Sequence[Product], values: Values) -> Product | None:
    """Return the product with the most values in common, the oldest of those."""
    keys = keys_of(values)

    def in_common(product: Product) -> int:
        return sum(a == b for a, b in zip(keys_of(values_of_product(product)), keys, strict=False))

    return max(siblings, key=in_common, default=None)


def _category_like(siblings: Sequence[Product], values: Values) -> Category | None:
    like = _most_like(siblings, values)
    return like.category if like else None


def _sku(pattern: str, options: Mapping[str, str]) -> str:
    """Fill in the values for their options' names in braces. Raises Invalid for another name."""
    codes = {identity_key(name): _code(value) for name, value in options.items()}

    def filled(place: re.Match[str]) -> str:
        name = identity_key(place[1])
        if name not in codes:
            detail = _("The pattern has %(place)s, but the options are %(options)s.") % {
                "place": place[0][:60],
                "options": ", ".join(f"{{{each}}}" for each in options),
            }
            raise Invalid(detail, faults=[Fault("/sku_pattern", "no_such_option", detail)])
        return codes[name]

    return PLACE.sub(filled, pattern).strip()


def _code(value: str) -> str:
    """Write a value as a part of a SKU: its letters and digits, in capitals."""
    return "".join(each for each in value.upper() if each.isalnum())


def _judged(planned: Sequence[PlannedProduct]) -> Iterator[PlannedProduct]:
    """Yield them with what stands in the way of each."""
    holders = products_named([each.sku for each in planned])
    seen: set[str] = set()
    for each in planned:
        key = identity_key(each.sku)
        code, problem = _fault(each, holders.get(key), is_repeated=key in seen)
        seen.add(key)
        yield PlannedProduct(each.options, each.sku, each.name, each.price, code, problem)


def _fault(planned: PlannedProduct, holder: Product | None, *, is_repeated: bool) -> tuple[str, str]:
    if holder is not None:
        words = _("The SKU %(sku)s is taken: %(name)s has it.") % {"sku": planned.sku, "name": holder.name}
        return SkuTaken.code, words
    if is_repeated:
        return "duplicate_sku", _("The SKU %(sku)s would be given twice.") % {"sku": planned.sku}
    try:
        Product._meta.get_field("sku").clean(planned.sku, None)
    except ValidationError as error:
        return "validation", " ".join(error.messages)
    if planned.price is None:
        return "price_missing", _("No product of the family has a price yet: give one.")
    return "", ""
