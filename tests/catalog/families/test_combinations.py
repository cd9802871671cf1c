"""What a family lacks is looked at first, and then made as new products: all of it or nothing."""

from decimal import Decimal

import pytest

from backoffice.errors import Invalid
from catalog.families import PlannedProduct, make_products, offered_pattern, plan_products_of
from catalog.families.combinations import values_in_use
from catalog.families.membership import VariantsRefused
from catalog.models import Category, Product, ProductFamily
from catalog.products import SkuTaken, edit_product
from tests.factories import CLI, make_category, make_family, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug() -> None:
    """Three of four combinations of two colours and two sizes."""
    make_product("EM-01", name="Enamel mug", price="6.50", category=make_category("Kitchen"))
    make_product("EM-02", price="6.50"), make_product("EM-03", price="8.00")
    make_family(
        "Enamel mug",
        ["Colour", "Size"],
        {"EM-01": ("cream", "0.3 l"), "EM-02": ("dark blue", "0.3 l"), "EM-03": ("cream", "0.5 l")},
    )


@pytest.mark.usefixtures("mug")
def test_the_missing_combination_is_planned_like_the_product_that_is_most_like_it() -> None:
    [planned] = plan_products_of("enamel-mug")

    assert planned == PlannedProduct(
        {"Colour": "dark blue", "Size": "0.5 l"},
        "EM-0-DARKBLUE-05L",
        "Enamel mug, dark blue, 0.5 l",
        Decimal("6.50"),
    )
    assert Product.objects.count() == 3


@pytest.mark.usefixtures("mug")
def test_further_values_and_a_pattern_of_its_own_are_combined() -> None:
    planned = plan_products_of(
        "enamel-mug",
        pattern="mug {size} {COLOUR}",
        values={"colour": ["cream", "red", "Red ", ""]},
        price=Decimal(7),
    )
    assert [(each.sku, each.price) for each in planned] == [
        ("mug 03L RED", Decimal(7)),
        ("mug 05L RED", Decimal(7)),
    ]


@pytest.mark.usefixtures("mug")
def test_what_stands_in_the_way_is_named_before_anything_is_made() -> None:
    make_product("BLUE-X", name="Blue")
    edit_product("BLUE-X", by=CLI, changes={"sku": "RENAMED"})

    taken, twice, again = plan_products_of(
        "enamel-mug", pattern="{colour}-X", values={"Colour": ["blue", "red"], "Size": ["S", "L"]}
    )[0:3]

    assert (taken.code, twice.code, again.code) == ("sku_taken", "sku_taken", "")
    assert "Blue" in taken.problem
    repeated = plan_products_of("enamel-mug", pattern="{size}", values={"Colour": ["x", "y"], "Size": ["S"]})
    assert [each.code for each in repeated] == ["", "duplicate_sku"]
    [wrong] = plan_products_of("enamel-mug", pattern="a/{size}")
    assert wrong.code == "validation"


def test_a_family_without_products_needs_values_and_a_price() -> None:
    make_family("Bowl", ["Colour"])
    assert plan_products_of("bowl") == []
    assert offered_pattern(make_family("Dish", ["Size"])) == "DISH-{Size}"

    planned = plan_products_of("bowl", values={"Colour": ["red", "blue"]})
    assert [each.code for each in planned] == ["price_missing", "price_missing"]
    priced = plan_products_of("bowl", values={"Colour": ["red", "blue"]}, price=Decimal("2.50"))
    assert [each.code for each in priced] == ["", ""]

    made = make_products("bowl", priced, by=CLI)

    assert [(each.sku, each.name, each.option_1, each.on_hand) for each in made] == [
        ("BOWL-RED", "Bowl, red", "red", 0),
        ("BOWL-BLUE", "Bowl, blue", "blue", 0),
    ]


@pytest.mark.usefixtures("mug")
def test_new_products_have_price_and_category_of_the_one_most_like_them() -> None:
    [made] = make_products(
        "enamel-mug", [PlannedProduct({"colour": "cream", "SIZE": "1 l"}, "EM-04", "", None)], by=CLI
    )

    assert (made.sku, made.name, made.price) == ("EM-04", "Enamel mug, cream, 1 l", Decimal("6.50"))
    assert made.category == Category.objects.get(slug="kitchen")
    assert (made.option_1, made.option_2, made.is_active) == ("cream", "1 l", True)
    family = ProductFamily.objects.get()
    assert values_in_use(family) == [["cream", "dark blue"], ["0.3 l", "0.5 l", "1 l"]]


@pytest.mark.usefixtures("mug")
def test_all_are_made_or_none() -> None:
    wanted = [
        PlannedProduct({"Colour": "red", "Size": "0.3 l"}, "NEW-1", "", None),
        PlannedProduct({"Colour": "red", "Size": "0.5 l"}, "em-01", "", None),
    ]
    with pytest.raises(SkuTaken) as refusal:
        make_products("enamel-mug", wanted, by=CLI)
    assert [(each.pointer, each.code) for each in refusal.value.faults] == [("/products/1/sku", "sku_taken")]

    wanted[1] = PlannedProduct({"Colour": "cream", "Size": "0.3 l"}, "NEW-2", "", None)
    with pytest.raises(VariantsRefused):
        make_products("enamel-mug", wanted, by=CLI)
    assert Product.objects.count() == 3


@pytest.mark.usefixtures("mug")
def test_a_pattern_may_name_options_of_the_family_alone() -> None:
    with pytest.raises(Invalid, match="Glaze") as refusal:
        plan_products_of("enamel-mug", pattern="{Glaze}")
    assert refusal.value.faults[0].pointer == "/sku_pattern"
    with pytest.raises(Invalid):
        plan_products_of("enamel-mug", values={"Glaze": ["x"]})


def test_more_combinations_than_a_family_holds_are_not_counted_out() -> None:
    make_family("Mug", ["A", "B", "C"])
    hundred = [str(number) for number in range(100)]
    with pytest.raises(Invalid, match="500"):
        plan_products_of("mug", values={"A": hundred, "B": hundred, "C": hundred})
    with pytest.raises(Invalid, match="100"):
        plan_products_of("mug", values={"A": [*hundred, "one more"], "B": ["x"], "C": ["x"]})
