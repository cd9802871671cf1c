"""The page on which an order is packed with a scanner: what it shows, what it ships, and who may."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import ROLE_NAMES
from backoffice.models import IdempotencyRecord
from backoffice.outbox.models import EmailMessage
from catalog.models import Product
from catalog.products import edit_product
from orders.fulfilment.lifecycle import cancel_order, comment, ship_order
from orders.models import Order, OrderEvent, Shipment
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db
ORDERS = "/admin/orders/order/"
PAGE = f"{ORDERS}scan/"
KEY = "0" * 32


@pytest.fixture
def warehouse(sign_in: SignIn) -> Client:
    return sign_in("Warehouse")


@pytest.fixture
def order() -> Order:
    """Three of TEA-01 and one of MUG-01."""
    make_product("TEA-01", on_hand=10, name="Green tea")
    make_product("MUG-01", on_hand=10, name="Mug", barcode="4006381333931")
    return Order.objects.get(pk=place({"TEA-01": 3, "MUG-01": 1}, note="Ring twice.").pk)


def staff_with(*codenames: str) -> Client:
    """A colleague without a role, who has these permissions alone."""
    user = make_user()
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def packed(packed_order: Order, units: dict[str, object], **fields: object) -> dict[str, Any]:
    """What the page sends."""
    return {
        "order": str(packed_order),
        "version": packed_order.version,
        "key": KEY,
        "sku": list(units),
        "quantity": list(units.values()),
        "carrier": "DPD",
        "other_carrier": "",
        "tracking_number": "0034-1",
        **fields,
    }


def shown(answer: Any) -> list[tuple[str, int, int]]:
    """Each line's SKU, the units that were ticked and those that are open."""
    return [(each.line.sku, each.picked, each.line.open) for each in answer.context["lines"]]


def parcels() -> list[tuple[str, str, str, dict[str, int]]]:
    return [
        (
            each.order.number,
            each.carrier,
            each.tracking_number,
            {line.order_line.sku: line.quantity for line in each.lines.order_by("order_line__position")},
        )
        for each in Shipment.objects.order_by("pk")
    ]


# What is shown


def test_a_scanned_order_shows_what_is_still_to_pack(warehouse: Client, order: Order) -> None:
    ship_order(str(order), lines={"TEA-01": 1}, by=CLI)

    answer = warehouse.get(PAGE, {"order": f" {str(order).lower()} "})

    assert shown(answer) == [("TEA-01", 0, 2), ("MUG-01", 0, 1)]
    for text in (
        str(order),
        "Green tea",
        "4006381333931",
        "> / 2</span>",
        "> / 1</span>",
        "Theo Jansen, Köln",
        "Ring twice.",
    ):
        assert text in answer.text
    assert 'data-barcode="4006381333931"' in answer.text
    assert f'name="version" value="{order.version + 1}"' in answer.text


def test_who_may_not_know_customers_packs_without_their_names(order: Order) -> None:
    client = staff_with("view_order", "ship_order")

    answer = client.get(PAGE, {"order": str(order)})

    assert shown(answer) == [("TEA-01", 0, 3), ("MUG-01", 0, 1)]
    assert "Theo Jansen" not in answer.text
    assert "Köln" not in answer.text


@pytest.mark.parametrize("number", ["B-404", "4006381333931", "x" * 300, "<b>"])
def test_an_unknown_order_is_told(number: str, warehouse: Client, order: Order) -> None:
    answer = warehouse.get(PAGE, {"order": number})

    assert answer.status_code == 200
    assert answer.context["refusal"] == f"There is no order {number[:40]}."
    assert 'name="order" data-focus' in answer.text


def test_an_order_that_has_left_shows_that_nothing_is_left(warehouse: Client, order: Order) -> None:
    ship_order(str(order), by=CLI)

    answer = warehouse.get(PAGE, {"order": str(order)})

    assert f"Nothing is left to ship of {order}." in answer.text
    assert 'name="order" data-focus' in answer.text


def test_the_page_asks_as_often_for_one_line_as_for_three(warehouse: Client) -> None:
    for sku in ("A-1", "A-2", "A-3"):
        make_product(sku, on_hand=5)
    counts = []
    for lines in ({"A-1": 1}, {"A-1": 1, "A-2": 1, "A-3": 1}):
        number = place(lines).number
        warehouse.get(PAGE, {"order": number})
        with CaptureQueriesContext(
            connection,
        ) as queries:
            warehouse.get(PAGE, {"order": number})
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 10


def test_the_list_of_orders_leads_to_it(warehouse: Client) -> None:
    assert f'href="{PAGE}"' in warehouse.get(ORDERS).text


