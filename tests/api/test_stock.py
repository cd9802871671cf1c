from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import Product, StockImport, StockMovement
from tests.api.client import Api, assert_problem
from tests.factories import make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def warehouse() -> Api:
    return Api(make_user("wanda@example.com", role="Warehouse"))


def upload(api: Api, content: str, *, query: str = "", mode: str = "count", **headers: str) -> Any:
    return api.client.post(
        f"/api/v1/stock/imports{query}",
        {"file": SimpleUploadedFile("stock.csv", content.encode()), "mode": mode},
        headers=api.headers | {name.replace("_", "-"): value for name, value in headers.items()},
    )


def on_hand(sku: str) -> int:
    return Product.objects.get(sku=sku).on_hand


def test_stock_is_received_adjusted_and_counted(warehouse):
    make_product("71053", on_hand=120)

    received = warehouse.post("stock/movements", {"sku": "71053", "kind": "receive", "quantity": 10})
    adjusted = warehouse.post(
        "stock/movements",
        {"sku": "71053", "kind": "adjust", "quantity": -4, "reason": "damaged", "note": "Wet"},
    )
    counted = warehouse.post(
        "stock/movements", {"sku": "71053", "kind": "count", "quantity": 100, "expected": 126}
    )

    assert received.status_code == 201
    movement = StockMovement.objects.get(pk=received.json()["id"])
    assert received.json() == {
        "id": movement.pk,
        "sku": "71053",
        "kind": "receive",
        "on_hand_delta": 10,
        "reserved_delta": 0,
        "on_hand_after": 130,
        "reserved_after": 0,
        "reason": "",
        "note": "",
        "reference": "",
        "actor": "wanda@example.com",
        "source": "api",
        "at": movement.at.isoformat().replace("+00:00", "Z"),
    }
    assert (adjusted.json()["on_hand_after"], adjusted.json()["reason"]) == (126, "damaged")
    assert (counted.json()["on_hand_delta"], on_hand("71053")) == (-26, 100)


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"sku": "NOPE"}, 404, "unknown_sku", None),
        ({"kind": "steal"}, 422, "validation", "/kind"),
        ({"quantity": 0}, 422, "validation", "/quantity"),
        ({"quantity": -1}, 422, "validation", "/quantity"),
        ({"quantity": 10**12}, 422, "validation", "/quantity"),
        ({"quantity": 2_000_000_000}, 422, "validation", "/quantity"),
        ({"quantity": "10"}, 422, "validation", "/quantity"),
        ({"kind": "adjust", "quantity": 5}, 422, "validation", "/reason"),
        ({"kind": "adjust", "quantity": 5, "reason": "theft"}, 422, "validation", "/reason"),
        ({"kind": "adjust", "quantity": -9, "reason": "lost"}, 409, "below_reserved", "/quantity"),
        ({"kind": "count", "quantity": 2}, 409, "below_reserved", "/quantity"),
        ({"kind": "count", "quantity": 9, "expected": 11}, 412, "stale", None),
        ({"expected": 9}, 422, "validation", "/expected"),
        ({"on_hand": 10}, 422, "validation", "/on_hand"),
        ({"note": "\x00"}, 422, "validation", "/note"),
    ],
)
def test_a_faulty_movement_is_refused_and_moves_nothing(warehouse, change, status, code, pointer):
    make_product("71053", on_hand=10)
    place({"71053": 3})
    movements = StockMovement.objects.count()

    response = warehouse.post("stock/movements", {"sku": "71053", "kind": "receive", "quantity": 1} | change)

    assert_problem(response, status, code, *([pointer] if pointer else []))
    assert (StockMovement.objects.count(), on_hand("71053")) == (movements, 10)


def test_the_ledger_of_a_product_is_read_newest_first(warehouse):
    make_product("71053", on_hand=10)
    order = place({"71053": 3})

    items = warehouse.get("products/71053/movements").json()["items"]

    assert [(item["kind"], item["reference"], item["reserved_delta"], item["actor"]) for item in items] == [
        ("reserve", order.number, 3, "System"),
        ("receive", "", 0, "System"),
    ]
    assert [
        item["kind"] for item in warehouse.get("products/71053/movements?kind=receive").json()["items"]
    ] == ["receive"]
    assert_problem(warehouse.get("products/NOPE/movements"), 404, "unknown_sku")


def test_customers_and_support_move_no_stock():
    make_product("71053", on_hand=10)
    body = {"sku": "71053", "kind": "receive", "quantity": 1}

    for user in (make_user(), make_user(role="Support")):
        assert_problem(Api(user).post("stock/movements", body), 403, "forbidden")
        assert_problem(upload(Api(user), "sku,quantity\n71053,3\n"), 403, "forbidden")
    assert_problem(Api(make_user()).get("products/71053/movements"), 403, "forbidden")
    assert on_hand("71053") == 10


