"""The `type` of every problem leads to what it means and what to do."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

# They load every door and the middleware, and with them every refusal.
import backoffice.urls
import backoffice.wsgi  # noqa: F401
from backoffice.api.openapi import EXAMPLES
from backoffice.api.problem_pages import known_problems
from backoffice.errors import Refusal
from tests.contract.client import Api
from tests.factories import make_product, make_user

# Its page has the shop's name.
pytestmark = pytest.mark.django_db
CODES = sorted(known_problems())
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def below(refusal: type[Refusal]) -> set[type[Refusal]]:
    return {refusal}.union(*(below(each) for each in refusal.__subclasses__()))


def test_every_refusal_and_every_documented_error_is_known() -> None:
    codes = {each.code for each in below(Refusal)} | {code for code, _, _ in EXAMPLES.values()}
    # Other tests may have loaded what only shopctl refuses.
    assert codes <= set(known_problems())
    assert {"method_not_allowed", "promo_minimum_spend", "promo_already_used", "unavailable"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_each_type_is_told_to_programs_and_to_people(code: str) -> None:
    problem = known_problems()[code]
    path = urlsplit(problem.type).path

    told = Client().get(path).json()
    page = Client().get(path, headers=BROWSER)

    assert told["code"] == code
    assert told["type"] == f"{settings.SHOP_URL}/problems/{code}"
    assert told["title"]
    assert told["meaning"].endswith(".")
    assert told["what_to_do"].endswith(".")
    assert told["statuses"]
    assert all(400 <= status < 600 for status in told["statuses"])
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert f"<code>{code}</code>" in page.content.decode()


@pytest.mark.django_db
def test_the_type_of_a_refusal_leads_to_its_own_page() -> None:
    make_product("A", on_hand=1)
    manager = Api(make_user(role="Manager"))
    refusals = [
        Api().get("orders"),
        manager.get("products/none"),
        manager.get("products?colour=red"),
        manager.send("PUT", "products"),
        manager.post("stock/movements", {"sku": "A", "kind": "adjust", "quantity": -5, "reason": "lost"}),
    ]
    for response in refusals:
        problem = response.json()
        explained = Client().get(urlsplit(problem["type"]).path).json()
        assert explained["code"] == problem["code"]
        assert explained["title"]
        assert problem["status"] in explained["statuses"]


def test_a_code_that_rules_of_two_kinds_share_names_both_statuses() -> None:
    assert known_problems()["unknown_sku"].statuses == (404, 422)
    assert known_problems()["email_not_confirmed"].statuses == (403, 409)


def test_all_problems_are_listed_and_an_unknown_one_is_404() -> None:
    listed = Client().get("/problems/").json()["items"]
    assert [each["code"] for each in listed] == sorted(known_problems())
    assert "What" not in Client().get("/problems/", headers=BROWSER).content.decode()[:20]
    assert Client().get("/problems/no_such_code").status_code == 404


def test_it_costs_no_query_and_may_be_kept(django_assert_num_queries: object) -> None:
    response = Client().get("/problems/stale")
    assert response["Cache-Control"] == "public, max-age=3600"
    assert response["Vary"] == "Accept"
    assert not response.cookies
