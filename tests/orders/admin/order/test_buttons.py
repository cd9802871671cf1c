"""What the dialogs of an order do, and who may open them."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from orders.admin.order.quantities import QuantityRow
from orders.fulfilment import lifecycle
from orders.models import EventKind, Shipment
from orders.status import OrderStatus
from tests.admin_fixtures import SignIn
from tests.factories import ADDRESS, CLI, make_product, place
from tests.orders.admin.order.test_order_admin import DIALOGS, ORDERS, field_of, page_url, send
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db


def rows_of(dialog: Any) -> list[QuantityRow]:
    rows: list[QuantityRow] = dialog.get_before_template_context(None)["rows"]
    return rows


def test_some_units_are_shipped_then_the_rest(manager: Client) -> None:
    make_product("TEA-01", on_hand=9)
    make_product("TEA-02", on_hand=9)
    order = place({"TEA-01": 3, "TEA-02": 1})
    dialog = manager.get(page_url(order, "ship")).context["form"]
    assert [dialog[field_of(order, sku)].value() for sku in ("TEA-01", "TEA-02")] == [3, 1]
    [tea, _other] = rows_of(dialog)
    assert [cell.text for cell in tea.cells] == ["9", "3"]

    part = {field_of(order, "TEA-01"): "1", field_of(order, "TEA-02"): "0"}
    first = send(manager, order, "ship", carrier="DHL", tracking_number="00340434", **part)
    order.refresh_from_db()
    assert first.headers["Location"]
    assert order.status == OrderStatus.PARTIALLY_SHIPPED

    rest = manager.get(page_url(order, "ship")).context["form"]
    assert [rest[field_of(order, sku)].value() for sku in ("TEA-01", "TEA-02")] == [2, 1]
    send(manager, order, "ship", carrier="DHL", **{name: rest[name].value() for name in part})

    order.refresh_from_db()
    assert order.status == OrderStatus.SHIPPED
    assert [shipment.tracking_number for shipment in Shipment.objects.all()] == ["00340434", ""]
    assert order.events.filter(kind=EventKind.SHIPPED).count() == 2


@pytest.mark.parametrize(
    ("quantity", "complaint"),
    [
        ("4", "Only 3 of TEA-01 are still to ship; 4 were asked for."),
        ("0", "Choose at least one unit."),
        ("-1", "Ensure this value is greater than or equal to 0."),
        ("many", "Enter a whole number."),
    ],
)
def test_a_wrong_quantity_is_refused_at_its_field_and_nothing_moves(
    manager: Client, quantity: str, complaint: str
) -> None:
    product = make_product("TEA-01", on_hand=9)
    order = place({"TEA-01": 3})

    answer = send(manager, order, "ship", carrier="DHL", **{field_of(order, "TEA-01"): quantity})

    assert answer.context["form"].errors == {field_of(order, "TEA-01"): [complaint]}
    product.refresh_from_db()
    assert (product.on_hand, product.reserved) == (9, 3)
    assert not Shipment.objects.exists()


def test_what_is_no_longer_possible_is_told_inside_the_dialog(manager: Client) -> None:
    make_product("TEA-01", on_hand=9)
    order = place({"TEA-01": 3})
    lifecycle.cancel_order(order.number, by=CLI)

    answer = send(manager, order, "ship", carrier="DHL")

    assert "is cancelled: ship is not possible" in answer.text
    assert "Location" not in answer.headers


def test_one_shipment_of_two_is_delivered(manager: Client) -> None:
    make_product("TEA-01", on_hand=9)
    order = place({"TEA-01": 2})
    first = lifecycle.ship_order(order.number, by=CLI, lines={"TEA-01": 1})
    second = lifecycle.ship_order(order.number, by=CLI)

    send(manager, order, "deliver", shipment=first.reference)
    order.refresh_from_db()
    assert order.status == OrderStatus.SHIPPED

    send(manager, order, "deliver", shipment="")
    order.refresh_from_db()
    second.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED
    assert second.delivered_at is not None


def test_units_are_cancelled_with_the_dialog_as_it_was_prefilled(manager: Client) -> None:
    product = make_product("TEA-01", on_hand=9)
    order = place({"TEA-01": 3})
    dialog = manager.get(page_url(order, "cancel")).context["form"]
    name = field_of(order, "TEA-01")

    send(manager, order, "cancel", reason="Ordered twice", **{name: dialog[name].value()})

    order.refresh_from_db()
    product.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED
    assert product.reserved == 0
    assert "Ordered twice" in manager.get(page_url(order)).text


def test_a_return_is_restocked_or_written_off_line_by_line(manager: Client) -> None:
    tea, mug = make_product("TEA-01", on_hand=5), make_product("MUG-01", on_hand=5)
    order = place({"TEA-01": 2, "MUG-01": 1})
    lifecycle.ship_order(order.number, by=CLI)
    tea_line, mug_line = order.lines.get(sku="TEA-01").pk, order.lines.get(sku="MUG-01").pk

    send(
        manager,
        order,
        "return",
        reason="Broken",
        **{f"quantity_{tea_line}": "1", f"quantity_{mug_line}": "1", f"written_off_{mug_line}": "1"},
    )

    tea.refresh_from_db()
    mug.refresh_from_db()
    assert (tea.on_hand, mug.on_hand) == (4, 4)
    [returned] = manager.get(page_url(order)).context["page"].returns.each
    assert [row.meta for row in returned.rows] == ["TEA-01 · restocked", "MUG-01 · written off"]


def test_address_email_and_note_are_edited_while_nothing_has_shipped(manager: Client) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 2})
    fields = {name: getattr(ADDRESS, name) for name in ("name", "line1", "city", "postcode", "phone")}
    good = {**fields, "country": "at", "email": "new@example.com", "note": "Ring", "version": order.version}

    refused = send(manager, order, "edit", **good | {"country": "UK"})
    done = send(manager, order, "edit", **good)
    stale = send(manager, order, "edit", **good | {"note": "Do not ring"})

    assert "country" in refused.context["form"].errors
    assert done.headers["Location"]
    assert "changed meanwhile" in stale.text
    order.refresh_from_db()
    assert (order.ship_country, order.email, order.note) == ("AT", "new@example.com", "Ring")


def test_a_lines_own_button_fills_in_that_line_alone_and_puts_it_first(
    manager: Client, sign_in: SignIn
) -> None:
    for sku in ("TEA-01", "TEA-02", "TEA-03"):
        make_product(sku, on_hand=9)
    order = place({"TEA-01": 3, "TEA-02": 2, "TEA-03": 1})
    lifecycle.ship_order(order.number, by=CLI, lines={"TEA-03": 1, "TEA-02": 1})

    rows = manager.get(page_url(order)).context["page"].to_ship.goods.rows
    dialog = manager.get(rows[1].cancel_url).context["form"]

    assert [row.sku for row in rows] == ["TEA-01", "TEA-02"]
    quantities = [(row.line.sku, row.quantity.value(), row.is_meant) for row in rows_of(dialog)]
    assert quantities == [("TEA-02", 1, True), ("TEA-01", 0, False)]
    assert "?line=" in manager.get(page_url(order)).text
    assert "?line=" not in sign_in("Warehouse").get(page_url(order)).text


def test_nothing_is_filled_in_when_several_lines_could_be_meant(manager: Client) -> None:
    for sku in ("TEA-01", "TEA-02"):
        make_product(sku, on_hand=9)
    order = place({"TEA-01": 3, "TEA-02": 2})

    dialog = manager.get(page_url(order, "cancel")).context["form"]

    assert [row.quantity.value() for row in rows_of(dialog)] == [0, 0]
    assert dialog.consequence.what == "Nothing is chosen yet."


def test_looking_at_a_dialog_changes_nothing(manager: Client) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 2})

    for dialog in DIALOGS:
        query = {**submitted(), field_of(order, "TEA-01"): "1"}
        assert manager.get(page_url(order, dialog), query).status_code == 200

    order.refresh_from_db()
    assert (order.status, order.version) == (OrderStatus.PENDING, 1)
    assert order.events.count() == 1


@pytest.mark.parametrize("dialog", [*DIALOGS, "lines", "change"])
def test_an_order_that_is_not_there_is_not_found(manager: Client, dialog: str) -> None:
    for key in ("999999", "nonsense"):
        assert manager.get(f"{ORDERS}{key}/{dialog}/").status_code in (302, 404)


MAY = {
    "Manager": set(DIALOGS),
    "Warehouse": {"ship", "deliver", "return", "correct-shipment", "undo-shipment"},
    "Support": set(DIALOGS),
    "Marketing": set(),
    "Viewer": set(),
}


@pytest.mark.parametrize("role", MAY)
def test_each_role_can_do_to_an_order_what_its_table_says(sign_in: SignIn, role: str) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 2})
    client = sign_in(role)

    allowed = {dialog for dialog in DIALOGS if client.get(page_url(order, dialog)).status_code == 200}
    posted = {dialog for dialog in DIALOGS if send(client, order, dialog).status_code != 403}

    assert allowed == posted == MAY[role]
    assert client.get(ORDERS).status_code == 200
    assert client.get(page_url(order)).status_code == 200


def test_without_a_role_there_is_no_order(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 2})
    client = Client()
    client.force_login(User.objects.create_user("plain@example.com", is_staff=True))

    for url in (ORDERS, page_url(order), page_url(order, "lines"), page_url(order, "ship")):
        assert client.get(url).status_code in (403, 404)
