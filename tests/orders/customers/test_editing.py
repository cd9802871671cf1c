"""What is known about a customer is changed with its old value kept."""

import pytest

from accounts.models import Customer
from backoffice.errors import Invalid
from orders.customers.editing import edit_customer
from orders.models import CustomerEvent
from tests.factories import CLI, make_customer

pytestmark = pytest.mark.django_db


def test_old_and_new_values_are_kept() -> None:
    lena = make_customer("lena@example.com", name="Lena")

    edited = edit_customer(lena, name=" Lena Brandt ", phone="", note="Likes\r\ntea", by=CLI)

    assert (edited.name, edited.phone, edited.note) == ("Lena Brandt", "", "Likes\ntea")
    [event] = CustomerEvent.objects.all()
    assert event.facts == {"changes": {"name": ["Lena", "Lena Brandt"], "note": ["", "Likes\ntea"]}}
    assert (event.customer, event.kind, event.source) == (lena, "edited", "cli")


def test_what_is_the_same_leaves_no_trace() -> None:
    lena = make_customer("lena@example.com", name="Lena")
    Customer.objects.update(note="Likes\r\ntea")
    edit_customer(lena, name="Lena ", note="Likes\r\ntea", by=CLI)
    assert not CustomerEvent.objects.exists()


@pytest.mark.parametrize(
    "change", [{"name": "x" * 151}, {"phone": "1" * 41}, {"note": "x" * 2_001}, {"name": "Le\x1bna"}]
)
def test_what_is_too_long_or_has_control_characters_is_refused(change: dict[str, str]) -> None:
    lena = make_customer("lena@example.com", name="Lena")
    with pytest.raises(Invalid) as refused:
        edit_customer(lena, by=CLI, **change)
    assert [fault.pointer for fault in refused.value.faults] == [f"/{next(iter(change))}"]
    assert not CustomerEvent.objects.exists()
