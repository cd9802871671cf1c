"""What a product looks like as data, and which ones a list is about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Product
from catalog.pictures import add_picture, drawn
from catalog.readers.products import (
    EDITOR_DETAIL,
    PICTURE_FIELDS,
    PUBLIC_DETAIL,
    PUBLIC_FIELDS,
    STAFF_DETAIL,
    STAFF_FIELDS,
    ProductFilter,
    product_as_data,
    product_columns,
    product_data,
    products_as_data,
    slug_of_category,
)
from tests.factories import CLI, make_category, make_family, make_product, make_sold_out, place
from tests.pictures import pictures_of, png

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)


def test_a_product_is_told_with_its_stock_and_its_category() -> None:
    make_product(
        "TEA",
        name="Green tea",
        price="3.39",
        category=make_category("Fine teas"),
        on_hand=7,
        low_stock_threshold=4,
    )
    place({"TEA": 3})
    product = Product.objects.get()

    assert product_data(product) == {
        "sku": "TEA",
        "name": "Green tea",
        "price": Decimal("3.39"),
        "stock": 4,
        "category": "fine-teas",
        "category_name": "Fine teas",
        "picture": None,
        "weight_grams": None,
        "is_active": True,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
        "family": None,
        "options": None,
        "on_hand": 7,
        "reserved": 3,
        "low_stock_threshold": 4,
        "low_stock_at": 4,
        "barcode": "",
        "supplier_number": "",
    }


@pytest.mark.parametrize(("threshold", "level"), [(None, 8), (0, 0), (3, 3)])
def test_the_level_that_counts_is_the_products_own_or_the_shops(
    threshold: int | None, level: int, settings: Any
) -> None:
    settings.SHOP_LOW_STOCK_THRESHOLD = 8
    make_product("TEA", low_stock_threshold=threshold)

    [told] = products_as_data(Product.objects.all(), ["low_stock_at", "low_stock_threshold"])

    assert told == {"low_stock_at": level, "low_stock_threshold": threshold}


def test_one_product_and_a_list_of_them_tell_the_same() -> None:
    make_product("TEA", category=make_category("Teas"), low_stock_threshold=2)
    make_family("Mug", ["Colour", "Size"], {"MUG": ("red", "S")})

    listed = list(products_as_data(Product.objects.order_by("-sku")))

    assert listed == [product_data(product) for product in Product.objects.order_by("-sku")]
    assert [tuple(each) for each in listed] == [STAFF_FIELDS, STAFF_FIELDS]
    assert listed[1]["category"] is listed[1]["category_name"] is None
    assert [(each["family"], each["options"]) for each in listed] == [
        (None, None),
        ("mug", {"Colour": "red", "Size": "S"}),
    ]


def test_what_the_public_sees_names_neither_shelf_nor_barcode_nor_supplier() -> None:
    assert set(STAFF_FIELDS) - set(PUBLIC_FIELDS) == {
        "on_hand",
        "reserved",
        "low_stock_threshold",
        "low_stock_at",
        "barcode",
        "supplier_number",
    }
    assert set(STAFF_DETAIL) - set(PUBLIC_DETAIL) == set(STAFF_FIELDS) - set(PUBLIC_FIELDS)
    assert set(EDITOR_DETAIL) - set(STAFF_DETAIL) == {"cost"}


def test_a_picture_is_told_by_its_whole_address_and_in_the_size_that_it_has_there(
    settings: Any, picture_folder: Any
) -> None:
    settings.SHOP_URL = "https://shop.example.com"
    product = make_product("TEA")
    assert product_data(product, EDITOR_DETAIL)["pictures"] == []
    wide = add_picture("TEA", drawn(png(2_000, 1_000)), by=CLI, alt="A cup of tea")
    pictures_of("TEA", 1)
    product.refresh_from_db()

    told = product_data(product, EDITOR_DETAIL)
    first, second = told["pictures"]
    assert first == {
        "name": wide.name,
        "url": f"https://shop.example.com/pictures/{wide.name}-1200.webp",
        "alt": "A cup of tea",
        "width": 1_200,
        "height": 600,
    }
    assert tuple(first) == PICTURE_FIELDS
    assert (second["width"], second["height"]) == (40, 30)
    assert told["picture"] == first["url"]
    [listed] = products_as_data(Product.objects.all())
    assert listed["picture"] == first["url"]


def test_a_bucket_has_an_address_of_its_own(settings: Any) -> None:
    settings.PICTURES_URL = "https://cdn.example.com/shop/"
    told = product_as_data({"picture": "ab"}, ["picture"])
    assert told == {"picture": "https://cdn.example.com/shop/ab-1200.webp"}


def test_a_list_takes_one_statement_and_reads_the_chosen_columns_alone() -> None:
    for number in range(3):
        make_product(f"TEA-{number}", category=make_category("Teas"))
    with CaptureQueriesContext(connection) as queries:
        told = list(products_as_data(Product.objects.order_by("pk"), ["sku", "category"]))

    assert told[0] == {"sku": "TEA-0", "category": "teas"}
    assert len(queries) == 1
    assert len(product_columns(["options"])) == 6
    assert product_columns(["stock", "category"]) == ["available", "category__slug"]
    assert product_as_data({"available": 3}, ["stock"]) == {"stock": 3}


@pytest.fixture
def shelf() -> None:
    make_product("TEA", name="Green tea", price="3.00", category=make_category("Teas"), on_hand=3)
    make_product("TEA-2", name="Black tea", price="4.00", on_hand=9, barcode="4711", is_active=False)
    make_sold_out("LAMP", name="Tea light", price="5.00", low_stock_threshold=0)
    for days, sku in enumerate(("TEA", "TEA-2", "LAMP")):
        Product.objects.filter(sku=sku).update(created_at=NOON + timedelta(days=days))


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("wanted", "skus"),
    [
        ({}, ["LAMP", "TEA", "TEA-2"]),
        ({"q": "TEA"}, ["LAMP", "TEA", "TEA-2"]),
        ({"q": " light  tea"}, ["LAMP"]),
        ({"q": "tea-2"}, ["TEA-2"]),
        ({"q": "4711"}, ["TEA-2"]),
        ({"q": "471"}, []),
        ({"category": "teas"}, ["TEA"]),
        ({"category": "lamps"}, []),
        ({"price_gte": Decimal("4.00")}, ["LAMP", "TEA-2"]),
        ({"price_lte": Decimal("4.00")}, ["TEA", "TEA-2"]),
        ({"stock_gte": 3, "stock_lte": 9}, ["TEA", "TEA-2"]),
        ({"stock_lte": 0}, ["LAMP"]),
        ({"in_stock": True}, ["TEA", "TEA-2"]),
        ({"in_stock": False}, ["LAMP"]),
        ({"low_stock": True}, ["LAMP", "TEA"]),
        ({"low_stock": False}, ["TEA-2"]),
        ({"is_active": False}, ["TEA-2"]),
        ({"created_after": NOON + timedelta(days=1)}, ["LAMP", "TEA-2"]),
        ({"created_before": NOON + timedelta(days=1)}, ["TEA"]),
        ({"price_gte": Decimal("4.00"), "is_active": True}, ["LAMP"]),
    ],
)
def test_a_list_is_narrowed_by_all_that_is_said(wanted: dict[str, Any], skus: list[str]) -> None:
    found = ProductFilter(**wanted).of(Product.objects.all())

    assert sorted(found.values_list("sku", flat=True)) == skus


@pytest.mark.usefixtures("shelf")
def test_whoever_sees_no_barcodes_finds_nothing_by_one() -> None:
    assert not ProductFilter(q="4711").of(Product.objects.all(), by_barcode=False).exists()
    assert ProductFilter(q="light").of(Product.objects.all(), by_barcode=False).exists()


def test_a_category_is_named_by_its_name_or_slug_in_any_case() -> None:
    make_category("Töpfe & Pfannen")

    slug = slug_of_category("töpfe & pfannen")
    assert slug_of_category(" TÖPFE & PFANNEN ") == slug_of_category(slug) == slug
    assert slug_of_category(" nowhere ") == "nowhere"
