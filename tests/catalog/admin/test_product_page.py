"""The page of one product: its title row, its form and its histories."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog import stock
from catalog.models import Product
from catalog.products import edit_product
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_category, make_product, make_sold_out

pytestmark = pytest.mark.django_db
FILLED_IN = {
    "sku": "SB-1",
    "name": "Bowl",
    "price": "4.13",
    "description": "Hand-glazed.\r\nSafe in the oven.",
    "weight_grams": "0.42",
    "cost": "1.2",
    "supplier_number": "S-7",
    "low_stock_threshold": "6",
    "is_active": "on",
}


def page_of(product: Product) -> str:
    return f"/admin/catalog/product/{product.pk}/change/"


def labels(page: Any) -> list[str]:
    return [str(label).partition(">")[2].partition("<")[0] for label in page.context["labels"]]


def test_all_that_is_said_of_a_product_is_kept_and_shown_again(manager: Client) -> None:
    manager.post("/admin/catalog/product/add/", FILLED_IN)

    product = Product.objects.get()
    assert (product.weight_grams, product.cost, product.supplier_number) == (420, Decimal("1.20"), "S-7")
    assert product.description.splitlines() == ["Hand-glazed.", "Safe in the oven."]
    page = manager.get(page_of(product)).text
    for value in ('value="0.42"', 'value="1.20"', 'value="S-7"', "Safe in the oven."):
        assert value in page


def test_saving_what_was_not_changed_changes_nothing(manager: Client) -> None:
    manager.post("/admin/catalog/product/add/", FILLED_IN)
    product = Product.objects.get()

    manager.post(page_of(product), {**FILLED_IN, "cost": "1.20", "weight_grams": "0.420"})
    assert product.changes.count() == 1


@pytest.mark.parametrize("weight", ["-1", "heavy", "0.4201", "100000.001", "NaN"])
def test_a_weight_is_in_kilograms_with_three_places(manager: Client, weight: str) -> None:
    page = manager.post("/admin/catalog/product/add/", {**FILLED_IN, "weight_grams": weight})

    assert list(page.context["adminform"].form.errors) == ["weight_grams"]
    assert f'value="{weight}"' in page.text
    assert not Product.objects.exists()


def test_a_negative_cost_is_told_at_its_field(manager: Client) -> None:
    page = manager.post("/admin/catalog/product/add/", {**FILLED_IN, "cost": "-1"})
    assert page.context["adminform"].form.errors == {"cost": ["A cost is never negative."]}


def test_what_stands_beside_the_form_belongs_to_it(manager: Client) -> None:
    page = manager.get(page_of(make_product("SB-1"))).text

    aside = page[page.index("<aside") : page.index("</aside>")]
    for name in ("low_stock_threshold", "is_active"):
        assert f'name="{name}"' in aside
        field = aside[aside.index(f'name="{name}"') :].partition(">")[0]
        assert 'form="product_form"' in field
    assert 'id="product_form"' in page


def test_a_new_product_is_on_sale_unless_that_is_switched_off(manager: Client) -> None:
    page = manager.get("/admin/catalog/product/add/").text

    for name in ("low_stock_threshold", "is_active"):
        assert f'name="{name}"' in page
    assert "checked" in page[page.index('name="is_active"') :].partition(">")[0]


def test_its_title_says_what_calls_for_something(manager: Client) -> None:
    new = make_product("NEW")
    low = make_product("LOW", on_hand=3, low_stock_threshold=5, category=make_category("Bowls"))
    gone = make_sold_out("GONE")
    kept = make_product("KEPT", on_hand=99)
    told = {product.sku: labels(manager.get(page_of(product))) for product in (new, low, gone, kept)}
    assert told == {
        "NEW": ["On sale", "Never stocked"],
        "LOW": ["On sale", "Low stock"],
        "GONE": ["On sale", "Sold out"],
        "KEPT": ["On sale"],
    }
    edit_product("LOW", by=CLI, changes={"is_active": False})
    page = manager.get(page_of(low))
    assert labels(page) == ["Archived"]
    assert page.context["lead"].startswith("LOW · Bowls · last changed today, ")


def test_the_newest_movements_stand_there_and_the_ledger_has_all(manager: Client) -> None:
    product = make_product("SB-1 &", on_hand=1)
    for _number in range(12):
        stock.receive("SB-1 &", 1, by=CLI)

    page = manager.get(page_of(product))
    assert [row.on_hand_after for row in page.context["history"]] == list(range(13, 3, -1))
    assert "All 13 movements" in page.text
    ledger = manager.get(page.context["all_movements_url"])
    assert len(ledger.context["cl"].result_list) == 13


def test_what_it_costs_is_shown_to_whoever_may_edit_it_alone(manager: Client, sign_in: SignIn) -> None:
    product = make_product("SB-1", cost=Decimal("1.23"), name="Bowl", weight_grams=420)
    edit_product("SB-1", by=CLI, changes={"cost": Decimal("4.56")})

    text = manager.get(page_of(product)).text
    assert "1.23" in text
    assert 'value="4.56"' in text
    for role in ("Warehouse", "Support", "Marketing", "Viewer"):
        text = sign_in(role).get(page_of(product)).text
        assert "Bowl" in text
        assert "0.42 kg" in text
        assert "1.23" not in text
        assert "4.56" not in text
        assert "Cost" not in text
