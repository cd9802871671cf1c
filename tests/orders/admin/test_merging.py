"""Merging on the pages of customers: choose, look, apply, undo."""

import pytest
from django.test import Client

from accounts.models import Customer
from orders.models import Order
from tests.admin_fixtures import SignIn
from tests.factories import make_customer, make_product, make_promo_code, make_shopper, place

pytestmark = pytest.mark.django_db
CUSTOMERS = "/admin/accounts/customer/"


@pytest.fixture
def kept() -> Customer:
    return make_customer("theo@example.com", name="Theo Jansen")


@pytest.fixture
def gone(kept: Customer) -> Customer:
    make_product("A", on_hand=9, price="10.00")
    make_promo_code("ONCE", name="Once only")
    gone = make_customer("theo@exmaple.com", name="Theo Jansen")
    for customer in (kept, gone):
        place({"A": 1}, customer=customer, promo_code="ONCE")
    return gone


def merge_page(customer: Customer) -> str:
    return f"{CUSTOMERS}{customer.pk}/merge/"


def test_whoever_looks_alike_is_offered_and_the_plan_is_shown(
    manager: Client, kept: Customer, gone: Customer
) -> None:
    assert f"?with={gone.pk}" in manager.get(merge_page(kept)).text

    page = manager.get(merge_page(kept), {"with": "Theo@Exmaple.com "}).text

    assert str(gone.orders.get()) in page
    assert "Once only: 2 uses together, more than one customer may have. They are kept." in page
    assert Customer.objects.present().count() == 2


def test_a_merge_is_applied_shown_in_the_history_and_undone(
    manager: Client, kept: Customer, gone: Customer
) -> None:
    plan = manager.get(merge_page(kept), {"with": gone.pk}).context["plan"]

    answer = manager.post(merge_page(kept), {"gone": gone.pk, "digest": plan.digest}, follow=True)

    assert "theo@exmaple.com was merged into this customer" in answer.text
    assert kept.orders.count() == 2
    assert (
        "This customer was merged into theo@example.com." in manager.get(f"{CUSTOMERS}{gone.pk}/change/").text
    )
    assert "theo@exmaple.com" not in manager.get(CUSTOMERS).text
    [undo] = [entry.undo_url for entry in answer.context["page"].history if entry.undo_url]
    again = manager.post(undo, follow=True)
    assert "are separate customers again" in again.text
    assert Order.objects.filter(customer=gone).count() == 1


def test_a_plan_that_is_out_of_date_is_refused_and_shown_again(
    manager: Client, kept: Customer, gone: Customer
) -> None:
    plan = manager.get(merge_page(kept), {"with": gone.pk}).context["plan"]
    place({"A": 1}, customer=gone)

    answer = manager.post(merge_page(kept), {"gone": gone.pk, "digest": plan.digest}, follow=True)

    assert "Look at the plan again" in answer.text
    assert answer.context["plan"].digest != plan.digest
    assert Customer.objects.present().count() == 2


def test_what_cannot_be_merged_offers_no_button(manager: Client) -> None:
    first, second = make_shopper("a@example.com").customer, make_shopper("b@example.com").customer
    page = manager.get(merge_page(first), {"with": second.pk}).text
    assert "Deactivate the account that is no longer used" in page
    assert 'name="digest"' in page
    assert ">Merge<" not in page
    assert "There is no customer nobody" in manager.get(merge_page(first), {"with": "nobody"}).text
    assert manager.get(f"{CUSTOMERS}999/merge/").status_code == 404


@pytest.mark.parametrize("role", ["Warehouse", "Support", "Marketing", "Viewer"])
def test_who_may_not_edit_customers_neither_merges_nor_parts_them(
    role: str, sign_in: SignIn, kept: Customer, gone: Customer
) -> None:
    client = sign_in(role)
    assert client.get(merge_page(kept)).status_code == 403
    assert client.post(merge_page(kept), {"gone": gone.pk, "digest": ""}).status_code == 403
    assert client.post(f"{CUSTOMERS}{kept.pk}/undo-merge/1/").status_code == 403
    assert Customer.objects.present().count() == 2
