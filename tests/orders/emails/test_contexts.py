from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage, EmailState
from orders.changing.details import edit_order
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, return_items, ship_order
from orders.models import Origin, PromotionEvent
from orders.payments.corrections import move
from orders.payments.due_dates import set_due_date
from orders.payments.recording import pay_back, record_payment
from orders.payments.reminders import remind
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


def test_a_confirmation_asks_for_what_is_due_by_its_day(mailoutbox, settings):
    settings.SHOP_PAYMENT_DAYS = 14
    make_product("MUG-01", on_hand=1, price="2.50", name="Mug")
    place({"MUG-01": 1}, at=datetime(2026, 11, 30, 12, 0, tzinfo=UTC))

    _mail, text, html = delivered(mailoutbox, "order_placed")

    asked = "by 14 December 2026."
    assert ("Please pay" in text, asked in text, asked in html) == (True, True, True)


@pytest.mark.parametrize(
    ("paid", "told"),
    [("0.00", "Still to pay: €15.75"), ("15.75", ""), ("18.00", "We owe you €2.25 and will pay it back.")],
)
def test_a_cancellation_says_what_is_then_due_or_owed(mailoutbox, order, paid, told):
    if Decimal(paid):
        record_payment(order.number, Decimal(paid), by=CLI)
    cancel_order(order.number, by=CLI, lines={"MUG-01": 1})
    order.refresh_from_db()

    _mail, text, html = delivered(mailoutbox, "order_cancelled")

    balance = [line for line in text.splitlines() if line.startswith(("Still to pay", "We owe you"))]
    assert balance == ([told] if told else [])
    assert ("Still to pay" in html, "We owe you" in html) == (order.due > 0, order.due < 0)


def test_a_return_says_what_is_then_owed(mailoutbox, order):
    record_payment(order.number, Decimal("18.00"), by=CLI)
    ship_order(order.number, by=CLI)
    return_items(order.number, by=CLI, items=[ReturnedItem("MUG-01", 1)])
    order.refresh_from_db()

    _mail, text, html = delivered(mailoutbox, "return_received")

    assert order.due < 0
    assert f"We owe you €{-order.due} and will pay it back." in text
    assert f"We owe you <strong>€{-order.due}</strong>" in html


def test_money_paid_back_is_told_with_what_is_still_owed(mailoutbox, order):
    record_payment(order.number, Decimal("20.00"), by=CLI)
    pay_back(order.number, Decimal("1.50"), by=CLI)

    mail, text, html = delivered(mailoutbox, "order_paid_back")

    assert mail.subject == f"We have paid back €1.50 for order {order.number}"
    assert "We owe you €0.50 and will pay it back." in text
    assert "<strong>€1.50</strong>" in html


def test_a_payment_is_not_mailed_and_neither_is_one_that_moves(order):
    make_product("PEN-01", on_hand=1, price="1.00")
    other = place({"PEN-01": 1})
    before = EmailMessage.objects.count()

    entry = record_payment(order.number, Decimal("5.00"), by=CLI).entry
    move(entry.pk, other.number, reason="the wrong order", by=CLI)

    assert EmailMessage.objects.count() == before


def test_a_reminder_says_what_is_due_of_what_and_since_when(mailoutbox, order):
    set_due_date(order.number, date(2026, 11, 30), by=CLI)
    record_payment(order.number, Decimal("5.00"), by=CLI)
    remind(order.number, by=CLI)

    mail, text, html = delivered(mailoutbox, "payment_reminder")

    assert mail.subject == f"Payment for your order {order.number}"
    for line in (
        "was to be paid by 30 November 2026",
        "Total: €18.00",
        "Paid: €5.00",
        "Still to pay: €13.00",
    ):
        assert line in text
    assert "Still to pay: <strong>€13.00</strong>" in html


def test_money_of_the_demo_is_not_mailed(order):
    order.origin = Origin.DEMO
    order.save(update_fields=["origin"])
    record_payment(order.number, Decimal("20.00"), by=CLI)
    pay_back(order.number, by=CLI)

    assert EmailMessage.objects.get(template="order_paid_back").state == EmailState.SUPPRESSED
