"""Where in a list one is, what it is sorted by, and what can be done with several rows."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from orders.fulfilment import lifecycle
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db
ORDERS = "/admin/orders/order/"
PRODUCTS = "/admin/catalog/product/"
HEAD = re.compile(r'<th scope="col" class="([^"]*)"( aria-sort="(\w+)")?>(?:<a href="([^"]*)")?')


def heads(page: str) -> dict[str, tuple[str, str]]:
    """Of each column that a list can be sorted by: how it is, and where the head leads."""
    found = HEAD.findall(page)
    return {classes.split("column-")[1].split()[0]: (sort, url) for classes, _, sort, url in found if url}


def foot(page: str) -> str:
    shown = page[page.index("bo-list-foot") :].partition("<span>")[2].partition("</span>")[0]
    return re.sub(r"</?strong>", "", shown)


def test_a_list_says_where_in_it_one_is_and_leads_to_the_pages_beside(manager: Client) -> None:
    for number in range(60):
        make_product(f"TEA-{number:02}")

    first, second, last = (manager.get(PRODUCTS, {"p": p, "q": "tea"}).text for p in (1, 2, 3))

    assert [foot(page) for page in (first, second, last)] == ["1–25 of 60", "26–50 of 60", "51–60 of 60"]
    assert re.findall(r'rel="(prev|next)" href="([^"]*)"', first) == [("next", "?p=2&amp;q=tea")]
    assert [rel for rel, _url in re.findall(r'rel="(prev|next)" href="([^"]*)"', last)] == ["prev"]


def test_one_page_has_no_way_to_others(manager: Client) -> None:
    make_product("TEA-01")

    page = manager.get(PRODUCTS).text

    assert foot(page) == "1–1 of 1"
    assert "bo-pair" not in page


def test_the_whole_head_sorts_and_sorts_the_other_way_round_when_it_has(manager: Client) -> None:
    make_product("TEA-01")
    shown = heads(manager.get(PRODUCTS).text)
    assert shown["sku_shown"] == ("ascending", "?o=-2")
    assert shown["price_shown"] == ("", "?o=4")

    by_price = heads(manager.get(PRODUCTS, {"o": "-4"}).text)

    assert by_price["price_shown"] == ("descending", "?o=4")
    assert by_price["sku_shown"] == ("", "?o=2")


def test_a_queue_says_that_its_oldest_order_comes_first(manager: Client) -> None:
    place({make_product("TEA-01", on_hand=3).sku: 1})

    assert heads(manager.get(ORDERS).text)["placed"][0] == "descending"
    assert heads(manager.get(ORDERS, {"view": "to_ship"}).text)["placed"][0] == "ascending"


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("Manager", ["mark_as_shipped", "print_slips", "print_picks", "export_csv", "export_xlsx"]),
        ("Warehouse", ["mark_as_shipped", "print_slips", "print_picks"]),
        ("Viewer", ["print_slips", "print_picks"]),
    ],
)
def test_what_can_be_done_with_several_rows_is_a_button_each(
    sign_in: SignIn, role: str, names: list[str]
) -> None:
    place({make_product("TEA-01", on_hand=3).sku: 1})

    page = sign_in(role).get(ORDERS).text

    assert re.findall(r'<button[^>]* name="action" value="(\w+)"', page) == names
    assert "<select name=" not in page[page.index('id="changelist-form"') : page.index("</form>")]


def test_a_narrowed_list_of_orders_says_what_they_come_to(sign_in: SignIn) -> None:
    make_product("TEA-01", price="10.00", on_hand=9)
    cancelled, *_others = (place({"TEA-01": 1}) for _ in range(3))
    lifecycle.cancel_order(cancelled.number, by=CLI)
    of_one = sum(order.total for order in _others)

    shown = {role: sign_in(role).get(ORDERS, {"view": "to_ship"}).text for role in ("Manager", "Warehouse")}

    assert f"Total of these 2: €{of_one:.2f}" in shown["Manager"]
    assert "Total of these" not in shown["Warehouse"]
    assert "Total of these" not in sign_in("Manager").get(ORDERS).text


def test_an_order_says_in_the_list_how_far_it_has_come(manager: Client) -> None:
    make_product("TEA-01", on_hand=20)
    now = timezone.now()
    orders = [place({"TEA-01": 2}, at=now - timedelta(hours=hours)) for hours in (40, 30, 5, 4, 3, 2)]
    late_part, _late, part, back, _pending, all_back = (order.number for order in orders)
    for number in (late_part, part):
        lifecycle.ship_order(number, by=CLI, lines={"TEA-01": 1})
    for number, units in ((back, 1), (all_back, 2)):
        lifecycle.ship_order(number, by=CLI)
        lifecycle.return_items(number, by=CLI, items=[lifecycle.ReturnedItem("TEA-01", units)])

    page = manager.get(ORDERS).text

    shown = re.findall(r'bo-status([\w -]*)"><span class="bo-dot bo-(\w+)"></span>([^<]*)<', page)
    # How far it is paid stands behind it in each row.
    found = shown[::2]
    assert [(dot, text) for _tone, dot, text in found] == [
        ("grey", "Returned"),
        ("ring", "Pending"),
        ("blue", "In transit, part-returned"),
        ("half", "Part-shipped"),
        ("red", "Late"),
        ("red", "Part-shipped, late"),
    ]
    assert [text for tone, _dot, text in found if tone] == ["Late", "Part-shipped, late"]


@pytest.mark.parametrize(
    ("address", "heading"),
    [(ORDERS, "Orders"), ("/admin/orders/promotion/", "Promotions"), ("/admin/accounts/user/", "Users")],
)
def test_a_list_has_one_heading(manager: Client, address: str, heading: str) -> None:
    [found] = re.findall(r"<h1[^>]*>(?:<bdi>)?([^<]*)(?:</bdi>)?</h1>", manager.get(address).text)

    assert found.startswith(heading)


def test_a_note_that_says_nothing_has_no_place_on_a_card(manager: Client) -> None:
    make_product("TEA-01", on_hand=3)

    page = manager.get("/admin/catalog/stockmovement/").text

    assert re.findall(r'<td class="field-note_shown( bo-at-note)?">([^<]*)', page) == [("", "–")]
    assert '<td class="field-when bo-at-end">' in page


def test_a_list_is_sorted_where_it_has_no_heads(manager: Client) -> None:
    make_product("TEA-01")

    by_price = manager.get(PRODUCTS, {"o": "-4"}).text
    customers = manager.get("/admin/accounts/customer/").text

    offered = re.findall(r'<option value="(-?\d+)"( selected)?>([^<]*) [↑↓]<', by_price)
    assert ("4", "", "Price") in offered
    assert [value for value, is_chosen, _text in offered if is_chosen] == ["-4"]
    assert re.findall(r'<h2 id="filter-title">([^<]*)<', customers) == ["Sort customers"]
