"""On a customer's page their data are handed out, and they are erased after a look and a confirmation."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Customer
from orders.fulfilment.lifecycle import cancel_order
from orders.models import CustomerEvent, Order
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_customer, make_product, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def theo() -> Customer:
    make_product("A", on_hand=5)
    customer = make_customer("theo@example.com", name="Theo")
    cancel_order(place({"A": 1}, customer=customer).number, by=CLI)
    return customer


def page_of(customer: Customer, name: str = "erase") -> str:
    return reverse(f"admin:accounts_customer_{name}", args=[customer.pk])


def test_it_is_looked_at_confirmed_and_done(manager: Client, theo: Customer) -> None:
    page = manager.get(page_of(theo))
    form = {"digest": page.context["plan"].digest}
    assert "It cannot be undone." in page.text

    wrong = manager.post(page_of(theo), {**form, "confirm": "thea@example.com"})
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.text) == (422, True)
    assert Customer.objects.get().erased_at is None

    done = manager.post(page_of(theo), {**form, "confirm": "THEO@example.com"}, follow=True)
    assert f"Customer {theo.pk} was erased." in done.text
    assert "theo@example.com" not in done.text
    shown = manager.get(page_of(theo, "change"))
    assert f"Erased customer {theo.pk}" in shown.text
    assert 'name="note"' not in shown.text
    # No address is left to write to, or to copy.
    order = manager.get(reverse("admin:orders_order_change", args=[Order.objects.get().pk])).text
    assert f"Erased customer {theo.pk}" in order
    assert ("mailto:" in order, "Copy e-mail address" in order) == (False, False)
    for name in ("merge", "data_file", "erase"):
        assert page_of(theo, name) not in shown.text


def test_what_has_changed_meanwhile_is_shown_anew(manager: Client, theo: Customer) -> None:
    digest = manager.get(page_of(theo)).context["plan"].digest
    cancel_order(place({"A": 1}, customer=theo).number, by=CLI)
    stale = manager.post(page_of(theo), {"digest": digest, "confirm": str(theo.pk)})
    assert (stale.status_code, "changed meanwhile" in stale.text) == (409, True)
    assert stale.context["plan"].digest != digest


def test_an_open_order_is_named_and_there_is_no_button(manager: Client, theo: Customer) -> None:
    order = place({"A": 1}, customer=theo)
    page = manager.get(page_of(theo)).text
    assert str(order) in page
    assert "Erase for good" not in page
    refused = manager.post(page_of(theo), {"digest": "", "confirm": str(theo.pk)})
    assert (refused.status_code, Customer.objects.get().name) == (409, "Theo")


def test_the_file_is_handed_out_to_managers_and_noted(
    manager: Client, sign_in: SignIn, theo: Customer
) -> None:
    answer = manager.get(page_of(theo, "data_file"))
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    assert f'filename="customer-{theo.pk}-data.zip"' in answer["Content-Disposition"]
    with ZipFile(BytesIO(answer.content)) as archive:
        assert "Theo" in archive.read("your-data.html").decode()
    assert CustomerEvent.objects.get().kind == "data_handed_out"
    for role in ("Support", "Viewer", "Warehouse"):
        for name in ("data_file", "erase"):
            assert sign_in(role).get(page_of(theo, name)).status_code == 403


def test_both_ask_for_the_password_once_more(manager: Client, theo: Customer) -> None:
    session = manager.session
    session["password_at"] = 0
    session.save()
    for name in ("data_file", "erase"):
        assert "password" in manager.get(page_of(theo, name))["Location"]
    assert not CustomerEvent.objects.exists()


def test_a_customer_who_asks_is_named_where_staff_look(manager: Client, theo: Customer) -> None:
    Customer.objects.update(erasure_asked_at=theo.created_at)
    assert f"Customer {theo.pk} asks to be erased" in manager.get(reverse("admin:index")).text
    assert "to be erased" in manager.get(page_of(theo, "change")).text
