"""What the options of a family and the values of its products may be. It reads and writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.errors import Fault, Invalid
from backoffice.text import identity_key
from catalog.models import Product, ProductFamily
from catalog.models.family import OPTIONS

MOST_OPTIONS = len(OPTIONS)
MOST_VALUES = 100
MOST_PRODUCTS = 500

type Values = tuple[str, ...]
"""A product's values in the order of its family's options, "" for options that the family lacks."""


NO_VALUES: Values = ("",) * MOST_OPTIONS


@dataclass(frozen=True, slots=True)
class OptionFault:
    """Why a product cannot have these values; `place` is that of the option, None for all of them."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)
    place: int | None = None

    @property
    def in_words(self) -> str:
        return str(SENTENCES[self.code] % self.facts)


SENTENCES: Mapping[str, str | Promise] = {
    "options_without_family": gettext_lazy(
        "Only products of a family have options: name the family, or leave this empty."
    ),
    "option_missing": gettext_lazy("A value for %(option)s is needed."),
    "no_such_option": gettext_lazy("The family has no such option: leave this empty. It has %(options)s."),
    "variant_taken": gettext_lazy("%(sku)s has these values already in this family."),
    "family_full": gettext_lazy("A family has at most %(most)s products."),
    "too_many_values": gettext_lazy("%(option)s already has %(most)s values, the most it can have."),
}


def names_in_columns(names: Sequence[str]) -> dict[str, str]:
    """Return the names of a family's options by their columns.

    Raises:
        Invalid: none, too many, an empty one, or two that look the same.
    """
    names = [name.strip() for name in names]
    keys = [identity_key(name) for name in names]
    if not 1 <= len(names) <= MOST_OPTIONS:
        detail = _("A family has 1 to %(most)s options.") % {"most": MOST_OPTIONS}
    elif not all(keys):
        detail = _("An option needs a name.")
    elif len(set(keys)) < len(keys):
        detail = _("Two options have the same name.")
    else:
        return dict(zip(OPTIONS, (*names, *[""] * (MOST_OPTIONS - len(names))), strict=True))
    raise Invalid(detail, faults=[Fault("/options", "validation", detail)])


def values_named(family: ProductFamily, options: Mapping[str, str]) -> Values:
    """Return the values in the order of the family's options; names may differ in case and blanks.

    A missing value is "", for `fault_of_values` to refuse.

    Raises:
        Invalid: naming options that the family does not have.
    """
    places = {identity_key(name): place for place, name in enumerate(family.options)}
    unknown = [name for name in options if identity_key(name) not in places]
    if unknown:
        raise Invalid(
            _("%(family)s has no option %(unknown)s. It has %(options)s.")
            % {
                "family": family.name,
                "unknown": ", ".join(name[:40] for name in unknown),
                "options": ", ".join(family.options),
            },
            faults=[Fault(f"/options/{name[:40]}", "no_such_option", "") for name in unknown],
        )
    values = [""] * MOST_OPTIONS
    for name, value in options.items():
        values[places[identity_key(name)]] = value.strip()
    return tuple(values)


def values_of_product(product: Product) -> Values:
    return (product.option_1, product.option_2, product.option_3)


def keys_of(values: Iterable[str]) -> Values:
    return tuple(map(identity_key, values))


def by_name(names: Iterable[str | None], values: Iterable[str]) -> dict[str, str] | None:
    """Return the values by the names of their options, None for a product of no family."""
    return {name: value for name, value in zip(names, values, strict=True) if name} or None


def fault_of_values(family: ProductFamily | None, values: Values) -> OptionFault | None:
    """Return why no product of the family, or of none, can have these values."""
    names = family.options if family else ()
    for place, value in enumerate(values):
        is_empty = not identity_key(value)
        if place < len(names) and is_empty:
            return OptionFault("option_missing", {"option": names[place]}, place)
        if place >= len(names) and not is_empty:
            code = "no_such_option" if family else "options_without_family"
            return OptionFault(code, {"options": ", ".join(names)}, place)
    return None


class TakenValues:
    """The values that products of one family have: no two the same, and not too many of either."""

    def __init__(self, family: ProductFamily, products: Iterable[Product] = ()) -> None:
        self._names = family.options
        self._holders: dict[Values, str] = {}
        self._values: dict[int, set[str]] = defaultdict(set)
        for product in products:
            self._take(product.sku, keys_of(values_of_product(product)))

    def refused(self, sku: str, values: Values) -> OptionFault | None:
        """Have the product with this SKU take the values, or return why it cannot."""
        keys = keys_of(values)
        holder = self._holders.get(keys)
        if holder is not None and identity_key(holder) != identity_key(sku):
            return OptionFault("variant_taken", {"sku": holder})
        if fault := next(self._too_many(sku, keys), None):
            return fault
        self._take(sku, keys)
        return None

    def _take(self, sku: str, keys: Values) -> None:
        self._holders[keys] = sku
        for place, key in enumerate(keys):
            self._values[place].add(key)

    def _too_many(self, sku: str, keys: Values) -> Iterator[OptionFault]:
        if len({*self._holders.values(), sku}) > MOST_PRODUCTS:
            yield OptionFault("family_full", {"most": MOST_PRODUCTS})
        for place, name in enumerate(self._names):
            if len(self._values[place] | {keys[place]}) > MOST_VALUES:
                yield OptionFault("too_many_values", {"option": name, "most": MOST_VALUES}, place)
