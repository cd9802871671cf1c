"""Over the API: a plan, the erasure of just that, and its answer, which names nobody."""

import pytest

from accounts.models import Customer
from backoffice.models import IdempotencyRecord
from tests.contract.client import Api, assert_problem
from tests.factories import make_customer, make_user

pytestmark = pytest.mark.django_db


def test_a_plan_is_carried_out_once_and_the_answer_names_nobody() -> None:
    api, theo = Api(make_user(role="Manager")), make_customer("theo@example.com", name="Theo")
    path = f"customers/{theo.pk}/erase"
    plan = api.post(f"{path}/plan").json()
    assert (plan["customer"]["email"], plan["problems"]) == ("theo@example.com", [])
    assert {room["what"] for room in plan["rooms"]} >= {"customer", "orders", "mails", "account"}

    body = {"confirm": "theo@example.com", "digest": plan["digest"]}
    assert_problem(api.post(path, {**body, "confirm": "t@example.com"}), 422, "validation", "/confirm")
    assert_problem(api.post(path, {**body, "digest": "another"}), 412, "stale")
    done = api.post(path, body, Idempotency_Key="once")
    assert (done.status_code, done.json()["customer"]) == (200, theo.pk)
    assert b"theo" not in bytes(IdempotencyRecord.objects.get().body).lower()
    assert Customer.objects.get().erased_at is not None
    assert api.post(path, body, Idempotency_Key="once").json() == done.json()
    told = api.get(f"customers/{theo.pk}").json()
    assert (told["name"], told["email"]) == ("", f"customer-{theo.pk}@erased.invalid")
    assert api.get("customers").json()["items"] == []