def test_a_file_is_planned_looked_at_applied_and_undone(warehouse):
    make_product("71053", on_hand=120, name="LANTERN")
    make_product("22423", on_hand=5)

    planned = upload(warehouse, "sku,quantity,shelf\n71053,96,A\n22423,5,B\n", query="?dry_run=true")

    content = planned.json()
    number = content["number"]
    assert planned.status_code == 200
    assert {
        name: content[name] for name in ("state", "mode", "file", "rows", "changes", "unchanged", "problems")
    } == {
        "state": "planned",
        "mode": "count",
        "file": "stock.csv",
        "rows": 2,
        "changes": 1,
        "unchanged": 1,
        "problems": 0,
    }
    assert content["ignored_columns"] == ["shelf"]
    assert content["plan"][0] == {
        "row": 2,
        "sku": "71053",
        "name": "LANTERN",
        "now": 120,
        "after": 96,
        "change": -24,
        "problem": None,
        "problem_code": None,
    }
    assert on_hand("71053") == 120

    assert warehouse.post(f"stock/imports/{number}/apply").json()["state"] == "applied"
    assert on_hand("71053") == 96
    assert_problem(warehouse.post(f"stock/imports/{number}/apply"), 409, "import_state")
    assert warehouse.post(f"stock/imports/{number}/undo", b"").json()["state"] == "undone"
    assert on_hand("71053") == 120
    assert warehouse.get(f"stock/imports/{number}?fields=state,rows").json() == {"state": "undone", "rows": 2}


def test_a_file_is_planned_and_applied_in_one_go(warehouse):
    make_product("71053", on_hand=120)

    response = upload(warehouse, "sku,quantity\n71053,5\n", mode="receive")

    assert response.status_code == 201
    assert response["Location"] == f"/api/v1/stock/imports/{response.json()['number']}"
    assert on_hand("71053") == 125
    again = upload(warehouse, "sku,quantity\n71053,5\n", mode="receive")
    assert_problem(again, 409, "already_imported")
    assert (
        upload(warehouse, "sku,quantity\n71053,5\n", query="?again=true", mode="receive").status_code == 201
    )
    assert on_hand("71053") == 130


def test_rows_with_problems_come_first_and_refuse_the_whole_file(warehouse):
    make_product("71053", on_hand=120)
    file = "sku,quantity\n71053,5\nNOPE,1\n=NO,2\n"

    refused = upload(warehouse, file)

    content = assert_problem(refused, 409, "import_has_problems", "/rows/3", "/rows/4")
    assert content["errors"][0]["code"] == "unknown_sku"
    assert (on_hand("71053"), StockImport.objects.count()) == (120, 0)

    applied = upload(warehouse, file, query="?skip_invalid=true&limit=2").json()
    assert (applied["problems"], [row["sku"] for row in applied["plan"]]) == (2, ["NOPE", "=NO"])
    more = warehouse.get(f"stock/imports/{applied['number']}/rows?limit=2&cursor={applied['next']}").json()
    assert [row["sku"] for row in more["items"]] == ["71053"]
    only = warehouse.get(f"stock/imports/{applied['number']}/rows?problems=true&count=true&fields=row").json()
    assert (only["items"], only["count"]) == ([{"row": 3}, {"row": 4}], 2)
    rejected = warehouse.get(f"stock/imports/{applied['number']}/rejected.csv")
    assert rejected["Content-Type"] == "text/csv; charset=utf-8"
    assert "'=NO" in rejected.content.decode()


def test_what_is_applied_is_what_was_planned(warehouse):
    make_product("71053", on_hand=120)
    number = upload(warehouse, "sku,quantity\n71053,96\n", query="?dry_run=true").json()["number"]
    warehouse.post("stock/movements", {"sku": "71053", "kind": "receive", "quantity": 1})

    assert_problem(warehouse.post(f"stock/imports/{number}/apply"), 409, "plan_changed")
    assert on_hand("71053") == 121


def test_an_import_that_does_not_exist_is_not_found(warehouse):
    for number in (1, 10**30):
        assert_problem(warehouse.get(f"stock/imports/{number}"), 404, "unknown_import")
        assert_problem(warehouse.post(f"stock/imports/{number}/apply"), 404, "unknown_import")


def test_a_file_that_cannot_be_read_is_refused(warehouse):
    assert_problem(upload(warehouse, ""), 422, "unreadable_file")
    assert_problem(upload(warehouse, "sku,quantity\n", mode="guess"), 422, "validation", "/mode")
    missing = warehouse.client.post("/api/v1/stock/imports", {"mode": "count"}, headers=warehouse.headers)
    assert_problem(missing, 422, "validation", "/file")
    more = warehouse.client.post(
        "/api/v1/stock/imports",
        {"file": SimpleUploadedFile("a.csv", b"sku,quantity\n"), "mode": "count", "colour": "red"},
        headers=warehouse.headers,
    )
    assert_problem(more, 422, "validation", "/colour")
    assert not StockImport.objects.exists()


def test_a_file_that_is_sent_twice_with_one_key_is_imported_once(warehouse):
    make_product("71053", on_hand=120)
    file = "sku,quantity\n71053,5\n"

    first = upload(warehouse, file, mode="receive", Idempotency_Key="k")
    second = upload(warehouse, file, mode="receive", Idempotency_Key="k")

    assert first.content == second.content
    assert on_hand("71053") == 125
    other = upload(warehouse, file + "X,1\n", mode="receive", Idempotency_Key="k")
    assert_problem(other, 422, "idempotency_mismatch")
