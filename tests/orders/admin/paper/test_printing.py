"""Packing slips, pick lists and order summaries: what stands on the sheets, and who may have them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import ROLE_NAMES
from accounts.shop.changing import change_settings
from backoffice.dates import moment_with_year
from backoffice.shop.table import LOGO
from catalog.products import edit_product
from orders.admin.paper import printing
from orders.fulfilment import lifecycle
from orders.models import Order
from tests.admin_fixtures import SignIn
from tests.backoffice.shop.samples import OTHER
from tests.factories import CLI, make_customer, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db
ORDERS = "/admin/orders/order/"
SLIPS = f"{ORDERS}print/slips/"
PICKS = f"{ORDERS}print/picks/"


def ids(*orders: Order) -> dict[str, str]:
    return {"ids": ",".join(str(order.pk) for order in orders)}


def slip_url(order: Order) -> str:
    return f"{ORDERS}{order.pk}/packing-slip/"


def summary_url(order: Order) -> str:
    return f"{ORDERS}{order.pk}/summary/"


def contents(slip: Any) -> dict[str, int]:
    return {line.sku: line.quantity for line in slip.lines}


def choose(client: Client, action: str, *orders: Order, across: bool = False) -> Any:
    chosen = {"action": action, "_selected_action": [order.pk for order in orders]}
    return client.post(ORDERS, {**chosen, "select_across": "1" if across else "0"})


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def statements_of(get: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert get().status_code == 200
    return len(captured)


@pytest.fixture
def order() -> Order:
    make_product("TEA-01", on_hand=20, price="10.00", name="Green tea")
    make_product("MUG-7", on_hand=9, price="4.00", name="Mug", barcode="4006381333931")
    make_promo_code("SPRING20", percent_off="20")
    customer = make_customer("ada@example.com")
    return place(
        {"TEA-01": 3, "MUG-7": 1}, customer=customer, promo_code="SPRING20", note="Leave it at the door."
    )


# Packing slips


def test_a_slip_tells_address_lines_and_note_but_neither_prices_nor_promo(
    manager: Client, order: Order
) -> None:
    page = manager.get(slip_url(order))

    [slip] = page.context["slips"]
    assert (slip.number, slip.note) == (order.number, "Leave it at the door.")
    assert slip.address == ["Theo Jansen", "Seeweg 56", "34878 Köln", "Germany", "+49 221 1234"]
    assert contents(slip) == {"TEA-01": 3, "MUG-7": 1}
    assert "4 units of 2 products" in page.text
    assert [word for word in ("€", "10.00", "SPRING20", "ada@example.com") if word in page.text] == []


def test_a_slip_has_what_is_still_to_ship_and_that_of_a_shipment_what_was_sent(
    manager: Client, order: Order
) -> None:
    lifecycle.ship_order(order.number, by=CLI, lines={"TEA-01": 2}, carrier="DHL", tracking_number="0034")
    lifecycle.cancel_order(order.number, by=CLI, lines={"MUG-7": 1})

    [left] = manager.get(slip_url(order)).context["slips"]
    page = manager.get(slip_url(order), {"shipment": f"{order.number}-s1"})

    [sent] = page.context["slips"]
    assert contents(left) == {"TEA-01": 1}
    assert contents(sent) == {"TEA-01": 2}
    assert (sent.parcel, sent.tracking) == (f"{order.number}-S1", "DHL 0034")


def test_the_slip_of_an_order_that_was_sent_in_one_parcel_is_that_of_the_parcel(
    manager: Client, order: Order
) -> None:
    lifecycle.ship_order(order.number, by=CLI)

    [slip] = manager.get(slip_url(order)).context["slips"]

    assert (slip.parcel, contents(slip)) == (f"{order.number}-S1", {"TEA-01": 3, "MUG-7": 1})


def test_a_shipment_of_another_order_is_not_there(manager: Client, order: Order) -> None:
    other = place({"TEA-01": 1})
    lifecycle.ship_order(other.number, by=CLI)

    assert manager.get(slip_url(order), {"shipment": f"{other.number}-S1"}).status_code == 404
    assert manager.get(f"{ORDERS}999999/packing-slip/").status_code == 404
    assert manager.get(f"{ORDERS}x/packing-slip/").status_code == 404


def test_a_slip_has_a_wide_logo_in_place_of_the_shops_name_and_a_square_one_beside_it(
    manager: Client, order: Order
) -> None:
    assert "<strong>Backoffice</strong>" in manager.get(slip_url(order)).text

    for logo, alt, beside in ((OTHER[LOGO], "Backoffice", ""), (f"{'0f' * 16}-90x90", "", "Backoffice")):
        change_settings({LOGO: logo}, by=CLI)
        head = (
            manager.get(slip_url(order)).text.partition('class="bo-sheet-head"')[2].partition("</strong>")[0]
        )
        assert f'src="/pictures/{logo}.png" alt="{alt}"' in head
        assert head.endswith(f">{beside}")


def test_an_order_of_which_nothing_is_left_has_links_to_the_slips_of_its_shipments(
    manager: Client, order: Order
) -> None:
    other = place({"TEA-01": 1})
    lifecycle.ship_order(other.number, by=CLI)

    page = manager.get(SLIPS, ids(other, order))

    assert [slip.number for slip in page.context["slips"]] == [order.number]
    assert "Nothing is left to ship of 1 order; it has no sheet." in page.text
    assert f'href="{slip_url(other)}?shipment={other.number}-S1"' in page.text


def test_chosen_orders_are_printed_in_the_order_of_the_list(manager: Client, order: Order) -> None:
    second, third = place({"TEA-01": 1}), place({"MUG-7": 2})

    answer = choose(manager, "print_slips", order, second, third)
    page = manager.get(answer.headers["Location"])

    assert answer.headers["Location"] == f"{SLIPS}?ids={third.pk},{second.pk},{order.pk}"
    assert [slip.number for slip in page.context["slips"]] == [third.number, second.number, order.number]
    assert page.text.count('<article class="bo-sheet" lang="en-gb">') == 3


def test_each_slip_is_in_the_language_of_its_order_and_the_page_in_its_readers(manager: Client) -> None:
    make_product("TEA-02", on_hand=9)
    orders = [place({"TEA-02": 1}), place({"TEA-02": 1})]
    Order.objects.filter(pk=orders[1].pk).update(language="de")

    page = manager.get(SLIPS, ids(*orders))

    assert page.text.startswith('<!doctype html>\n<html lang="en-gb">')
    first, second = page.text.split('<article class="bo-sheet" lang="')[1:]
    assert first.startswith('en-gb"')
    assert "Packing slip" in first
    assert second.startswith('de"')
    assert "Packing slip" not in second


# Pick lists


def test_a_pick_list_sums_by_sku_what_is_still_to_ship_of_the_chosen_orders(
    manager: Client, order: Order
) -> None:
    second = place({"TEA-01": 4})
    place({"TEA-01": 5})
    done = place({"MUG-7": 2})
    lifecycle.ship_order(order.number, by=CLI, lines={"TEA-01": 1})
    lifecycle.ship_order(done.number, by=CLI)

    page = manager.get(choose(manager, "print_picks", order, second, done).headers["Location"])

    picks = [(p.sku, p.name, p.barcode, p.units, p.on_hand, p.orders) for p in page.context["picks"]]
    assert picks == [
        ("MUG-7", "Mug", "4006381333931", 1, 7, 1),
        ("TEA-01", "Green tea", "", 6, 19, 2),
    ]
    assert (page.context["units"], page.context["numbers"]) == (7, [done.number, second.number, order.number])


def test_large_figures_are_grouped(manager: Client) -> None:
    make_product("TEA-01", on_hand=12_500)
    order = place({"TEA-01": 1_200})

    picks = manager.get(PICKS, ids(order)).text

    assert "<h2>1,200 units" in picks
    assert ">12,500</td>" in picks
    assert "<strong>1,200</strong>" in manager.get(slip_url(order)).text


def test_a_pick_list_of_shipped_orders_says_that_there_is_nothing_to_pick(
    manager: Client, order: Order
) -> None:
    lifecycle.ship_order(order.number, by=CLI)

    assert "Nothing is left to ship of these orders." in manager.get(PICKS, ids(order)).text


# Summaries


def test_a_summary_has_the_prices_down_to_what_was_credited_and_is_no_invoice(
    manager: Client, order: Order
) -> None:
    lifecycle.cancel_order(order.number, by=CLI, lines={"MUG-7": 1})

    page = manager.get(summary_url(order))

    assert [(total.title, total.amount) for total in page.context["totals"]] == [
        ("Subtotal", "€34.00"),
        ("Promo SPRING20", "−€6.80"),
        ("Shipping", "€0.00"),
        ("Total", "€27.20"),
        ("Credited", "−€3.20"),
        ("Net", "€24.00"),
    ]
    assert "1 cancelled" in page.text
    assert "Seeweg 56" in page.text
    assert "invoice" not in page.text.lower()


# Who may


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_slips_are_for_those_who_may_know_customers(role: str, sign_in: SignIn, order: Order) -> None:
    client = sign_in(role)
    expected = 403 if role == "Marketing" else 200

    assert client.get(slip_url(order)).status_code == expected
    assert client.get(SLIPS, ids(order)).status_code == expected
    assert client.get(PICKS, ids(order)).status_code == 200
    assert client.get(summary_url(order)).status_code == 200
    page = client.get(f"{ORDERS}{order.pk}/change/").text
    assert (f'href="{slip_url(order)}"' in page) == (expected == 200)
    assert f'href="{summary_url(order)}"' in page
    actions = client.get(ORDERS).text
    assert ('value="print_slips"' in actions) == (expected == 200)
    assert 'value="print_picks"' in actions


def test_a_summary_tells_marketing_no_customer_and_the_warehouse_no_promo_code(
    sign_in: SignIn, order: Order
) -> None:
    marketing = sign_in("Marketing").get(summary_url(order)).text
    warehouse = sign_in("Warehouse").get(summary_url(order)).text

    assert [word for word in ("Theo", "Seeweg", "Köln", "+49 221 1234") if word in marketing] == []
    assert "SPRING20" in marketing
    assert "SPRING20" not in warehouse
    assert "Seeweg 56" in warehouse


def test_the_action_is_refused_to_those_who_may_not_know_customers(sign_in: SignIn, order: Order) -> None:
    answer = choose(sign_in("Marketing"), "print_slips", order)

    assert answer.headers["Location"] == ORDERS
    assert "print/slips" not in answer.headers["Location"]


def test_customers_and_strangers_are_sent_to_sign_in(sign_in: SignIn, order: Order) -> None:
    for client in (Client(), sign_in(None)):
        for url in (SLIPS, PICKS, slip_url(order), summary_url(order)):
            assert client.get(url).headers["Location"].startswith("/admin/login/?next=")


# Limits


def test_sheets_ask_as_little_for_three_orders_as_for_one(manager: Client, order: Order) -> None:
    more = [place({"TEA-01": 1}), place({"MUG-7": 1, "TEA-01": 2})]
    for url in (SLIPS, PICKS):
        with_one = statements_of(lambda url=url: manager.get(url, ids(order)))  # type: ignore[misc]
        with_three = statements_of(lambda url=url: manager.get(url, ids(order, *more)))  # type: ignore[misc]
        assert with_three == with_one <= 8


def test_too_many_orders_are_refused_and_the_message_says_how_many_are_possible(
    manager: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "MOST_PRINTED", 2)
    more = [place({"TEA-01": 1}), place({"TEA-01": 1})]
    too_many = "At most 2 orders can be printed at once: choose fewer, or narrow the list."

    for action, url in (("print_slips", SLIPS), ("print_picks", PICKS)):
        assert choose(manager, action, order, across=True).headers["Location"] == ORDERS
        assert manager.get(url, ids(order, *more)).headers["Location"] == ORDERS
        assert told(manager.get(ORDERS)) == [too_many] * 2
        assert manager.get(url, ids(order, more[0])).status_code == 200


@pytest.mark.parametrize("wrong", ["", "x", "1;2", "-1", "9" * 40])
def test_an_address_without_orders_leads_back_to_the_list(manager: Client, wrong: str) -> None:
    for url in (SLIPS, PICKS):
        assert manager.get(url, {"ids": wrong}).headers["Location"] == ORDERS
        assert told(manager.get(ORDERS)) == ["Choose the orders to print in the list."]


def test_printing_changes_nothing(manager: Client, order: Order) -> None:
    before = Order.objects.values().get()

    for url in (slip_url(order), summary_url(order)):
        manager.get(url)
    for url in (SLIPS, PICKS):
        manager.get(url, ids(order))

    assert Order.objects.values().get() == before
    assert order.events.count() == 1


def test_slips_and_pick_lists_name_a_renamed_product_as_it_was_ordered_and_as_it_is(
    manager: Client, order: Order
) -> None:
    edit_product("TEA-01", by=CLI, changes={"sku": "TEA-9"})

    slips, picks = manager.get(SLIPS, ids(order)), manager.get(PICKS, ids(order))

    [slip] = slips.context["slips"]
    assert [(line.sku, line.now) for line in slip.lines] == [("TEA-01", "TEA-9"), ("MUG-7", "")]
    assert "now TEA-9" in slips.text
    assert [(pick.sku, pick.was) for pick in picks.context["picks"]] == [
        ("MUG-7", ""),
        ("TEA-9", "TEA-01"),
    ]
    assert "was TEA-01" in picks.text


def test_paper_tells_the_date_for_it_is_read_on_another_day(sign_in: SignIn, order: Order) -> None:
    for url in (slip_url(order), summary_url(order)):
        sheet = sign_in("Manager").get(url).text
        assert moment_with_year(order.placed_at) in sheet
        assert "Today" not in sheet
