"""Payments from a file in the admin: chosen, looked at, the odd lines resolved, booked, taken back."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from orders.models import Order, PaymentEntry, PaymentImport
from tests.factories import make_product, make_user, place
from tests.orders.payments.imports.files import file_of, planned

pytestmark = pytest.mark.django_db
PAGE = "/admin/orders/paymentimport/"


@pytest.fixture
def orders() -> list[Order]:
    """Three of 50.00 each, nothing paid."""
    make_product("TEA", on_hand=100, price="25.00")
    return [place({"TEA": 2}) for _ in range(3)]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user(role="Support"))
    return client


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role=role))
    return client


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_file_leads_to_its_plan_and_books_nothing(client: Client, orders: list[Order]) -> None:
    file = SimpleUploadedFile("bank.csv", file_of(f"50.00;{orders[0].number};Ada;T1").encode())
    answer = client.post(f"{PAGE}import/", {"import_file": file})

    number = PaymentImport.objects.get().pk
    assert answer["Location"] == f"{PAGE}{number}/change/"
    page = text_of(client.get(answer["Location"]))
    assert "Book 1 payment" in page
    assert orders[0].number in page
    assert not PaymentEntry.objects.exists()


def test_a_file_that_cannot_be_read_says_why(client: Client) -> None:
    file = SimpleUploadedFile("bank.csv", b"name,town\nAda,Berlin\n")
    page = text_of(client.post(f"{PAGE}import/", {"import_file": file}))
    assert "No row names a column for the date and one for the amount" in page


def test_what_settles_and_what_is_ticked_is_booked(client: Client, orders: list[Order]) -> None:
    first, second, third = (order.number for order in orders)
    found = planned(f"50.00;{first};;T1", f"20.00;{second};;T2", f"30.00;{third};;T3")
    page = text_of(client.get(f"{PAGE}{found.pk}/change/"))
    assert page.count('name="accept"') == 2

    answer = client.post(f"{PAGE}{found.pk}/apply/", {"accept": ["3"]}, follow=True)
    assert "2 payments are booked." in text_of(answer)
    assert [entry.reference for entry in PaymentEntry.objects.order_by("reference")] == ["T1", "T2"]
    assert "not booked" in text_of(answer)


def test_a_line_is_given_its_order_by_hand(client: Client, orders: list[Order]) -> None:
    found = planned("50.00;thanks;Ada;T1")
    row = f"{PAGE}{found.pk}/rows/2/"
    assert "There is no order B-1." in text_of(client.post(row, {"order": "B-1"}))

    answer = client.post(row, {"order": orders[0].number}, follow=True)
    assert "Book 1 payment" in text_of(answer)


def test_orders_of_the_same_amount_are_suggested_the_payer_s_first(
    client: Client, orders: list[Order]
) -> None:
    Order.objects.filter(pk=orders[1].pk).update(ship_name="Lena Fuchs")
    found = planned("50.00;thanks;FUCHS Lena;T1", "51.00;thanks;Ada;T2")

    page = text_of(client.get(f"{PAGE}{found.pk}/change/"))
    assert page.count("The same amount is due for:") == 1
    assert f"The same amount is due for: {orders[1].number} (Lena Fuchs)" in page


def test_orders_that_changed_meanwhile_are_named_and_can_be_left_out(
    client: Client, orders: list[Order]
) -> None:
    found = planned(f"50.00;{orders[0].number};;T1", f"50.00;{orders[1].number};;T2")
    other = planned(f"50.00;{orders[0].number};;U1")
    client.post(f"{PAGE}{other.pk}/apply/")

    page = text_of(client.post(f"{PAGE}{found.pk}/apply/"))
    assert f"Row 2 ({orders[0].number}): What is due changed since you looked." in page
    assert "Leave out the rows that changed" in page

    client.post(f"{PAGE}{found.pk}/apply/", {"skip_invalid": "on"})
    assert PaymentEntry.objects.count() == 2


def test_an_import_is_undone(client: Client, orders: list[Order]) -> None:
    found = planned(f"50.00;{orders[0].number};;T1")
    client.post(f"{PAGE}{found.pk}/apply/")
    answer = client.post(f"{PAGE}{found.pk}/undo/", follow=True)

    assert "is undone: its payments are reversed." in text_of(answer)
    orders[0].refresh_from_db()
    assert orders[0].paid == 0


def test_the_list_tells_what_was_booked_and_left_open(client: Client, orders: list[Order]) -> None:
    found = planned(f"50.00;{orders[0].number};;T1", "1.00;thanks;;T2")
    client.post(f"{PAGE}{found.pk}/apply/")
    assert "1 booked · 1 left open" in text_of(client.get(PAGE))


def test_lines_that_were_not_booked_come_back_as_a_file(client: Client, orders: list[Order]) -> None:
    found = planned(f"50.00;{orders[0].number};;T1", "1.00;thanks;;T2")
    rest = client.get(f"{PAGE}{found.pk}/rejected.csv").content.decode()
    assert [line.split(",")[4] for line in rest.splitlines()[1:]] == ["T2"]


@pytest.mark.parametrize("role", ["Warehouse", "Marketing", "Viewer"])
def test_whoever_may_not_see_payments_sees_no_page(role: str, orders: list[Order]) -> None:
    found = planned(f"50.00;{orders[0].number};;T1")
    other = signed_in(role)
    for path in ("", "import/", f"{found.pk}/change/", f"{found.pk}/rejected.csv", "template.csv"):
        assert other.get(f"{PAGE}{path}").status_code == 403, path
    for path in (f"{found.pk}/apply/", f"{found.pk}/undo/", f"{found.pk}/rows/2/"):
        assert other.post(f"{PAGE}{path}").status_code == 403, path
    assert not PaymentEntry.objects.exists()
