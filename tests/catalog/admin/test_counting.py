"""The page on which shelves are counted."""

import json
import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Source
from catalog import stock
from catalog.admin.counting import PER_PAGE
from catalog.models import MovementKind, Product, StockMovement
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_category, make_product, make_user, place

pytestmark = pytest.mark.django_db
PAGE = "/admin/catalog/product/count/"


@pytest.fixture
def warehouse(sign_in: SignIn) -> Client:
    return sign_in("Warehouse")


def count(client: Client, product: Product, counted: object, *, expected: int, key: str = "") -> Any:
    form = {"counted": counted, "expected": expected, "key": key or secrets.token_hex(16)}
    answer = client.post(f"/admin/catalog/product/{product.pk}/count/", form)
    assert answer.status_code == 200
    return json.loads(answer.content)


def counts() -> list[tuple[int, int]]:
    """By how much each count changed what was on hand, and to what."""
    rows = StockMovement.objects.filter(kind=MovementKind.COUNT).order_by("id")
    return list(rows.values_list("on_hand_delta", "on_hand_after"))


def skus(page: Any) -> list[str]:
    return [row["product"].sku for row in page.context["rows"]]


def find(client: Client, code: str, **filters: str) -> str:
    answer = client.get(f"{PAGE}find/", {"code": code, **filters})
    return str(json.loads(answer.content)["rows"])


def test_a_count_is_recorded_in_the_name_of_whoever_counted_and_answered_in_words(warehouse: Client) -> None:
    product = make_product("TEA-01", on_hand=42)

    answer = count(warehouse, product, 40, expected=42)

    assert answer == {
        "is_counted": True,
        "on_hand": 40,
        "differs": True,
        "says": 'counted, <span class="bo-bad">−2</span>, now 40',
    }
    movement = StockMovement.objects.get(kind=MovementKind.COUNT)
    assert (movement.source, movement.actor_id is not None) == (Source.ADMIN, True)
    assert counts() == [(-2, 40)]


def test_a_count_that_was_right_is_recorded_too(warehouse: Client) -> None:
    product = make_product("TEA-01", on_hand=42)

    answer = count(warehouse, product, 42, expected=42)

    assert (answer["differs"], answer["says"]) == (False, "counted, right")
    assert counts() == [(0, 42)]


def test_what_is_sent_twice_is_recorded_once_and_answered_alike(warehouse: Client) -> None:
    product = make_product("TEA-01", on_hand=42)
    key = secrets.token_hex(16)

    first = count(warehouse, product, 40, expected=42, key=key)
    stock.receive("TEA-01", 5, by=CLI)
    again = count(warehouse, product, 40, expected=42, key=key)

    assert first == again
    assert counts() == [(-2, 40)]
    assert Product.objects.get().on_hand == 45


def test_a_shelf_that_changed_meanwhile_is_counted_again_against_the_new_figure(warehouse: Client) -> None:
    product = make_product("TEA-01", on_hand=42)
    stock.receive("TEA-01", 1, by=CLI)

    refused = count(warehouse, product, 40, expected=42)
    assert (refused["is_counted"], refused["on_hand"]) == (False, 43)
    assert refused["says"] == "TEA-01 now has 43 on hand, not 42. Count it again."
    assert counts() == []

    assert count(warehouse, product, 41, expected=refused["on_hand"])["is_counted"]
    assert counts() == [(-2, 41)]


def test_fewer_than_are_reserved_are_refused_with_links_to_the_orders(warehouse: Client) -> None:
    product = make_product("TEA-01", on_hand=10)
    order = place({"TEA-01": 8})

    refused = count(warehouse, product, 5, expected=10)

    assert not refused["is_counted"]
    assert refused["says"].startswith("8 are reserved by <a ")
    assert f'href="/admin/orders/order/?q={order.number}"' in refused["says"]
    assert counts() == []


@pytest.mark.parametrize("typed", ["", "a dozen", "12.5", "-3", "3000000000", "99999999999999999999"])
def test_what_is_no_count_is_refused(warehouse: Client, typed: str) -> None:
    product = make_product("TEA-01", on_hand=10)

    assert not count(warehouse, product, typed, expected=10)["is_counted"]

    assert counts() == []


def test_a_key_belongs_to_one_count_of_one_person(warehouse: Client, sign_in: SignIn) -> None:
    product = make_product("TEA-01", on_hand=10)
    key = secrets.token_hex(16)
    count(warehouse, product, 9, expected=10, key=key)

    assert not count(warehouse, product, 8, expected=9, key=key)["is_counted"]
    assert count(sign_in("Warehouse"), product, 8, expected=9, key=key)["is_counted"]

    assert counts() == [(-1, 9), (-1, 8)]


