"""Makes what the shop has before the first order: staff, categories, products, stock and promo codes.

Everything is made once, so that an interrupted or repeated demo adds only what is missing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import batched
from random import Random
from typing import Any

from django.db.models import Sum
from django.utils.text import slugify

from accounts.actors import Actor
from accounts.models import Source, User
from accounts.people import create_staff
from backoffice.db.transactions import write_transaction
from backoffice.money import rounded
from backoffice.shop.in_force import in_force
from catalog import stock
from catalog.models import Category, MovementKind, Product, StockMovement
from catalog.products import ProductData, create_product
from cli.demo.reading import SampleProduct
from orders.models import PromoCode, PromotionKind
from orders.promotions import PromotionTerms, create_promo_code, expire_ended_promotions

BATCH = 200
REFERENCE = "demo"
STAFF = (
    ("warehouse@example.com", "Wanda Stock", "Warehouse"),
    ("support@example.com", "Samir Help", "Support"),
    ("marketing@example.com", "Mara Reach", "Marketing"),
)
# The first category with a word of the product's name wins; a plural counts as its singular.
CATEGORIES = {
    "Lanterns": "lantern",
    "Christmas": "christmas xmas advent santa reindeer bauble snowman noel angel",
    "Bags and purses": "bag shopper tote purse satchel rucksack washbag",
    "Mugs and cups": "mug cup teacup beaker",
    "Candles and lights": "candle t-light tlight light candleholder candlestick lamp incense",
    "Stationery and wrap": "card wrap paper notebook pencil pen sticker tag ribbon tape letter",
    "Jewellery": "necklace bracelet earring ring charm brooch hair tiara bangle",
    "Kitchen and baking": "cake cakestand bowl plate tea coffee tin jar cutlery spoon baking kitchen egg "
    "tray bread jug bottle lunch oven apron jam cutter napkin glass recipe pantry coaster teapot sugar",
    "Garden": "garden gardener plant planter watering bird birdhouse flowerpot pot parasol herb thermometer",
    "Toys and games": "toy game doll puzzle block children jigsaw skipping dolly soldier bingo marble",
    "Home and decoration": "cushion clock frame mirror sign hook hanging decoration doormat drawer knob "
    "heart garland wall bunting cabinet basket box hanger tile quilt throw rug wicker stand vase",
}
OTHER = "Gifts"


@dataclass(frozen=True, slots=True)
class Offer:
    """A promo code of the demo, its window in days from the last day of the sample."""

    code: str
    terms: PromotionTerms
    starts_in_days: int | None = None
    ends_in_days: int | None = None
    max_uses: int | None = None
    category: str = ""


def _percent(name: str, percent_off: int, **fields: Any) -> PromotionTerms:
    return replace(PromotionTerms(name=name, percent_off=Decimal(percent_off)), **fields)


def _fixed(name: str, amount_off: str, **fields: Any) -> PromotionTerms:
    terms = PromotionTerms(name=name, kind=PromotionKind.FIXED, amount_off=Decimal(amount_off))
    return replace(terms, **fields)


OFFERS = (
    Offer("WELCOME10", _percent("Welcome", 10, max_discount=Decimal("25.00"), first_order_only=True)),
    Offer(
        "SUMMER15",
        _percent("End of summer", 15, max_discount=Decimal("40.00"), minimum_spend=Decimal("20.00")),
        starts_in_days=-60,
        ends_in_days=6,
    ),
    Offer(
        "LANTERN5", _fixed("Lantern weeks", "5.00", max_uses_per_customer=None), -400, 40, category="Lanterns"
    ),
    Offer(
        "BULK50", _fixed("Large orders", "50.00", minimum_spend=Decimal("400.00"), max_uses_per_customer=None)
    ),
    Offer("FIRST40", _percent("The first forty", 20, max_discount=Decimal("30.00")), -35, None, max_uses=20),
    Offer("SPRING20", _percent("Spring clearance", 20), -300, -12),
    Offer("ADVENT25", _percent("Advent", 25, max_discount=Decimal("50.00")), 14, 45),
    Offer("FRIENDS30", _percent("Friends and family", 30, is_paused=True), -20, 60, max_uses=500),
)


def staff() -> dict[str, Actor]:
    """Return an actor for each role of the demo; they cannot sign in until they are given a password."""
    actors = {}
    for email, name, role in STAFF:
        user = User.objects.filter(email=email).first()
        if user is None:
            user = create_staff(email, role=role, name=name, by=Actor(None, Source.CLI))
        actors[role] = Actor(user, Source.ADMIN)
    return actors


def _missing(products: Sequence[SampleProduct]) -> list[SampleProduct]:
    skus = (product.sku for product in products)
    existing = set(Product.objects.with_skus(skus).values_list("sku_key", flat=True))
    return [product for product in products if product.sku.casefold() not in existing]


def make_products(products: Sequence[SampleProduct], by: Actor) -> Iterator[int]:
    """Make the products that are not there yet, in batches; yield how many each batch settled."""
    categories = _categories()
    missing = _missing(products)
    yield len(products) - len(missing)

    @write_transaction
    def make(batch: Sequence[SampleProduct]) -> None:
        for product in batch:
            create_product(_product_data(product, categories), by=by)

    for batch in batched(missing, BATCH):
        make(batch)
        yield len(batch)


def receive_stock(needed: Mapping[str, int], *, at: datetime, by: Actor) -> Iterator[int]:
    """Bring in what the orders need and something for the shelf; yield how many each batch settled."""
    received = dict(
        StockMovement.objects.filter(kind=MovementKind.RECEIVE, reference=REFERENCE)
        .values_list("product__sku_key")
        .annotate(units=Sum("on_hand_delta"))
    )

    @write_transaction
    def bring_in(batch: Sequence[tuple[str, int]]) -> None:
        for sku, units in batch:
            stock.receive(sku, units, by=by, note="Opening delivery", reference=REFERENCE, at=at)

    missing = [
        (sku, units + _for_the_shelf(sku) - received.get(sku.casefold(), 0)) for sku, units in needed.items()
    ]
    missing = [(sku, units) for sku, units in missing if units > 0]
    yield len(needed) - len(missing)
    for batch in batched(missing, BATCH):
        bring_in(batch)
        yield len(batch)


@write_transaction
def make_promo_codes(last_day: datetime, by: Actor) -> None:
    """Make codes that are running, used up, ending, over, paused and yet to come."""
    categories = _categories()
    existing = set(PromoCode.objects.values_list("code", flat=True))
    for offer in OFFERS:
        if offer.code in existing:
            continue
        terms = replace(
            offer.terms,
            starts_at=_day(last_day, offer.starts_in_days),
            ends_at=_day(last_day, offer.ends_in_days),
            is_restricted=bool(offer.category),
            category_ids=(categories[offer.category].pk,) if offer.category else (),
        )
        create_promo_code(offer.code, terms, max_uses=offer.max_uses, by=by)
    expire_ended_promotions()


def category_of(name: str) -> str:
    """Choose a category by the words of a product's name."""
    words = set(re.findall(r"[a-z][a-z-]*", name.casefold()))
    words |= {word.removesuffix("s") for word in words}
    return next((category for category, known in CATEGORIES.items() if words & set(known.split())), OTHER)


