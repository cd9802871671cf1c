from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage, EmailState
from orders.changing.details import edit_order
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, return_items, ship_order
from orders.models import Origin, PromotionEvent
from orders.placing.placement import place_order
from orders.promotions import expire_ended_promotions
from tests.factories import CLI, make_customer, make_product, make_promo_code, make_user, place, request_for

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def order():
    make_product("TEA-01", on_hand=10, price="5.00", name="Tea <caddy> & spoon")
    make_product("MUG-01", on_hand=10, price="2.50", name="Mug")
    make_promo_code("TEN", percent_off="10")
    ann = make_customer("ann@example.com")
    return place({"TEA-01": 3, "MUG-01": 2}, customer=ann, promo_code="TEN", at=NOON)


def delivered(mailoutbox, template):
    """The one mail of this kind, as plain text and HTML."""
    deliver_due()
    row = EmailMessage.objects.get(template=template)
    assert row.state == EmailState.SENT, row.error
    [mail] = [mail for mail in mailoutbox if mail.extra_headers["Message-ID"] == row.message_id]
    return mail, mail.body, mail.alternatives[0][0]


def test_a_placed_order_is_confirmed_with_its_lines_and_amounts(mailoutbox, order):
    mail, text, html = delivered(mailoutbox, "order_placed")

    assert mail.to == ["ann@example.com"]
    assert mail.subject == f"Your order {order.number}"
    for line in (
        "Hello Theo Jansen,",
        "1 July 2026, 12:00",
        "3 x Tea <caddy> & spoon (TEA-01)",
        "€5.00 each, €15.00",
        "Subtotal: €20.00",
        "Discount (TEN): −€2.00",
        "Shipping: free",
        "Total: €18.00",
        "34878 Köln",
    ):
        assert line in text
    assert "3 × Tea &lt;caddy&gt; &amp; spoon" in html
    assert "<caddy>" not in html
    assert "€18.00" in html


def test_the_text_has_no_gaps_where_nothing_applies(mailoutbox):
    make_product("MUG-01", on_hand=1, price="2.50", name="Mug")
    place({"MUG-01": 1})

    _, text, _ = delivered(mailoutbox, "order_placed")

    assert "Discount" not in text
    assert "\n\n\n" not in text


def test_a_part_shipment_says_that_the_rest_follows(mailoutbox, order):
    ship_order(order.number, by=CLI, lines={"TEA-01": 2}, carrier="DHL", tracking_number="JD0001")

    mail, text, html = delivered(mailoutbox, "order_shipped")

    assert mail.subject == f"Your order {order.number} is on its way"
    assert "the rest follows" in text
    assert "2 x Tea <caddy> & spoon (TEA-01)" in text
    assert "Mug" not in text
    assert "Carrier: DHL\nTracking number: JD0001\n" in text
    assert "JD0001" in html


def test_the_last_shipment_does_not_promise_more(mailoutbox, order):
    ship_order(order.number, by=CLI)

    _, text, _ = delivered(mailoutbox, "order_shipped")

    assert "the rest follows" not in text
    assert "Carrier" not in text


def test_a_cancelled_order_says_why_and_what_comes_back(mailoutbox, order):
    cancel_order(order.number, by=CLI, reason="Out of <luck>")
    cancel_order(order.number, by=CLI)

    mail, text, html = delivered(mailoutbox, "order_cancelled")

    assert mail.subject == f"Your order {order.number} was cancelled"
    assert "Reason: Out of <luck>" in text
    assert "Credited: €18.00" in text
    assert "Out of &lt;luck&gt;" in html


def test_a_cancelled_line_leaves_the_rest_of_the_order(mailoutbox, order):
    cancel_order(order.number, by=CLI, lines={"MUG-01": 1})

    mail, text, _ = delivered(mailoutbox, "order_cancelled")

    assert mail.subject == f"Your order {order.number} has changed"
    assert "1 x Mug (MUG-01): €2.25" in text
    assert "Credited: €2.25" in text


def test_a_return_says_what_arrived_and_what_comes_back(mailoutbox, order):
    ship_order(order.number, by=CLI)
    return_items(order.number, by=CLI, items=[ReturnedItem("TEA-01", 1)], reason="Staff only: broken")

    mail, text, _ = delivered(mailoutbox, "return_received")

    assert mail.subject == f"Your return for order {order.number} has arrived"
    assert "1 x Tea <caddy> & spoon (TEA-01): €4.50" in text
    assert "Staff only" not in text


def test_another_address_gets_the_confirmation_again(mailoutbox, order):
    deliver_due()
    edit_order(order.number, by=CLI, email="ann@elsewhere.example")
    deliver_due()

    assert [mail.to for mail in mailoutbox] == [["ann@example.com"], ["ann@elsewhere.example"]]


def test_a_demo_order_writes_its_mails_and_sends_none(mailoutbox):
    make_product("MUG-01", on_hand=1)
    order = place_order(
        request_for({"MUG-01": 1}),
        email="ann@example.com",
        by=CLI,
        origin=Origin.DEMO,
        external_number="536365",
    )
    ship_order(order.number, by=CLI)

    assert deliver_due() == 0
    states = EmailMessage.objects.values_list("template", "state")
    assert sorted(states) == [
        ("order_placed", EmailState.SUPPRESSED),
        ("order_shipped", EmailState.SUPPRESSED),
    ]


def test_marketing_gets_one_digest_of_what_ended(mailoutbox):
    marketing = make_user("marketing@shop.example", role="Marketing")
    make_user("manager@shop.example", role="Manager")
    an_hour_ago = timezone.now() - timedelta(hours=1)
    for number in range(3):
        make_promo_code(f"OVER-{number}", name="Summer & sun", ends_at=an_hour_ago)
    make_promo_code("RUNNING")

    assert expire_ended_promotions() == 3
    assert expire_ended_promotions() == 0

    mail, text, html = delivered(mailoutbox, "promotions_ended")
    assert len(mailoutbox) == 1
    assert mail.to == [marketing.email]
    assert mail.subject == "3 promotions ended"
    assert "OVER-1 (Summer & sun): 10 %, ended" in text
    assert "Summer &amp; sun" in html
    assert "RUNNING" not in text
    assert PromotionEvent.objects.filter(kind="expired").count() == 3


def test_without_marketing_a_manager_gets_the_digest(mailoutbox):
    manager = make_user("manager@shop.example", role="Manager")
    make_promo_code("OVER", ends_at=timezone.now() - timedelta(hours=1))

    expire_ended_promotions()

    mail, _, _ = delivered(mailoutbox, "promotions_ended")
    assert mail.to == [manager.email]
    assert mail.subject == "1 promotion ended"
