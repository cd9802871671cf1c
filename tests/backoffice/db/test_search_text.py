"""Which people a search finds, also by letters that a database would not fold."""

import ast
from pathlib import Path
from unicodedata import normalize

import pytest
from django.test import Client

from accounts.actors import Actor
from accounts.models import Customer, Source, User
from accounts.people import edit_user
from backoffice.db.search_text import people_matching
from backoffice.db.search_words import search_text
from tests.admin_fixtures import SignIn
from tests.contract.client import Api
from tests.factories import make_customer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def _customers() -> None:
    make_customer("theo@example.com", name="Theo Jansen")
    jürgen = make_customer("j.mueller@example.org", name="Jürgen Müller")
    jürgen.phone = "+49 221 123-4567"
    jürgen.save(update_fields=["phone"])
    make_customer("percent@example.com", name="100%_sure")


@pytest.mark.usefixtures("_customers")
@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("JÜRGEN", ["j.mueller@example.org"]),
        ("müller jürgen", ["j.mueller@example.org"]),
        (normalize("NFD", "Jürgen"), ["j.mueller@example.org"]),
        ("Müller, J", ["j.mueller@example.org"]),
        ("0221 1234567", ["j.mueller@example.org"]),
        ("0049 221 123 45 67", ["j.mueller@example.org"]),
        ("EXAMPLE.COM", ["percent@example.com", "theo@example.com"]),
        ("theo@", ["theo@example.com"]),
        ("%", ["percent@example.com"]),
        ("_", ["percent@example.com"]),
        ("theo müller", []),
        ("   ", ["j.mueller@example.org", "percent@example.com", "theo@example.com"]),
    ],
)
def test_customers_are_found_alike_in_the_list_and_by_the_use_case(
    term: str, found: list[str], manager: Client
) -> None:
    matching = people_matching(Customer.objects.order_by("email"), term)
    listed = manager.get("/admin/accounts/customer/", {"q": term}).context["cl"].result_list

    assert [each.email for each in matching] == found
    assert sorted(each.email for each in listed) == found


def test_users_are_found_alike_in_the_list_and_at_the_api(sign_in: SignIn) -> None:
    make_user("ozgur@example.com", role="Support", name="Özgür Şahin")
    client, caller = sign_in("superuser"), Api(make_user(is_superuser=True))

    for term in ("ÖZGÜR", "şahin özgür", "OZGUR@"):
        listed = client.get("/admin/accounts/user/", {"q": term}).context["cl"].result_list
        assert [each.email for each in people_matching(User.objects.all(), term)] == ["ozgur@example.com"]
        assert [each.email for each in listed] == ["ozgur@example.com"]
        told = caller.get(f"users?q={term.replace(' ', '+')}").json()["items"]
        assert [each["email"] for each in told] == ["ozgur@example.com"]


def test_no_bulk_write_leaves_a_search_text_behind() -> None:
    """`save` makes it anew; `update`, which calls no field, must name it beside what it is made of."""
    sources = {"email", "name", "phone", "sku", "ship_name", "ship_city", "ship_postcode", "ship_phone"}
    forgotten = [
        f"{path}:{call.lineno}"
        for app in ("accounts", "catalog", "orders", "cli")
        for path in Path(app).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "update"
        for named in [{keyword.arg for keyword in call.keywords}]
        if named & sources and "search_text" not in named
    ]
    assert forgotten == []


def test_a_search_text_follows_whatever_columns_are_saved() -> None:
    customer = make_customer("theo@example.com", name="Theo")
    customer.name, customer.note = "JÜRGEN", "Rings twice"

    customer.save(update_fields=["note"])
    assert not people_matching(Customer.objects.all(), "jürgen").exists()
    customer.save(update_fields=["name"])
    assert people_matching(Customer.objects.all(), "jürgen").exists()
    assert not people_matching(Customer.objects.all(), "theo jansen").exists()


def test_an_account_is_found_by_the_name_it_was_given_last() -> None:
    user = make_user("ozgur@example.com", role="Support", name="Özgür")
    edit_user(user, name=" Şahin ", by=Actor(make_user(is_superuser=True), Source.CLI))

    assert people_matching(User.objects.all(), "ŞAHIN").get() == user
    assert not people_matching(User.objects.all(), "özgür").exists()


def test_the_longest_texts_fit_into_the_index() -> None:
    """One ligature stands for 18 letters of two bytes; PostgreSQL's index holds 2,700 bytes of a row."""
    name = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 120
    assert len(search_text([name, name], phones=["+49 221 1234567"]).encode()) < 2_700
