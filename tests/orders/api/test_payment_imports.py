"""Payments from a file through the API: plan, look, resolve, apply, undo."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from orders.models import Order, PaymentEntry, PaymentImport
from tests.contract.client import Api
from tests.factories import make_product, make_user, place
from tests.orders.payments.imports.files import file_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders() -> list[Order]:
    make_product("TEA", on_hand=100, price="25.00")
    return [place({"TEA": 2}) for _ in range(2)]


@pytest.fixture
def api() -> Api:
    return Api(make_user(role="Support"))


def send(api: Api, *rows: str, query: str = "") -> Any:
    file = SimpleUploadedFile("bank.csv", file_of(*rows).encode())
    return api.client.post(f"/api/v1/payment-imports{query}", {"file": file}, headers=api.headers)


def test_a_file_is_planned_resolved_applied_and_undone(api: Api, orders: list[Order]) -> None:
    first, second = (order.number for order in orders)
    planned = send(
        api, f"50.00;{first};Ada;T1", "20.00;thanks;Ben;T2", f"9.00;{first};Cy;T3", query="?dry_run=true"
    )
    assert planned.status_code == 200, planned.content
    told = planned.json()
    assert (told["state"], told["changes"], told["differing"], told["unmatched"]) == ("planned", 1, 1, 1)
    assert [row["outcome"] for row in told["plan"]] == ["settles", "none", "differs"]
    assert told["plan"][0]["order"] == first
    assert (told["plan"][0]["amount"], told["plan"][0]["due"]) == ("50.00", "50.00")

    number = told["number"]
    given = api.post(f"payment-imports/{number}/rows/3/order", {"order": second})
    assert (given.status_code, given.json()["outcome"]) == (200, "differs")

    applied = api.post(f"payment-imports/{number}/apply", {"accept": [3]})
    assert applied.status_code == 200, applied.content
    assert (applied.json()["state"], applied.json()["changes"], applied.json()["differing"]) == (
        "applied",
        2,
        1,
    )
    assert list(PaymentEntry.objects.order_by("pk").values_list("order__number", "reference")) == [
        (first, "T1"),
        (second, "T2"),
    ]
    rows = api.get(f"payment-imports/{number}/rows?outcome=settles").json()["items"]
    assert [row["entry"] for row in rows] == [PaymentEntry.objects.get(reference="T1").pk]
    rejected = api.get(f"payment-imports/{number}/rejected.csv")
    assert "It differs from what is due." in rejected.content.decode()

    assert api.post(f"payment-imports/{number}/undo", {}).json()["state"] == "undone"
    assert PaymentEntry.objects.filter(kind="reversal").count() == 2
    assert [each["number"] for each in api.get("payment-imports?state=undone").json()["items"]] == [number]


def test_without_a_dry_run_it_is_applied_at_once_and_once_per_key(api: Api, orders: list[Order]) -> None:
    answer = send(api, f"50.00;{orders[0].number};Ada;T1", f"9.00;{orders[1].number};Ben;T2")
    assert (answer.status_code, answer.json()["state"]) == (201, "applied")
    assert PaymentEntry.objects.count() == 1

    answer = send(api, f"9.00;{orders[1].number};Ben;T2", query="?accept_differences=true")
    assert (answer.status_code, answer.json()["changes"]) == (201, 1)


def test_a_file_that_cannot_be_read_leaves_no_plan(api: Api) -> None:
    file = SimpleUploadedFile("bank.csv", b"name,town\nAda,Berlin\n")
    answer = api.client.post("/api/v1/payment-imports", {"file": file}, headers=api.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_file")
    assert not PaymentImport.objects.exists()


def test_whoever_may_not_see_payments_sees_no_import(api: Api, orders: list[Order]) -> None:
    number = send(api, f"50.00;{orders[0].number};Ada;T1").json()["number"]
    for role in ("Warehouse", "Marketing", "Viewer"):
        other = Api(make_user(role=role))
        assert other.get(f"payment-imports/{number}").status_code == 403
        assert send(other, f"50.00;{orders[0].number};Ada;T1").status_code == 403
        assert other.post(f"payment-imports/{number}/undo", {}).status_code == 403
