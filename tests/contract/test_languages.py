"""Every door takes a language that there is, keeps it where it belongs, and refuses any other alike."""

import json

import pytest

from accounts.models import Customer, User
from orders.models import CustomerEvent, Order
from tests.cli_fixtures import Answers, Shopctl
from tests.contract.client import Api
from tests.factories import make_customer, make_product, make_shopper, make_user

pytestmark = pytest.mark.django_db
UNKNOWN = "'xx' is not a language of this shop. There are: en-gb, de."
ADDRESS = {"name": "Ann", "line1": "Seeweg 1", "city": "Köln", "country": "DE"}


def test_a_customer_chooses_for_themselves_and_for_one_order() -> None:
    make_product("TEA-01", on_hand=9)
    api = Api(make_shopper("ada@example.com"))
    basket = {"lines": [{"sku": "TEA-01", "quantity": 1}], "shipping_address": ADDRESS}

    assert api.patch("users/me", {"language": "DE"}).json()["language"] == "de"
    placed = api.post("orders", basket | {"language": "en"}).json()
    assert placed["language"] == Order.objects.get().language == "en-gb"
    assert Customer.objects.get().language_spoken == "de"
    assert api.patch("users/me", {"language": "xx"}).json()["errors"][0]["detail"] == UNKNOWN
    refused = api.post("orders", basket | {"language": "xx"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/language")
    assert Order.objects.count() == 1
    assert User.objects.get().language == "de"


def test_a_newcomer_says_it_when_registering() -> None:
    newcomer = {"email": "eva@example.com", "password": "a long and good phrase"}
    assert Api().post("users", newcomer | {"language": "xx"}).status_code == 422
    assert not User.objects.exists()
    assert Api().post("users", newcomer | {"language": "de"}).status_code == 202
    assert User.objects.get().language == "de"


def test_staff_set_it_for_a_customer_with_old_and_new_value_in_the_history() -> None:
    ann = make_customer("ann@example.com")
    api = Api(make_user(role="Manager"))

    answer = api.patch(f"customers/{ann.pk}", {"language": "de"})

    assert answer.json()["language"] == "de"
    assert CustomerEvent.objects.get().facts == {"changes": {"language": ["", "de"]}}
    assert api.get(f"customers/{ann.pk}").json()["language"] == "de"


def test_shopctl_sets_it_too(answers: Answers, shopctl: Shopctl) -> None:
    make_product("TEA-01", on_hand=9)
    make_customer("ann@example.com")
    order = {
        "email": "ann@example.com",
        "lines": [{"sku": "TEA-01", "quantity": 1}],
        "shipping_address": ADDRESS,
        "language": "en-gb",
    }

    assert answers("customers", "edit", "ann@example.com", "--language", "de")["language"] == "de"
    assert answers("orders", "place", "-", stdin=json.dumps(order))["language"] == "en-gb"
    refused = shopctl("customers", "edit", "ann@example.com", "--language", "xx")
    assert refused.exit_code == 1
    assert UNKNOWN in refused.stderr
