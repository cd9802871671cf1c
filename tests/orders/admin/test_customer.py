"""The pages of customers: what they ordered, spent and used."""

from decimal import Decimal

import pytest
from django.test import Client

from orders.payments.recording import record_payment
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_customer, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db
CUSTOMERS = "/admin/accounts/customer/"


def test_a_customers_page_shows_what_they_ordered_and_spent(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    make_promo_code("SPRING20", percent_off="20")
    lena = make_customer("lena@example.com", name="Lena Brandt")
    place({"TEA-01": 1}, customer=lena, promo_code="SPRING20")
    place({"TEA-01": 2}, customer=lena)
    url = f"{CUSTOMERS}{lena.pk}/change/"

    page = sign_in("Manager").get(url).context["page"]
    assert {figure.title: figure.value for figure in page.figures} == {
        "Orders": "2",
        "Spent": "€28.00",
        "Average order": "€14.00",
        "Due": "€28.00",
    }
    assert page.labels == ['<span class="bo-label">Guest</span>']
    assert [(row.status, row.dot, row.total) for row in page.orders] == [
        ("Pending", "ring", "€20.00"),
        ("Pending", "ring", "€8.00"),
    ]
    assert [(row.code, row.discount) for row in page.promos] == [("SPRING20", "€2.00")]

    seen_by_warehouse = sign_in("Warehouse").get(url)
    titles = [figure.title for figure in seen_by_warehouse.context["page"].figures]
    assert titles == ["Orders", "Due"]
    assert seen_by_warehouse.context["page"].promos is None
    assert sign_in("Marketing").get(url).status_code == 403


def test_what_a_customer_owes_and_is_owed_leads_to_the_orders_that_it_is_of(manager: Client) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    lena = make_customer("lena+tea@example.com")
    owing, owed, paid = (place({"TEA-01": 1}, customer=lena) for _ in range(3))
    place({"TEA-01": 1})
    record_payment(owed.number, Decimal("12.50"), by=CLI)
    record_payment(paid.number, Decimal("10.00"), by=CLI)

    figures = manager.get(f"{CUSTOMERS}{lena.pk}/change/").context["page"].figures

    due, to_pay_back = figures[-2:]
    assert (due.value, to_pay_back.value) == ("€10.00", "€2.50")
    assert list(manager.get(due.url).context["cl"].result_list) == [owing]
    assert list(manager.get(to_pay_back.url).context["cl"].result_list) == [owed]


def test_the_list_of_their_orders_is_found_by_any_address(manager: Client) -> None:
    make_product("TEA-01", on_hand=9)
    lena = make_customer("lena+tea&co@example.com")
    order = place({"TEA-01": 1}, customer=lena)

    page = manager.get(f"{CUSTOMERS}{lena.pk}/change/").context["page"]

    assert list(manager.get(page.all_orders_url).context["cl"].result_list) == [order]


def test_notes_about_a_customer_are_kept_and_the_address_cannot_be_changed(manager: Client) -> None:
    lena = make_customer("lena@example.com", name="Lena")

    sent = {"name": "Lena Brandt", "phone": "+49", "note": "Likes tea", "email": "x@example.com"}
    answer = manager.post(f"{CUSTOMERS}{lena.pk}/change/", sent)

    assert answer.status_code == 302
    lena.refresh_from_db()
    assert (lena.name, lena.note, lena.email) == ("Lena Brandt", "Likes tea", "lena@example.com")


def test_what_customers_spent_is_a_column_for_those_who_see_revenue(sign_in: SignIn) -> None:
    make_customer("lena@example.com")

    assert "column-spent" in sign_in("Manager").get(CUSTOMERS).text
    assert "column-spent" not in sign_in("Support").get(CUSTOMERS).text


def test_a_customer_is_found_by_name_and_by_email(manager: Client) -> None:
    make_customer("lena@example.com", name="Lena Brandt")
    make_customer("max@example.com", name="Max Lang")

    for term in ("brandt", "LENA@"):
        page = manager.get(CUSTOMERS, {"q": term})
        assert [customer.email for customer in page.context["cl"].result_list] == ["lena@example.com"]