# What is shipped


def test_what_was_ticked_is_shipped_and_nothing_else(warehouse: Client, order: Order) -> None:
    answer = warehouse.post(PAGE, packed(order, {"TEA-01": 2, "MUG-01": 0}), follow=True)

    assert parcels() == [(str(order), "DPD", "0034-1", {"TEA-01": 2})]
    assert f"{order} shipped, 2 units" in answer.text
    assert "DPD 0034-1 · 2 units still to ship" in answer.text
    assert 'name="order" data-focus' in answer.text
    assert Product.objects.get(sku="TEA-01").on_hand == 8
    assert Product.objects.get(sku="MUG-01").on_hand == 10
    event = OrderEvent.objects.filter(order=order).latest("pk")
    assert event.actor == User.objects.get()
    assert event.source == "admin"


def test_another_carrier_is_written_down_as_it_was_typed(warehouse: Client, order: Order) -> None:
    form = packed(order, {"TEA-01": 3, "MUG-01": 1}, carrier="another", other_carrier=" Bike & Co ")

    answer = warehouse.post(PAGE, form, follow=True)

    assert parcels() == [(str(order), "Bike & Co", "0034-1", {"TEA-01": 3, "MUG-01": 1})]
    assert "still to ship" not in answer.text


def test_a_parcel_that_is_sent_twice_leaves_once(warehouse: Client, order: Order) -> None:
    form = packed(order, {"TEA-01": 1, "MUG-01": 0})

    first, second = (warehouse.post(PAGE, form) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"] == f"{PAGE}?shipped={order}-S1"
    assert parcels() == [(str(order), "DPD", "0034-1", {"TEA-01": 1})]


def test_another_parcel_from_a_page_that_shipped_already_is_refused(warehouse: Client, order: Order) -> None:
    warehouse.post(PAGE, packed(order, {"TEA-01": 1}))

    answer = warehouse.post(PAGE, packed(order, {"TEA-01": 1}, tracking_number="0034-2"))

    assert "A parcel has left from this page already." in answer.context["refusal"]
    assert answer.context["key"] != KEY
    assert shown(answer) == [("TEA-01", 0, 2), ("MUG-01", 0, 1)]
    assert len(parcels()) == 1


# What is refused


def test_an_order_that_changed_meanwhile_stays_with_all_its_ticks(warehouse: Client, order: Order) -> None:
    comment(str(order), text="Call first.", by=CLI)
    cancel_order(str(order), lines={"TEA-01": 2}, by=CLI)
    mails = EmailMessage.objects.count()

    answer = warehouse.post(PAGE, packed(order, {"TEA-01": 3, "MUG-01": 0}, part="on", carrier="GLS"))

    assert answer.context["refusal"] == f"{order} was changed meanwhile. Look at it again."
    assert "Too much was ticked: take 2 × TEA-01 out again." in answer.text
    assert shown(answer) == [("TEA-01", 1, 1), ("MUG-01", 0, 1)]
    assert 'value="0034-1"' in answer.text
    assert answer.context["is_part"]
    assert answer.context["carrier"] == "GLS"
    assert parcels() == []
    assert EmailMessage.objects.count() == mails
    assert not IdempotencyRecord.objects.exists()


def test_an_order_that_left_meanwhile_tells_what_was_ticked(warehouse: Client, order: Order) -> None:
    ship_order(str(order), by=CLI)

    answer = warehouse.post(PAGE, packed(order, {"TEA-01": 3, "MUG-01": 1}))

    assert "was changed meanwhile" in answer.text
    assert "What was ticked: 3 × TEA-01, 1 × MUG-01." in answer.text
    assert len(parcels()) == 1


@pytest.mark.parametrize(
    ("scanned", "told"),
    [
        ("", "Scan the tracking number of the parcel"),
        ("4006381333931", "4006381333931 is Mug (MUG-01), not a tracking number."),
        ("tea-01", "tea-01 is Green tea (TEA-01), not a tracking number."),
        ("x" * 81, "tracking_number: At most 80 characters"),
    ],
)
def test_what_is_no_tracking_number_ships_nothing(
    scanned: str, told: str, warehouse: Client, order: Order
) -> None:
    answer = warehouse.post(PAGE, packed(order, {"TEA-01": 3, "MUG-01": 1}, tracking_number=scanned))

    assert told in answer.context["refusal"]
    assert shown(answer) == [("TEA-01", 3, 3), ("MUG-01", 1, 1)]
    assert parcels() == []


def test_an_orders_number_is_no_tracking_number(warehouse: Client, order: Order) -> None:
    answer = warehouse.post(PAGE, packed(order, {"TEA-01": 1}, tracking_number=str(order)))

    assert f"{order} is order {order}, not a tracking number." in answer.context["refusal"]
    assert parcels() == []


@pytest.mark.parametrize(
    "sent",
    [
        {"version": "x"},
        {"key": "short"},
        {"order": ""},
        {"quantity": ["-1"]},
        {"quantity": ["1", "2"]},
        {"quantity": ["9" * 30]},
        {"sku": ["TEA-01", "TEA-01"], "quantity": ["1", "1"]},
    ],
)
def test_what_cannot_be_read_ships_nothing(sent: dict[str, Any], warehouse: Client, order: Order) -> None:
    answer = warehouse.post(PAGE, packed(order, {"TEA-01": 1}, **sent))

    assert "could not be read; nothing was shipped" in answer.text
    assert parcels() == []


@pytest.mark.parametrize(
    ("units", "told"),
    [
        ({"TEA-01": 0}, "Choose at least one unit."),
        ({"TEA-01": 4}, "Only 3 of TEA-01 are still to ship; 4 were asked for."),
        ({"NOPE": 1}, "NOPE is not in this order."),
    ],
)
def test_units_that_are_not_in_the_order_are_refused(
    units: dict[str, object], told: str, warehouse: Client, order: Order
) -> None:
    answer = warehouse.post(PAGE, packed(order, units))

    assert answer.context["refusal"] == told
    assert parcels() == []


# Who may


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_only_roles_that_ship_open_the_page_and_send_it(role: str, sign_in: SignIn, order: Order) -> None:
    client = sign_in(role)
    may = role in ("Manager", "Warehouse", "Support")

    statuses = [
        client.get(PAGE).status_code,
        client.get(PAGE, {"order": str(order)}).status_code,
        client.post(PAGE, packed(order, {"TEA-01": 1}), follow=True).status_code,
    ]

    assert statuses == [200 if may else 403] * 3
    assert (f'href="{PAGE}"' in client.get(ORDERS).text) == may
    assert len(parcels()) == int(may)


@pytest.mark.parametrize("codename", ["view_order", "ship_order"])
def test_one_of_both_permissions_is_not_enough(codename: str, order: Order) -> None:
    client = staff_with(codename)

    assert client.get(PAGE, {"order": str(order)}).status_code == 403
    assert client.post(PAGE, packed(order, {"TEA-01": 1})).status_code == 403
    assert parcels() == []


def test_strangers_are_sent_to_sign_in(order: Order) -> None:
    answer = Client().post(PAGE, packed(order, {"TEA-01": 1}))

    assert answer.headers["Location"].startswith("/admin/login/")
    assert parcels() == []


def test_the_page_is_sent_with_its_token_alone(warehouse: Client, order: Order) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = warehouse.cookies

    assert strict.post(PAGE, packed(order, {"TEA-01": 1})).status_code == 403
    assert parcels() == []


def test_asking_by_get_changes_nothing(warehouse: Client, order: Order) -> None:
    before = Order.objects.get().version

    answer = warehouse.get(PAGE, packed(order, {"TEA-01": 3, "MUG-01": 1}))
    warehouse.get(PAGE, {"shipped": f"{order}-S1"})

    assert shown(answer) == [("TEA-01", 0, 3), ("MUG-01", 0, 1)]
    assert parcels() == []
    assert Order.objects.get().version == before


def test_a_renamed_product_is_ticked_by_either_sku_and_ships(warehouse: Client, order: Order) -> None:
    edit_product("TEA-01", by=CLI, changes={"sku": "TEA-9"})

    page = warehouse.get(PAGE, {"order": str(order)})
    assert 'data-others="TEA-9\nTEA-01"' in page.text
    assert "now TEA-9" in page.text

    warehouse.post(PAGE, packed(order, {"TEA-01": 3}, tracking_number="0034"))
    assert [parcel.tracking_number for parcel in Shipment.objects.all()] == ["0034"]


@pytest.mark.parametrize("old", ["TEA-01", "TEA-9"])
def test_neither_sku_of_a_renamed_product_is_a_tracking_number(
    warehouse: Client, order: Order, old: str
) -> None:
    edit_product("TEA-01", by=CLI, changes={"sku": "TEA-9"})
    answer = warehouse.post(PAGE, packed(order, {"TEA-01": 3}, tracking_number=old))
    assert f"{old} is Green tea (TEA-9), not a tracking number." in answer.context["refusal"]
    assert not Shipment.objects.exists()
