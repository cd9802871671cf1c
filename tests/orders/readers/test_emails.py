"""Mails about an order as data: what everybody who may list them reads, and what is personal."""

import pytest

from backoffice.outbox.models import EmailMessage
from orders.readers.emails import EMAIL_FIELDS, email_as_data, email_data
from tests.factories import make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def email() -> EmailMessage:
    make_product("A", on_hand=1)
    place({"A": 1})
    return EmailMessage.objects.get()


def test_all_fields_of_a_mail_are_told_to_who_may_know_customers(
    email: EmailMessage,
) -> None:
    data = email_data(email, to=None)
    assert tuple(data) == EMAIL_FIELDS
    assert (data["id"], data["template"], data["recipient"], data["state"], data["sent_at"]) == (
        email.pk,
        "order_placed",
        email.recipient,
        "queued",
        None,
    )
    assert email_data(email, to=make_user(role="Support")) == data


def test_who_may_not_know_customers_reads_no_address(email: EmailMessage) -> None:
    marketing = make_user(role="Marketing")
    assert email_data(email, to=marketing) == {**email_data(email, to=None), "recipient": None}


def test_only_the_fields_that_were_asked_for_come_back(email: EmailMessage) -> None:
    row = EmailMessage.objects.values("id", "subject").get()
    assert email_as_data(row, ["subject", "id"], to=None) == {"subject": "", "id": email.pk}
