"""shopctl orders emails and send-again."""

from typing import Any

import pytest

from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from orders.models import Order
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(mailoutbox: Any) -> str:
    make_product("TEA-01", on_hand=10)
    place({"TEA-01": 1})
    number = str(place({"TEA-01": 3}, by=CLI).number)
    deliver_due()
    return number


def test_the_mails_of_one_order_are_listed(answers: Answers, number: str) -> None:
    [mail] = answers("orders", "emails", number)
    order = Order.objects.get(number=number)
    assert (mail["template"], mail["recipient"], mail["state"]) == ("order_placed", order.email, "sent")
    assert mail["subject"] == f"Your order {number}"


def test_one_is_sent_again_once_per_key(answers: Answers, number: str) -> None:
    first = EmailMessage.objects.get(about=number).pk
    asked = ("orders", "send-again", number, "--email", first, "--yes", "--idempotency-key", "call-4711")
    row = answers(*asked)
    assert answers(*asked) == row
    assert (row["template"], row["state"], row["id"] > first) == ("order_placed", "queued", True)
    assert EmailMessage.objects.filter(about=number).count() == 2


def test_a_dry_run_sends_nothing_and_another_orders_mail_is_refused(shopctl: Shopctl, number: str) -> None:
    first = EmailMessage.objects.get(about=number).pk
    other = EmailMessage.objects.exclude(about=number).get().pk
    assert shopctl("orders", "send-again", number, "--email", first, "--dry-run").exit_code == 0
    refused = shopctl("orders", "send-again", number, "--email", other, "--yes")
    assert (refused.exit_code, refused.stderr) == (1, f"There is no e-mail {other} about {number}.\n")
    assert EmailMessage.objects.count() == 2


def test_only_who_may_send_mails_again_does(shopctl: Shopctl, number: str) -> None:
    first = EmailMessage.objects.get(about=number).pk
    warehouse = make_user("wanda@example.com", role="Warehouse").email
    asked = ("orders", "send-again", number, "--email", first, "--yes", "--as", warehouse)
    assert shopctl(*asked).exit_code == 1
    assert EmailMessage.objects.count() == 2
