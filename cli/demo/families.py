"""Finds families in the sample: products whose names differ only by a colour, or by a size and a colour."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.text import identity_key
from catalog.families import Variant, create_family, set_options
from catalog.models import Product, ProductFamily
from cli.demo.reading import SampleProduct

COLOURS = frozenset(
    (
        *("BLACK", "WHITE", "RED", "BLUE", "GREEN", "PINK", "YELLOW", "PURPLE", "ORANGE", "BROWN", "GREY"),
        *("SILVER", "GOLD", "IVORY", "CREAM", "NATURAL", "TURQUOISE", "LILAC", "MINT"),
    )
)
SIZES = frozenset(("SMALL", "MEDIUM", "LARGE"))
FEWEST_PRODUCTS = 3
# A name of one word says too little to be sure.
FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class SampleFamily:
    name: str
    options: tuple[str, ...]
    variants: Mapping[str, Mapping[str, str]]


def families_in(products: Iterable[SampleProduct]) -> list[SampleFamily]:
    """Return families by name, each with at least three of the products."""
    found: defaultdict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for product in products:
        words = product.name.upper().split()
        colours, sizes = ([word for word in words if word in known] for known in (COLOURS, SIZES))
        if len(colours) == 1 and len(sizes) <= 1:
            base = " ".join(word for word in words if word not in COLOURS | SIZES)
            found[base].setdefault((sizes[0] if sizes else "", colours[0]), product.sku)
    return [
        family
        for base, skus in sorted(found.items())
        if len(base.split()) >= FEWEST_WORDS
        for family in _families(base, skus)
        if len(family.variants) >= FEWEST_PRODUCTS
    ]


def _families(base: str, skus: Mapping[tuple[str, str], str]) -> Iterator[SampleFamily]:
    """Yield what has a size and a colour, and else what has a colour alone."""
    sized = {key: sku for key, sku in skus.items() if key[0]}
    if min(len({key[place] for key in sized}) for place in (0, 1)) > 1:
        values = {
            sku: {"Size": size.title(), "Colour": colour.title()} for (size, colour), sku in sized.items()
        }
        yield SampleFamily(base.capitalize(), ("Size", "Colour"), values)
        return
    for size in sorted({size for size, _colour in skus}):
        values = {sku: {"Colour": colour.title()} for (own, colour), sku in skus.items() if own == size}
        yield SampleFamily(f"{size} {base}".strip().capitalize(), ("Colour",), values)


def make_families(products: Sequence[SampleProduct], by: Actor) -> Iterator[int]:
    """Make the families that are not there yet, and add products to those that are; yield how many."""
    families = families_in(products)

    @write_transaction
    def make(family: SampleFamily) -> None:
        alone = Product.objects.with_skus(family.variants).filter(family=None)
        missing = [Variant(sku, family.variants[sku]) for sku in family.variants if sku in _skus(alone)]
        known = ProductFamily.objects.filter(name_key=identity_key(family.name)).first()
        if missing and known is None:
            create_family(family.name, family.options, variants=missing, by=by)
        elif missing and known is not None and known.options == family.options:
            set_options(known.slug, missing, by=by)

    for family in families:
        make(family)
    yield len(products)


def _skus(products: Iterable[Product]) -> set[str]:
    return {product.sku for product in products}
