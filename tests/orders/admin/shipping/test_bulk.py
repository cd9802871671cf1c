"""The page on which many orders are shipped: which are on it, numbers typed beside them, and who may."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import ROLE_NAMES
from backoffice.outbox.models import EmailMessage
from backoffice.sheets.plans import RowsChanged
from orders.admin.shipping import bulk_rows
from orders.admin.shipping.bulk_rows import MOST_ORDERS, QUEUE, ShippingResult, Typed, ship_typed
from orders.fulfilment import dispatch
from orders.fulfilment.lifecycle import cancel_order, comment, ship_order
from orders.models import Order, Shipment
from orders.status import OrderStatus
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_product, place
from tests.races.harness import first_together, race

pytestmark = pytest.mark.django_db
ORDERS = "/admin/orders/order/"
PAGE = f"{ORDERS}ship-many/"
FILE = f"{PAGE}file/"


@pytest.fixture
def warehouse(sign_in: SignIn) -> Client:
    return sign_in("Warehouse")


@pytest.fixture
def orders() -> list[Order]:
    """Three, the oldest first: 3, 1 and 2 units."""
    make_product("TEA-01", on_hand=100)
    make_product("MUG-01", on_hand=100)
    placed = [place(lines) for lines in ({"TEA-01": 2, "MUG-01": 1}, {"MUG-01": 1}, {"TEA-01": 2})]
    return list(Order.objects.filter(pk__in=[each.pk for each in placed]).order_by("pk"))


def typed(orders: list[Order], *numbers: str, **fields: str) -> dict[str, Any]:
    """What the page sends: each order as it was shown, with what was typed beside it."""
    form: dict[str, Any] = {"carrier": "DHL", "order": [order.pk for order in orders], **fields}
    for order, number in zip(orders, numbers, strict=True):
        form |= {f"version_{order.pk}": order.version, f"tracking_{order.pk}": number}
    return form


def shown(answer: Any) -> list[tuple[str, str, str]]:
    """Each row's order, what is typed in it and what is told beside it."""
    return [(str(row.order), row.typed, row.problem) for row in answer.context["rows"]]


def sent(answer: Any) -> list[str]:
    return [str(each.order) for each in answer.context["result"].sent]


def parcels() -> list[tuple[str, str, str]]:
    rows = Shipment.objects.order_by("pk")
    return list(rows.values_list("order__number", "tracking_number", "carrier"))


# Which orders are on the page


def test_the_orders_that_wait_longest_are_on_the_page(warehouse: Client, orders: list[Order]) -> None:
    first, second, third = orders
    cancel_order(str(second), by=CLI)

    page = warehouse.get(PAGE)

    assert [str(row.order) for row in page.context["rows"]] == [str(first), str(third)]
    assert [(row.units, row.contents) for row in page.context["rows"]] == [
        (3, "2\u00a0×\u00a0TEA-01, MUG-01"),
        (2, "2\u00a0×\u00a0TEA-01"),
    ]
    assert (page.context["is_queue"], page.context["has_more"]) == (True, False)


def test_what_has_left_of_an_order_is_not_counted_again(warehouse: Client, orders: list[Order]) -> None:
    ship_order(str(orders[0]), by=CLI, lines={"TEA-01": 1})

    [row, *_] = warehouse.get(PAGE).context["rows"]

    assert (row.units, row.contents) == (2, "TEA-01, MUG-01")


def test_the_list_leads_to_the_page_with_the_chosen_orders(warehouse: Client, orders: list[Order]) -> None:
    first, _, third = orders
    cancel_order(str(third), by=CLI)
    chosen = {"action": "mark_as_shipped", "_selected_action": [third.pk, first.pk]}

    answer = warehouse.post(ORDERS, chosen, follow=True)

    assert answer.redirect_chain[0][0].startswith(f"{PAGE}?ids=")
    assert shown(answer) == [(str(first), "", "")]
    assert answer.context["left_out"] == [third]
    assert "Nothing is left to ship of <a" in answer.text
    assert answer.context["has_more"]


