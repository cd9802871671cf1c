import pytest

from catalog.products import archive_product
from tests.cli.conftest import Answers, Shopctl
from tests.factories import CLI, make_category, make_product

pytestmark = pytest.mark.django_db


def test_products_are_listed_by_sku_without_archived_ones(answers: Answers) -> None:
    make_product("b")
    make_product("A", category=make_category("Teas"))
    make_product("OLD")
    archive_product("OLD", by=CLI)
    assert [row["sku"] for row in answers("products", "list")] == ["A", "b"]
    assert [row["sku"] for row in answers("products", "list", "--archived")] == ["OLD"]
    assert [row["sku"] for row in answers("products", "list", "--category", "teas")] == ["A"]


def test_products_are_found_by_a_part_of_sku_name_or_barcode(answers: Answers) -> None:
    make_product("AB-1", name="Lantern")
    make_product("CD-2", name="Mug", barcode="4006381333931")
    assert [row["sku"] for row in answers("products", "list", "--search", "ab")] == ["AB-1"]
    assert [row["sku"] for row in answers("products", "list", "--search", "MUG")] == ["CD-2"]
    assert [row["sku"] for row in answers("products", "list", "--search", "400638")] == ["CD-2"]


def test_a_product_is_shown_with_its_price_as_a_decimal(answers: Answers) -> None:
    make_product("TEA-01", price="3.39", on_hand=2)
    product = answers("products", "show", "tea-01")
    assert (product["price"], product["available"], product["is_active"]) == ("3.39", 2, True)


def test_a_list_takes_the_same_number_of_queries_however_long(
    shopctl: Shopctl, django_assert_num_queries: object
) -> None:
    for count in (1, 3):
        for number in range(count):
            make_product(f"P{count}-{number}", category=make_category("Teas"))
        with django_assert_num_queries(1):  # type: ignore[operator]
            shopctl("products", "list")


def test_an_unknown_product_is_refused(shopctl: Shopctl) -> None:
    assert shopctl("products", "show", "NOPE").exit_code == 1
