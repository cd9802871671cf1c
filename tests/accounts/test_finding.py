"""Which people a search finds, also by letters that a database would not fold."""

from unicodedata import normalize

import pytest
from django.test import Client

from accounts.finding import customers_matching, users_matching
from accounts.models import Customer, User
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
    matching = customers_matching(Customer.objects.order_by("email"), term)
    listed = manager.get("/admin/accounts/customer/", {"q": term}).context["cl"].result_list

    assert [each.email for each in matching] == found
    assert sorted(each.email for each in listed) == found


def test_users_are_found_alike_in_the_list_and_at_the_api(sign_in: SignIn) -> None:
    make_user("ozgur@example.com", role="Support", name="Özgür Şahin")
    client, caller = sign_in("superuser"), Api(make_user(is_superuser=True))

    for term in ("ÖZGÜR", "şahin özgür", "OZGUR@"):
        listed = client.get("/admin/accounts/user/", {"q": term}).context["cl"].result_list
        assert [each.email for each in users_matching(User.objects.all(), term)] == ["ozgur@example.com"]
        assert [each.email for each in listed] == ["ozgur@example.com"]
        told = caller.get(f"users?q={term.replace(' ', '+')}").json()["items"]
        assert [each["email"] for each in told] == ["ozgur@example.com"]
