"""Customers at the API: found, edited, merged and parted again by those who may."""

import pytest

from accounts.models import Customer
from orders.models import CustomerEvent
from tests.contract.client import Api, assert_problem
from tests.factories import make_customer, make_product, make_shopper, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Api:
    return Api(make_user(role="Manager"))


def found(api: Api, query: str) -> list[str]:
    return [each["email"] for each in api.get(f"customers?{query}").json()["items"]]


def test_a_list_is_narrowed_by_words_and_accounts_and_sorted(manager: Api) -> None:
    make_customer("theo@straße.de", name="Theo Jansen")
    make_customer("lena@example.com", name="Lena Brandt")
    make_shopper("max@example.com")

    assert found(manager, "q=jansen theo") == found(manager, "q=theo@straße.de") == ["theo@xn--strae-oqa.de"]
    assert found(manager, "has_account=true") == ["max@example.com"]
    assert found(manager, "ordering=email&limit=2") == ["lena@example.com", "max@example.com"]
    make_product("A", on_hand=1)
    place({"A": 1}, customer=Customer.objects.get(email="lena@example.com"))
    assert found(manager, "ordering=-orders")[0] == "lena@example.com"


def test_a_list_takes_the_same_statements_for_one_and_for_three(
    manager: Api, django_assert_num_queries: object
) -> None:
    counts = []
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(2):
        make_customer()
        make_customer()
        with CaptureQueriesContext(connection) as queries:
            manager.get("customers")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_they_spent_is_for_those_who_see_revenue(manager: Api) -> None:
    make_product("A", on_hand=1, price="10.00")
    customer = place({"A": 1}).customer_id

    assert manager.get(f"customers/{customer}").json()["spent"] == "10.00"
    assert Api(make_user(role="Support")).get(f"customers/{customer}").json()["spent"] is None


def test_a_change_keeps_what_was_there(manager: Api) -> None:
    lena = make_customer("lena@example.com", name="Lena")

    answer = manager.send("PATCH", f"customers/{lena.pk}", {"name": "Lena Brandt"})

    assert answer.json()["name"] == "Lena Brandt"
    assert CustomerEvent.objects.get().facts == {"changes": {"name": ["Lena", "Lena Brandt"]}}
    assert manager.send("PATCH", f"customers/{lena.pk}", {"email": "x@example.com"}).status_code == 422


def test_two_are_merged_and_parted_again(manager: Api) -> None:
    make_product("A", on_hand=1)
    kept, gone = make_customer("theo@example.com"), make_customer("theo@exmaple.com")
    order = place({"A": 1}, customer=gone)
    body = {"customer": gone.pk}

    plan = manager.post(f"customers/{kept.pk}/merges/plan", body).json()
    assert (plan["orders"], plan["problems"]) == ([order.number], [])
    merged = manager.post(f"customers/{kept.pk}/merges", body | {"digest": plan["digest"]})
    assert (merged.status_code, merged.json()["orders"], merged.json()["undone_at"]) == (201, 1, None)
    assert found(manager, "q=theo@exmaple.com") == ["theo@example.com"]
    assert manager.get(f"customers/{gone.pk}").json()["merged_into"] == kept.pk

    path = f"customers/{kept.pk}/merges/{merged.json()['id']}/undo"
    assert manager.post(path).json()["undone_at"] is not None
    order.refresh_from_db()
    assert order.customer == gone
    assert_problem(manager.post(path), 409, "merge_followed")


def test_what_cannot_be_merged_says_why(manager: Api) -> None:
    kept, gone = make_shopper("a@example.com").customer, make_shopper("b@example.com").customer
    path = f"customers/{kept.pk}/merges"

    problem = assert_problem(manager.post(path, {"customer": gone.pk}), 409, "cannot_merge")
    assert [each["code"] for each in problem["errors"]] == ["two_accounts"]
    assert_problem(manager.post(path, {"customer": 2**62}), 404, "not_found")
    assert_problem(manager.post(f"customers/{2**62}/merges", {"customer": gone.pk}), 404, "not_found")
    stale = manager.post(path, {"customer": make_customer().pk, "digest": "0" * 16})
    assert_problem(stale, 412, "stale")


def test_a_merge_of_others_is_not_undone_by_way_of_a_third(manager: Api) -> None:
    kept, gone, third = make_customer(), make_customer(), make_customer()
    merge = manager.post(f"customers/{kept.pk}/merges", {"customer": gone.pk}).json()["id"]
    assert_problem(manager.post(f"customers/{third.pk}/merges/{merge}/undo"), 404, "not_found")
