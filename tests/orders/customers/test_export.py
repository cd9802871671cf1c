"""Customers leave as files by three doors, each for those alone who may, and each noted."""

import csv
import io
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import AccountEvent, Customer
from backoffice.sheets.writing import exported_csv, write_exported_workbook
from orders.customers import export
from orders.customers.export import CustomerExport
from orders.customers.merging import merge_customers
from orders.payments.recording import record_payment
from tests.admin_fixtures import SignIn
from tests.cli_fixtures import Shopctl
from tests.contract.client import Api
from tests.factories import CLI, make_customer, make_product, make_shopper, make_user, place

pytestmark = pytest.mark.django_db
COLUMNS = [
    *("id", "email", "name", "phone", "note", "has_account"),
    *("orders", "spent", "due", "owed", "last_order_at", "created_at"),
]
CUSTOMERS = "/admin/accounts/customer/"


@pytest.fixture
def ada() -> Customer:
    make_product("A", on_hand=9, price="10.00")
    ada = make_shopper("ada@example.com").customer
    Customer.objects.filter(pk=ada.pk).update(name="=1+1", note="Likes\ntea")
    for _ in range(2):
        last = place({"A": 1}, customer=ada)
    record_payment(last.number, Decimal("14.50"), by=CLI)
    gone = make_customer("ada@exmaple.com")
    merge_customers(ada, gone, by=CLI)
    return Customer.objects.get(pk=ada.pk)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_file_has_a_row_for_each_customer_with_what_they_ordered(ada: Customer) -> None:
    text = "".join(exported_csv(CustomerExport.told_to(None)))

    [row] = rows_of(text)
    assert list(row) == COLUMNS
    assert (row["email"], row["name"], row["note"]) == ("ada@example.com", "'=1+1", "Likes\ntea")
    assert (row["has_account"], row["orders"], row["spent"]) == ("true", "2", "20.00")
    assert (row["due"], row["owed"]) == ("10.00", "4.50")
    file = BytesIO()
    write_exported_workbook(file, CustomerExport.told_to(None))
    heading, [number, email, *_rest] = load_workbook(file).active.iter_rows(values_only=True)
    assert (list(heading), number, email) == (COLUMNS, ada.pk, "ada@example.com")


def test_many_customers_are_read_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "CUSTOMERS_AT_ONCE", 2)
    emails = [make_customer().email for _ in range(5)]
    assert [row["email"] for row in rows_of("".join(exported_csv(CustomerExport.told_to(None))))] == emails


def test_who_may_not_see_revenue_gets_a_file_without_it(ada: Customer) -> None:
    told = CustomerExport.told_to(make_user(role="Support"))
    assert told.columns == [name for name in COLUMNS if name != "spent"]
    assert "20.00" not in "".join(exported_csv(told))


def test_who_may_not_see_whether_orders_are_paid_gets_a_file_without_it(ada: Customer) -> None:
    told = CustomerExport.told_to(make_user(role="Viewer"))
    assert not {"due", "owed"} & set(told.columns)
    assert "4.50" not in "".join(exported_csv(told))


def test_the_api_gives_managers_a_file_and_notes_it(ada: Customer) -> None:
    boss = make_user(role="Manager")

    answer = Api(boss).get("customers/export.csv")

    content = b"".join(answer.streaming_content)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="customers.csv"'
    assert b"ada@example.com" in content
    [event] = AccountEvent.objects.filter(user=boss, kind="exported")
    assert (event.facts, event.details) == (
        {"what": "customers", "format": "csv"},
        "customers as CSV",
    )
    assert Api(make_user(role="Support")).get("customers/export.csv").status_code == 403


@pytest.mark.parametrize("action", ["export_csv", "export_xlsx"])
def test_the_list_gives_managers_the_chosen_ones_and_others_nothing(
    ada: Customer, sign_in: SignIn, action: str
) -> None:
    other = make_customer("bob@example.com")
    form = {"action": action, "_selected_action": [ada.pk]}

    answer: Any = sign_in("Manager").post(CUSTOMERS, form)

    content = b"".join(answer.streaming_content)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="customers-')
    assert other.email.encode() not in content
    assert AccountEvent.objects.filter(kind="exported").count() == 1
    refused = sign_in("Support").post(CUSTOMERS, form)
    assert "Content-Disposition" not in refused.headers
    assert AccountEvent.objects.filter(kind="exported").count() == 1


def test_a_password_typed_long_ago_is_asked_for_again(ada: Customer, manager: Client) -> None:
    session = manager.session
    session["password_at"] = 0
    session.save()

    answer = manager.post(CUSTOMERS, {"action": "export_csv", "_selected_action": [ada.pk]})

    assert answer.headers["Location"].startswith("/admin/password_again/")
    assert not AccountEvent.objects.filter(kind="exported").exists()


def test_shopctl_writes_it_in_somebodys_name(ada: Customer, shopctl: Shopctl) -> None:
    boss = make_user("boss@example.com", role="Manager")

    result = shopctl("customers", "export", "--as", boss.email)

    assert [row["email"] for row in rows_of(result.stdout)] == ["ada@example.com"]
    assert AccountEvent.objects.get(user=boss).facts == {"what": "customers", "count": 1}
    refused = shopctl("customers", "export", "--as", make_user(role="Support").email)
    assert (refused.exit_code, refused.stdout) == (1, "")