def test_a_count_needs_the_token_of_the_page() -> None:
    product = make_product("TEA-01", on_hand=10)
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(role="Warehouse"))
    form = {"counted": 9, "expected": 10, "key": secrets.token_hex(16)}
    path = f"/admin/catalog/product/{product.pk}/count/"

    assert client.post(path, form).status_code == 403
    client.get(PAGE)
    token = client.cookies["csrftoken"].value
    assert client.post(path, form, headers={"X-CSRFToken": token}).status_code == 200

    assert counts() == [(-1, 9)]


def test_support_cannot_count(sign_in: SignIn) -> None:
    product = make_product("TEA-01", on_hand=10)
    form = {"counted": 9, "expected": 10, "key": secrets.token_hex(16)}

    assert sign_in("Support").post(f"/admin/catalog/product/{product.pk}/count/", form).status_code == 403

    assert counts() == []


def test_one_chooses_what_to_count_by_category_words_and_low_stock(warehouse: Client) -> None:
    tea = make_category("Tea")
    make_product("C", on_hand=3, name="Green tea", category=tea)
    make_product("b", on_hand=500, name="Black tea", category=tea)
    make_product("A", on_hand=500, name="Mug")
    make_product("OLD", on_hand=500, name="Old tea", category=tea, is_active=False)

    assert skus(warehouse.get(PAGE)) == ["A", "b", "C"]
    assert skus(warehouse.get(PAGE, {"category": tea.pk})) == ["b", "C"]
    assert skus(warehouse.get(PAGE, {"q": "tea black"})) == ["b"]
    assert skus(warehouse.get(PAGE, {"low": "on"})) == ["C"]
    assert skus(warehouse.get(PAGE, {"category": "", "q": "\x00"})) == ["A", "b", "C"]
    assert skus(warehouse.get(PAGE, {"category": "many"})) == []


def test_what_is_chosen_can_be_had_as_a_sheet_that_an_import_takes_back(warehouse: Client) -> None:
    make_product("TEA-01", on_hand=42, name="Tea")
    make_product("MUG-01", on_hand=5, name="Mug")

    sheet = warehouse.get(f"{PAGE}sheet.csv", {"q": "tea"})

    assert sheet.text == "\ufeffsku,quantity,expected,note,name\r\nTEA-01,42,42,,Tea\r\n"


def test_pages_follow_each_other_by_sku(warehouse: Client) -> None:
    names = [f"SKU-{number:03}" for number in range(PER_PAGE + 2)]
    Product.objects.bulk_create(
        Product(sku=name, sku_key=name.lower(), name=name, price=1) for name in reversed(names)
    )

    assert skus(warehouse.get(PAGE)) == names[:PER_PAGE]
    assert skus(warehouse.get(PAGE, {"page": "2"})) == names[PER_PAGE:]


def test_it_tells_what_was_counted_today_and_how_much_of_it_differed(warehouse: Client) -> None:
    now = timezone.now()
    for sku in ("A", "B", "C", "D"):
        make_product(sku, on_hand=10)
    stock.count("A", 9, by=CLI, at=now)
    stock.count("A", 9, by=CLI, at=now)
    stock.count("B", 10, by=CLI, at=now)
    stock.count("C", 7, by=CLI, at=now - timedelta(days=1))

    page = warehouse.get(PAGE)

    progress = page.context["progress"]
    assert (progress.total, progress.counted, progress.differing) == (4, 2, 1)
    assert [row.get("is_counted", False) for row in page.context["rows"]] == [True, True, False, False]


@pytest.mark.parametrize("code", ["tea-01", " TEA-01 ", "4006381333931"])
def test_a_scanned_code_finds_the_row_of_its_product(warehouse: Client, code: str) -> None:
    make_product("TEA-01", on_hand=10, barcode="4006381333931")
    make_product("TEA-02", on_hand=10)

    rows = find(warehouse, code)

    assert rows.count("<tr") == 1
    assert 'data-sku="TEA-01"' in rows


def test_archived_products_are_found_by_their_code_and_nothing_is_by_none(warehouse: Client) -> None:
    make_product("OLD-01", on_hand=1, is_active=False)

    assert "archived" in find(warehouse, "OLD-01")
    assert find(warehouse, "").strip() == ""
    assert find(warehouse, "\x00").strip() == ""


def test_what_is_not_in_the_list_does_not_count_towards_its_tally(warehouse: Client) -> None:
    make_product("TEA-01", on_hand=500)

    assert 'data-tallied=""' in find(warehouse, "TEA-01")
    assert 'data-tallied="differs"' in find(warehouse, "TEA-01", low="on")


def test_the_page_asks_as_often_for_three_rows_as_for_one(warehouse: Client) -> None:
    make_product(on_hand=3)
    once = queries(warehouse)
    make_product(on_hand=3)
    make_product(on_hand=3)

    assert queries(warehouse) == once


def queries(client: Client) -> int:
    client.get(PAGE)
    with CaptureQueriesContext(connection) as captured:
        client.get(PAGE)
    return len(captured)
