import json

import pytest

from catalog.models import Product
from catalog.products import archive_product
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import CLI, make_category, make_product, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def teas() -> None:
    for sku, name in (("TEA-01", "Green tea"), ("TEA-02", "Black tea"), ("TEA-03", "Red tea")):
        make_product(sku, name=name)


def test_products_are_listed_by_sku_without_archived_ones(answers: Answers) -> None:
    make_product("b")
    make_product("A", category=make_category("Teas"))
    make_product("OLD")
    archive_product("OLD", by=CLI)
    assert [row["sku"] for row in answers("products", "list")] == ["A", "b"]
    assert [row["sku"] for row in answers("products", "list", "--archived")] == ["OLD"]
    assert [row["sku"] for row in answers("products", "list", "--category", "teas")] == ["A"]


def test_products_are_found_by_a_part_of_sku_or_name_or_by_barcode(answers: Answers) -> None:
    make_product("AB-1", name="Lantern")
    make_product("CD-2", name="Mug", barcode="4006381333931")
    assert [row["sku"] for row in answers("products", "list", "--q", "ab")] == ["AB-1"]
    assert [row["sku"] for row in answers("products", "list", "--q", "MUG")] == ["CD-2"]
    assert [row["sku"] for row in answers("products", "list", "--q", "4006381333931")] == ["CD-2"]


def test_a_product_is_shown_with_its_price_as_a_decimal(answers: Answers) -> None:
    make_product("TEA-01", price="3.39", on_hand=2)
    product = answers("products", "show", "tea-01")
    assert (product["price"], product["stock"], product["is_active"]) == ("3.39", 2, True)


def test_a_list_takes_the_same_number_of_queries_however_long(
    shopctl: Shopctl, django_assert_num_queries: object
) -> None:
    for count in (1, 3):
        for number in range(count):
            make_product(f"P{count}-{number}", category=make_category("Teas"))
        # One asks in which currency the books are, one for the shop's settings.
        with django_assert_num_queries(3):  # type: ignore[operator]
            shopctl("products", "list")


def test_an_unknown_product_is_refused(shopctl: Shopctl) -> None:
    assert shopctl("products", "show", "NOPE").exit_code == 1


@pytest.mark.usefixtures("teas")
def test_one_product_is_archived_without_a_question(answers: Answers) -> None:
    assert [(row["sku"], row["is_active"]) for row in answers("products", "archive", "tea-01")] == [
        ("TEA-01", False)
    ]
    assert list(Product.objects.active().values_list("sku", flat=True)) == ["TEA-02", "TEA-03"]


@pytest.mark.usefixtures("teas")
def test_several_are_named_first_and_need_a_yes(shopctl: Shopctl) -> None:
    refused = shopctl("products", "archive", "-", stdin="TEA-01\n\ntea-02\n")
    assert refused.exit_code == 2
    assert "TEA-01 Green tea: 0 available\nTEA-02 Black tea: 0 available\n" in refused.stderr
    dry = shopctl("products", "archive", "TEA-01", "TEA-02", "--dry-run", "--jsonl")
    assert [json.loads(line)["sku"] for line in dry.stdout.splitlines()] == ["TEA-01", "TEA-02"]
    assert Product.objects.active().count() == 3
    assert shopctl("products", "archive", "-", "--yes", stdin="TEA-01\n\ntea-02\n").exit_code == 0
    assert [product.sku for product in Product.objects.active()] == ["TEA-03"]


@pytest.mark.usefixtures("teas")
def test_an_unknown_sku_among_them_archives_none(shopctl: Shopctl) -> None:
    result = shopctl("products", "archive", "TEA-01", "NOPE", "NIX", "--yes")
    assert (result.exit_code, result.stderr) == (1, "No product has the SKU NOPE, NIX.\n")
    assert Product.objects.active().count() == 3


@pytest.mark.usefixtures("teas")
def test_what_is_archived_already_leaves_nothing_to_do(shopctl: Shopctl) -> None:
    shopctl("products", "archive", "TEA-01")
    again = shopctl("products", "archive", "TEA-01")
    assert (again.exit_code, again.stdout) == (0, "")
    assert shopctl("products", "archive", "TEA-01", "--fail-if-empty").exit_code == 3


@pytest.mark.usefixtures("teas")
def test_archiving_needs_the_permission(shopctl: Shopctl) -> None:
    make_user("ana@example.com", role="Support")
    assert shopctl("products", "archive", "TEA-01", "--as", "ana@example.com").exit_code == 1
    assert Product.objects.active().count() == 3
