"""Who hears of what by e-mail. What the mails say: test_contexts.py."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.template.loader import get_template

from backoffice.outbox.models import EmailMessage, EmailState
from orders.emails.audience import WHO_HEARS, tell
from orders.emails.contexts import BOOKS_DO_NOT_BALANCE, PROMOTIONS_ENDED, Happening
from orders.models import EventKind, Order, Origin, Shipment
from tests.factories import make_product, make_user, place

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
UNITS = [{"sku": "TEA-01", "name": "Tea", "quantity": 1, "credit": "5.00"}]
PARCEL = {"shipment": "B-1-S1", "carrier": "DHL", "tracking_number": "0034", "lines": UNITS}
CORRECTION = {"shipment": "B-1-S1", "changes": {"carrier": ["", "DHL"]}, "told": True}
UNDOING = {**PARCEL, "reason": "", "told": True}
CANCELLATION = {
    "cancellation": "B-1-C1",
    "is_whole": True,
    "reason": "",
    "credit": "5.00",
    "shipping_credit": "0.00",
    "lines": UNITS,
}


@pytest.fixture
def order() -> Order:
    make_product("TEA-01", on_hand=5, price="5.00")
    order = place({"TEA-01": 1})
    EmailMessage.objects.all().delete()
    return order


@pytest.fixture
def shipment(order: Order) -> Shipment:
    return Shipment(order=order, reference="B-1-S1", shipping_address=order.shipping_address)


def mails() -> list[tuple[str, str, str]]:
    return sorted(EmailMessage.objects.values_list("template", "cause", "recipient"))


@pytest.mark.parametrize(
    ("kind", "facts", "template", "cause"),
    [
        ("placed", {"total": "5.00"}, "order_placed", "order:{number}"),
        (
            "edited",
            {"changes": {"email": ["a@example.com", "b@example.com"]}},
            "order_placed",
            "order:{number}:v1",
        ),
        ("shipped", PARCEL, "order_shipped", "shipment:B-1-S1"),
        ("shipment_corrected", CORRECTION, "shipment_corrected", "shipment:B-1-S1:v1"),
        ("shipment_undone", UNDOING, "shipment_undone", "shipment:B-1-S1:undone"),
        ("cancelled", CANCELLATION, "order_cancelled", "cancellation:B-1-C1"),
        (
            "returned",
            {"return": "B-1-R1", "reason": "", "credit": "5.00", "shipping_credit": "0.00", "lines": UNITS},
            "return_received",
            "return:B-1-R1",
        ),
    ],
)
def test_the_customer_hears_once_of_each_cause(
    order: Order, shipment: Shipment, kind: str, facts: dict[str, Any], template: str, cause: str
) -> None:
    for _ in range(2):
        tell(Happening(kind, NOON, facts, order, shipment=shipment))

    assert mails() == [(template, cause.format(number=order.number), order.email)]
    assert EmailMessage.objects.get().about == order.number


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("edited", {"changes": {"note": ["", "Ring"]}}),
        ("delivered", {"shipments": ["B-1-S1"]}),
        ("comment", {"text": "Difficult"}),
        ("shipment_corrected", CORRECTION | {"told": False}),
        ("shipment_undone", UNDOING | {"told": False}),
        ("email_sent_again", {"template": "order_placed", "email": 7}),
    ],
)
def test_nobody_is_mailed_about_the_rest(order: Order, kind: str, facts: dict[str, Any]) -> None:
    tell(Happening(kind, NOON, facts, order))

    assert mails() == []


@pytest.mark.parametrize(
    ("origin", "state"), [(Origin.SHOP, EmailState.QUEUED), (Origin.DEMO, EmailState.SUPPRESSED)]
)
def test_customers_of_taken_over_orders_get_no_mail(
    order: Order, shipment: Shipment, origin: Origin, state: EmailState
) -> None:
    order.origin = origin
    tell(Happening(EventKind.SHIPPED, NOON, PARCEL, order, shipment=shipment))

    assert EmailMessage.objects.get().state == state


@pytest.mark.parametrize(
    ("staff", "readers"),
    [
        (["Marketing", "Manager", "superuser", "Support"], ["marketing@shop.example"]),
        (["Manager", "superuser", "Support"], ["manager@shop.example"]),
        (["superuser", "Support"], ["superuser@shop.example"]),
        (["Support"], []),
    ],
)
def test_ended_promotions_are_for_marketing_and_for_others_only_without_it(
    staff: list[str], readers: list[str]
) -> None:
    hire(staff)
    tell(Happening(PROMOTIONS_ENDED, NOON, {"promotions": []}))

    cause = "promo-expiry:2026-11-23T12:00:00.000000"
    assert mails() == [("promotions_ended", cause, reader) for reader in readers]


def test_of_books_that_do_not_balance_managers_and_superusers_hear() -> None:
    hire(["Marketing", "Manager", "superuser", "Support"])
    tell(Happening(BOOKS_DO_NOT_BALANCE, NOON, {"found": []}))

    assert mails() == [
        ("invariants", "invariants:2026-11-23T12", f"{who}@shop.example") for who in ("manager", "superuser")
    ]


def hire(staff: list[str]) -> None:
    for who in staff:
        is_superuser = who == "superuser"
        make_user(
            f"{who.lower()}@shop.example", role=None if is_superuser else who, is_superuser=is_superuser
        )


def test_every_mail_has_its_two_templates() -> None:
    for mail in (mail for mails in WHO_HEARS.values() for mail in mails):
        for kind in ("txt", "html"):
            assert get_template(f"email/{mail.template}.{kind}")