def test_more_orders_than_fit_on_a_page_are_refused(
    warehouse: Client, orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = ",".join(str(number) for number in range(1, MOST_ORDERS + 2))
    told = "At most 200 orders can be marked as shipped at once. Choose fewer."
    assert told in warehouse.get(f"{PAGE}?ids={many}", follow=True).text

    monkeypatch.setattr("orders.admin.shipping.bulk.MOST_ORDERS", 2)
    chosen = {"action": "mark_as_shipped", "_selected_action": [each.pk for each in orders]}
    assert told.replace("200", "2") in warehouse.post(ORDERS, chosen, follow=True).text


@pytest.mark.once
def test_keys_that_are_none_are_passed_over(warehouse: Client, orders: list[Order]) -> None:
    page = warehouse.get(f"{PAGE}?ids={orders[1].pk},nonsense,-1,{'9' * 30},,999999")

    assert shown(page) == [(str(orders[1]), "", "")]


def test_without_orders_the_page_says_so(warehouse: Client) -> None:
    assert "Everything is shipped" in warehouse.get(PAGE).text


def test_the_page_asks_as_little_for_three_orders_as_for_one(warehouse: Client, orders: list[Order]) -> None:
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert warehouse.get(url).status_code == 200
        return len(captured)

    queries(PAGE)
    assert queries(PAGE) == queries(f"{PAGE}?ids={orders[0].pk}") <= 12
    assert QUEUE == 50


def test_whoever_may_not_know_customers_ships_without_their_names(
    sign_in: SignIn, orders: list[Order]
) -> None:
    assert "Theo Jansen" in sign_in("Support").get(PAGE).text

    client = sign_in("Marketing")
    give(client, "orders.ship_order")
    page = client.get(PAGE)

    assert "Theo Jansen" not in page.text
    assert "Köln" not in page.text
    assert len(page.context["rows"]) == 3


def give(client: Client, permission: str) -> None:
    user = User.objects.get(pk=client.session["_auth_user_id"])
    user.user_permissions.add(Permission.objects.get(codename=permission.partition(".")[2]))


# Numbers typed beside orders


def test_orders_with_a_number_leave_and_the_others_stay(warehouse: Client, orders: list[Order]) -> None:
    first, second, third = orders

    answer = warehouse.post(PAGE, typed(orders, " 0034 ", "", "0035"))

    assert sent(answer) == [str(first), str(third)]
    assert parcels() == [(str(first), "0034", "DHL"), (str(third), "0035", "DHL")]
    assert shown(answer) == [(str(second), "", "")]
    assert "2 orders are shipped." in answer.text
    assert f"{ORDERS}{first.pk}/change/" in answer.text
    assert EmailMessage.objects.filter(template="order_shipped").count() == 2


def test_sent_twice_the_page_ships_once_and_tells_the_same(warehouse: Client, orders: list[Order]) -> None:
    form = typed(orders, "1", "2", "")

    once = warehouse.post(PAGE, form)
    again = warehouse.post(PAGE, form)

    assert sent(once) == sent(again) == [str(orders[0]), str(orders[1])]
    assert shown(once) == shown(again) == [(str(orders[2]), "", "")]
    assert len(parcels()) == 2
    assert EmailMessage.objects.filter(template="order_shipped").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_ship_once_and_both_tell_it(orders: list[Order]) -> None:
    numbers = {order.pk: Typed(str(order.pk), str(order.version)) for order in orders}

    results = race(2, [lambda: ship_typed(numbers, carrier="DHL", by=CLI)] * 2)

    assert [[each.order for each in result.sent] for result in results] == [orders] * 2
    assert [result.problems for result in results] == [{}, {}]
    assert sorted(parcels()) == [(str(order), str(order.pk), "DHL") for order in orders]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_collide_when_nobody_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the test above can fail."""
    make_product("TEA-01", on_hand=1_000)
    monkeypatch.setattr(bulk_rows, "ATTEMPTS", 1)
    monkeypatch.setattr(dispatch, "_sent_already", lambda _: set())
    send, both_have_looked = dispatch.dispatch, first_together(2)

    def send_when_both_have_looked(*rows: Any, **facts: Any) -> Any:
        both_have_looked()
        return send(*rows, **facts)

    monkeypatch.setattr(bulk_rows, "dispatch", send_when_both_have_looked)
    placed = [place({"TEA-01": 1}) for _ in range(8)]
    numbers = {order.pk: Typed(str(order.pk), str(order.version)) for order in placed}

    results = race(2, [lambda: ship_typed(numbers, carrier="DHL", by=CLI)] * 2)

    assert any(isinstance(result, RowsChanged) or result.problems for result in results)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_one_order_send_it_off_once(orders: list[Order]) -> None:
    order = orders[0]

    def click(number: str) -> ShippingResult:
        typed = {order.pk: Typed(number, str(order.version))}
        return ship_typed(typed, carrier="DHL", by=CLI)

    results = race(2, [lambda: click("mine"), lambda: click("theirs")])

    [loser] = [result for result in results if not result.sent]
    assert list(loser.problems) == [order.pk]
    assert len(parcels()) == 1


def test_what_is_refused_stays_with_its_sentence_and_holds_up_no_other(
    warehouse: Client, orders: list[Order]
) -> None:
    first, second, third = orders
    form = typed(orders, "1", "1,23E+13", "3")
    cancel_order(str(first), by=CLI)

    answer = warehouse.post(PAGE, form)

    assert sent(answer) == [str(third)]
    assert shown(answer) == [
        (str(first), "1", f"{first} is cancelled: nothing is left to ship."),
        (
            str(second),
            "1,23E+13",
            (
                "tracking_number: A spreadsheet has rounded it (1,23E+13). "
                "Format the column as text and type it again."
            ),
        ),
    ]
    assert parcels() == [(str(third), "3", "DHL")]


def test_an_order_that_was_changed_meanwhile_is_looked_at_again(
    warehouse: Client, orders: list[Order]
) -> None:
    first, second, _ = orders
    form = typed(orders, "1", "2", "")
    cancel_order(str(first), by=CLI, lines={"TEA-01": 1})

    refused = warehouse.post(PAGE, form)
    assert shown(refused)[0] == (
        str(first),
        "1",
        f"{first} was changed since it was shown here. Look at it, then ship it.",
    )
    assert parcels() == [(str(second), "2", "DHL")]

    first.refresh_from_db()
    again = warehouse.post(PAGE, typed([first], "1"))
    assert sent(again) == [str(first)]
    assert Shipment.objects.get(order=first).lines.count() == 2


def test_a_comment_does_not_hold_up_its_order(warehouse: Client, orders: list[Order]) -> None:
    form = typed(orders, "1", "", "")
    comment(str(orders[0]), by=CLI, text="Ring twice.")

    assert sent(warehouse.post(PAGE, form)) == [str(orders[0])]


@pytest.mark.once
def test_the_carrier_may_be_one_that_is_not_listed(warehouse: Client, orders: list[Order]) -> None:
    first, second, _ = orders
    warehouse.post(PAGE, typed([first], "1", carrier="another", other_carrier=" Bike Bob "))

    page = warehouse.get(PAGE)
    assert (page.context["carrier"], page.context["is_other"]) == ("Bike Bob", True)

    answer = warehouse.post(PAGE, typed([second], "2", carrier="another", other_carrier="B" * 61))
    assert shown(answer)[0][2] == "carrier: at most 60 characters, without control characters."
    assert parcels() == [(str(first), "1", "Bike Bob")]


@pytest.mark.once
def test_without_a_number_nothing_happens(warehouse: Client, orders: list[Order]) -> None:
    answer = warehouse.post(PAGE, typed(orders, "", " ", ""))

    assert "No tracking number was typed; nothing was shipped." in answer.text
    assert len(shown(answer)) == 3
    assert parcels() == []


@pytest.mark.once
@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("1\x002", "It contains invisible control characters"),
        ("1\n2", "It contains invisible control characters"),
        ("9" * 81, "at most 80 characters"),
    ],
)
def test_what_no_label_holds_is_refused(
    warehouse: Client, orders: list[Order], number: str, told: str
) -> None:
    answer = warehouse.post(PAGE, typed([orders[0]], number))

    assert f"tracking_number: {told}" in shown(answer)[0][2]
    assert parcels() == []


# Who may


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_only_roles_that_ship_open_the_page_and_send_it(
    role: str, sign_in: SignIn, orders: list[Order]
) -> None:
    client = sign_in(role)
    may = role in ("Manager", "Warehouse", "Support")
    form = typed(orders[:1], "1")
    chosen = {"action": "mark_as_shipped", "_selected_action": [orders[0].pk]}

    statuses = [
        client.get(PAGE).status_code,
        client.get(FILE, follow=True).status_code,
        client.post(FILE, {"pasted": "order,tracking\nB-1,1"}).status_code,
        client.post(PAGE, form).status_code,
    ]

    assert statuses == [200 if may else 403] * 4
    assert ("Ship many" in client.get(ORDERS).text) == may
    assert ("/ship-many/" in client.post(ORDERS, chosen).headers.get("Location", "")) == may
    assert len(parcels()) == int(may)
    assert Order.objects.filter(status=OrderStatus.SHIPPED).count() == int(may)


def test_strangers_are_sent_to_sign_in(orders: list[Order]) -> None:
    for url in (PAGE, FILE):
        assert (
            Client().post(url, typed(orders, "1", "2", "3")).headers["Location"].startswith("/admin/login/")
        )
    assert parcels() == []


def test_the_page_is_sent_with_its_token_alone(orders: list[Order], warehouse: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = warehouse.cookies

    assert strict.post(PAGE, typed(orders, "1", "2", "3")).status_code == 403
    assert parcels() == []