def _categories() -> dict[str, Category]:
    names = [*CATEGORIES, OTHER]
    return {
        name: Category.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0] for name in names
    }


def _product_data(product: SampleProduct, categories: Mapping[str, Category]) -> ProductData:
    dice = Random(product.sku)  # noqa: S311
    return ProductData(
        sku=product.sku,
        name=product.name,
        price=product.price,
        category=categories[category_of(product.name)],
        barcode=_barcode(product.sku),
        low_stock_threshold=dice.choice((None, None, None, 6, 24)),
        cost=rounded(product.price * dice.randint(35, 60) / 100),
        weight_grams=dice.randrange(40, 1_500, 10),
        supplier_number=f"{dice.choice(('HB', 'NW', 'LX'))}-{dice.randint(1_000, 9_999)}",
    )


def _for_the_shelf(sku: str) -> int:
    """Return how many units nobody has ordered yet: some products run low, some are out of stock."""
    dice = Random(f"shelf {sku}")  # noqa: S311
    roll = dice.random()
    if roll < 0.03:
        return 0
    return dice.randint(1, in_force().low_stock_threshold or 1) if roll < 0.1 else dice.randint(30, 240)


def _barcode(sku: str) -> str:
    """Return an EAN-13 of the range that GS1 leaves to shops themselves (20–29)."""
    digits = f"20{Random(f'barcode {sku}').randrange(10**10):010d}"  # noqa: S311
    weighted = sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _day(last_day: datetime, days: int | None) -> datetime | None:
    return None if days is None else last_day + timedelta(days=days)
