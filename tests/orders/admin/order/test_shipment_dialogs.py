"""A parcel's own dialogs on the order's page, the order's mails, and what came back."""

from decimal import Decimal

import pytest
from django.test import Client

from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from catalog.models import Product
from orders.admin.changes import FieldChange
from orders.fulfilment import lifecycle
from orders.fulfilment.shipments import undo_shipment
from orders.models import Order, Return, Shipment
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_product, place
from tests.orders.admin.order.test_order_admin import field_of, page_url, send
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Three of A, one of B; two of A have left."""
    make_product("A", on_hand=9, price="10.00")
    make_product("B", on_hand=9, price="3.33")
    order = place({"A": 3, "B": 1}, shipping_fee=Decimal("4.90"))
    lifecycle.ship_order(order.number, by=CLI, lines={"A": 2}, carrier="DHL", tracking_number="0034")
    order.refresh_from_db()
    return order


def test_a_parcel_opens_its_own_dialogs_prefilled(manager: Client, order: Order) -> None:
    [parcel] = manager.get(page_url(order)).context["page"].parcels

    dialog = manager.get(parcel.correct_url).context["form"]

    assert parcel.correct_url == f"{page_url(order, 'correct-shipment')}?shipment={order}-S1"
    shown = {name: dialog[name].value() for name in ("shipment", "carrier", "tracking_number", "notify")}
    assert shown == {
        "shipment": f"{order}-S1",
        "carrier": "DHL",
        "tracking_number": "0034",
        "notify": True,
    }


def test_dialogs_about_a_parcel_and_a_mail_say_what_will_happen(manager: Client, order: Order) -> None:
    page = manager.get(page_url(order)).context["page"]
    [parcel] = page.parcels

    assert "2 units to ship again" in manager.get(parcel.undo_url).context["form"].footer()
    assert "stock stay as they are" in manager.get(parcel.correct_url).context["form"].footer()
    deliver_due()
    again = next(
        filter(None, (mail.again_url for mail in manager.get(page_url(order)).context["page"].emails))
    )
    assert f"It goes to {order.email}" in manager.get(again).context["form"].footer()


def test_a_parcel_is_corrected_and_undone_from_the_page(manager: Client, order: Order) -> None:
    fields = {"shipment": f"{order}-S1", "carrier": "DHL", "notify": "on"}
    done = send(manager, order, "correct-shipment", tracking_number="0035", **fields)
    assert done.headers["Location"]
    assert Shipment.objects.get().tracking_number == "0035"

    send(manager, order, "undo-shipment", reason="Missed the van", **fields)

    page = manager.get(page_url(order))
    [parcel] = page.context["page"].parcels
    assert parcel.undone_at is not None
    assert (parcel.correct_url, parcel.undo_url) == ("", "")
    assert "Undone" in page.text
    assert Product.objects.get(sku="A").on_hand == 9
    undone, corrected, *_others = page.context["page"].timeline.entries
    assert undone.text == f"{order}-S1 undone, it never left: 2 × A. Missed the van"
    assert (corrected.text, corrected.changes) == (
        f"{order}-S1 corrected",
        [FieldChange("Tracking number", "0034", "0035")],
    )


def test_a_parcel_of_which_something_came_back_is_not_offered_as_one_that_never_left(
    manager: Client, order: Order
) -> None:
    lifecycle.ship_order(order.number, by=CLI, lines={"B": 1})
    lifecycle.return_items(order.number, by=CLI, items=[lifecycle.ReturnedItem("A", 1)])

    parcels = manager.get(page_url(order)).context["page"].parcels

    offered = {parcel.reference: bool(parcel.undo_url) for parcel in parcels}
    assert offered == {f"{order}-S1": False, f"{order}-S2": True}
    refused = send(manager, order, "undo-shipment", shipment=f"{order}-S1", notify="on")
    assert "it has left, and cannot be undone" in refused.text


def test_without_the_tick_nobody_is_mailed(manager: Client, order: Order) -> None:
    send(manager, order, "correct-shipment", shipment=f"{order}-S1", carrier="DPD", tracking_number="0034")
    send(manager, order, "undo-shipment", shipment=f"{order}-S1")
    assert not EmailMessage.objects.filter(template__startswith="shipment_").exists()


@pytest.mark.parametrize("wrong", ["A", "a", "{order}", "4.0E+12"])
def test_a_wrong_number_is_refused_at_its_field_and_what_was_typed_stays(
    manager: Client, order: Order, wrong: str
) -> None:
    fields = {"carrier": "DHL", "tracking_number": wrong.format(order=order)}
    corrected = send(manager, order, "correct-shipment", shipment=f"{order}-S1", **fields)
    shipped = send(manager, order, "ship", **fields, **{field_of(order, "A"): "1"})
    for refused in (corrected, shipped):
        form = refused.context["form"]
        assert list(form.errors) == ["tracking_number"]
        assert form["tracking_number"].value() == fields["tracking_number"]
    assert Shipment.objects.get().tracking_number == "0034"


def test_a_shipment_that_is_not_the_orders_is_refused(manager: Client, order: Order) -> None:
    for dialog in ("correct-shipment", "undo-shipment"):
        refused = send(manager, order, dialog, shipment="B-1-S9", carrier="DPD")
        assert f"{order} has no shipment B-1-S9." in refused.text
        assert manager.get(page_url(order, dialog), {"shipment": "\x00"}).status_code == 200


def test_sent_twice_it_is_undone_once(manager: Client, order: Order) -> None:
    fields = submitted(shipment=f"{order}-S1")
    for _ in range(2):
        assert manager.post(page_url(order, "undo-shipment"), fields).headers["Location"]
    assert Order.objects.get().events.filter(kind="shipment_undone").count() == 1


def test_a_parcel_says_where_it_went_once_the_order_goes_elsewhere(manager: Client, order: Order) -> None:
    assert "Went to" not in manager.get(page_url(order)).text
    Order.objects.update(ship_line1="Hafenstr. 1")
    page = manager.get(page_url(order))
    assert "Went to Theo Jansen, Seeweg 56" in page.text
    slip = manager.get(page_url(order, "packing-slip"), {"shipment": f"{order}-S1"})
    assert ("Seeweg 56" in slip.text, "Hafenstr. 1" in slip.text) == (True, False)
    rest = manager.get(page_url(order, "packing-slip"))
    assert ("Seeweg 56" in rest.text, "Hafenstr. 1" in rest.text) == (False, True)


def test_whoever_may_not_ship_is_offered_neither(sign_in: SignIn, order: Order) -> None:
    page = sign_in("Viewer").get(page_url(order))
    assert "correct-shipment" not in page.text
    assert "undo-shipment" not in page.text


# Mails


def test_a_mail_is_sent_again_from_the_page_to_the_present_address(
    manager: Client, order: Order, mailoutbox: list[object]
) -> None:
    deliver_due()
    Order.objects.update(email="lee@example.com")
    notice, confirmation = manager.get(page_url(order)).context["page"].emails
    assert (notice.title, confirmation.title) == ("The shipping notice", "The confirmation")

    dialog = manager.get(confirmation.again_url)
    assert "lee@example.com" in dialog.text
    fields = submitted(email=dialog.context["form"]["email"].value())
    for _ in range(2):
        assert manager.post(page_url(order, "send-again"), fields).headers["Location"]

    again = EmailMessage.objects.latest("pk")
    assert (again.cause, again.recipient) == (f"order:{order}:again:1", "lee@example.com")
    assert EmailMessage.objects.count() == 3
    assert manager.get(page_url(order)).context["page"].emails[0].again_url == ""


def test_what_is_not_so_any_more_is_not_offered(
    manager: Client, order: Order, mailoutbox: list[object]
) -> None:
    deliver_due()
    undo_shipment(order.number, f"{order}-S1", by=CLI)
    lifecycle.cancel_order(order.number, by=CLI)
    deliver_due()
    offered = {row.title: bool(row.again_url) for row in manager.get(page_url(order)).context["page"].emails}
    assert offered == {
        "The notice of a cancellation": True,
        "The notice that a shipment had not left": True,
        "The shipping notice": False,
        "The confirmation": False,
    }


def test_only_who_sees_mails_sees_an_orders_mails(sign_in: SignIn, order: Order) -> None:
    for role, sees in (("Support", True), ("Warehouse", False), ("Marketing", False), ("Viewer", False)):
        page = sign_in(role).get(page_url(order))
        assert ("E-mails</h2>" in page.text) is sees, role


# What came back


def test_half_a_line_is_restocked_and_half_written_off_with_the_fee_given_back(
    manager: Client, order: Order
) -> None:
    line = order.lines.get(sku="A")
    typed = {f"quantity_{line.pk}": "2", f"written_off_{line.pk}": "1", "shipping_credit": "4.90"}

    assert send(manager, order, "return", **typed).headers["Location"]

    returned = Return.objects.get()
    assert (returned.credit, returned.shipping_credit) == (Decimal("20.00"), Decimal("4.90"))
    assert list(returned.lines.order_by("pk").values_list("quantity", "restock")) == [(1, True), (1, False)]
    assert Product.objects.get(sku="A").on_hand == 8
    page = manager.get(page_url(order)).context["page"]
    assert page.returns.each[0].credit == "€24.90"
    assert page.timeline.entries[0].text == "Returned 1 × A; 1 × A written off"
    lifecycle.ship_order(order.number, by=CLI, lines={"B": 1})
    dialog = manager.get(page_url(order, "return")).context["form"]
    assert "shipping_credit" not in dialog.fields


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"quantity": "1", "written_off": "2"}, "written_off_{pk}"),
        ({"written_off": "1"}, "written_off_{pk}"),
        ({"quantity": "3"}, "quantity_{pk}"),
        ({"quantity": "1", "shipping_credit": "4.91"}, "shipping_credit"),
        ({}, "quantity_{pk}"),
    ],
)
def test_a_return_that_cannot_be_is_refused_at_its_field(
    manager: Client, order: Order, typed: dict[str, str], field: str
) -> None:
    pk = order.lines.get(sku="A").pk
    named = {name if name == "shipping_credit" else f"{name}_{pk}": text for name, text in typed.items()}

    refused = send(manager, order, "return", **named)

    assert list(refused.context["form"].errors) == [field.format(pk=pk)]
    assert not Return.objects.exists()


def test_the_sentence_for_the_customer_counts_what_was_cancelled_and_came_back(
    manager: Client, order: Order
) -> None:
    def sentence() -> str:
        return str(manager.get(page_url(order)).context["page"].price.why.sentence)

    price = "4 items cost €33.33; shipping is €4.90; the total is €38.23."
    assert sentence() == price
    lifecycle.cancel_order(order.number, by=CLI, lines={"B": 1})
    assert sentence() == f"{price} Cancelled 1: €3.33 is credited, which leaves €34.90."
    lifecycle.return_items(order.number, by=CLI, items=[lifecycle.ReturnedItem("A", 1)])
    assert sentence() == f"{price} Cancelled 1, returned 1: €13.33 is credited, which leaves €24.90."


def test_list_and_page_say_alike_how_much_came_back(manager: Client, order: Order) -> None:
    def labels() -> list[bool]:
        texts = (manager.get("/admin/orders/order/").text, manager.get(page_url(order)).text)
        return [label in text for text in texts for label in (">Returned</span>", "art-returned</span>")]

    lifecycle.return_items(order.number, by=CLI, items=[lifecycle.ReturnedItem("A", 1)])
    assert labels() == [False, True, False, True]
    lifecycle.return_items(order.number, by=CLI, items=[lifecycle.ReturnedItem("A", 1)])
    assert labels() == [True, False, True, False]
