"""Stock changed by a file through the API: plan, look, apply, undo."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from backoffice.sheets.reading import MAX_FILE
from catalog import stock
from catalog.api import planning
from catalog.models import Product, StockImport, StockMovement
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db

BAD_FILES = Path(__file__).parents[2] / "data" / "bad-imports"
READABLE = {"semicolon-bom.csv", "tab-utf16.csv", "windows-1252.csv"}


@pytest.fixture
def warehouse() -> Api:
    return Api(make_user("wanda@example.com", role="Warehouse"))


def upload(
    api: Api,
    content: str | bytes,
    *,
    query: str = "",
    mode: str = "count",
    name: str = "stock.csv",
    **headers: str,
) -> Any:
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return api.client.post(
        f"/api/v1/stock/imports{query}",
        {"file": file, "mode": mode},
        headers=api.headers | {name.replace("_", "-"): value for name, value in headers.items()},
    )


def on_hand(sku: str) -> int:
    return Product.objects.get(sku=sku).on_hand


def test_a_file_is_planned_looked_at_applied_and_undone(warehouse):
    make_product("71053", on_hand=120, name="LANTERN")
    make_product("22423", on_hand=5)

    planned = upload(warehouse, "sku,quantity,shelf\n71053,96,A\n22423,5,B\n", query="?dry_run=true")

    content = planned.json()
    number = content["number"]
    assert planned.status_code == 200
    assert {
        name: content[name]
        for name in ("state", "mode", "file_name", "rows", "changes", "unchanged", "problems")
    } == {
        "state": "planned",
        "mode": "count",
        "file_name": "stock.csv",
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
        "quantity": "96",
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


def test_of_two_files_with_one_key_at_once_the_second_leaves_no_plan(warehouse, monkeypatch):
    make_product("71053", on_hand=120)
    file = "sku,quantity\n71053,5\n"
    first = upload(warehouse, file, mode="receive", Idempotency_Key="k")
    # It looked before the first was there.
    monkeypatch.setattr(planning, "kept_answer", lambda *_of: None)

    second = upload(warehouse, file, mode="receive", Idempotency_Key="k")

    assert second.content == first.content
    assert StockImport.objects.count() == 1


def test_imports_are_listed_newest_first_with_who_made_them(warehouse):
    make_product("71053", on_hand=120)
    counted = upload(warehouse, "sku,quantity\n71053,5\n").json()["number"]
    received = upload(warehouse, "sku,quantity\n71053,5\n", mode="receive").json()["number"]
    planned = upload(warehouse, "sku,quantity\n71053,6\n", query="?dry_run=true").json()["number"]
    warehouse.post(f"stock/imports/{received}/undo")

    listed = warehouse.get("stock/imports").json()
    assert [item["number"] for item in listed["items"]] == [planned, received, counted]
    one = warehouse.get(f"stock/imports/{received}").json()
    summary = {name: value for name, value in one.items() if name not in ("plan", "next")}
    assert listed["items"][1] == summary
    assert (summary["created_by"], summary["applied_by"], summary["undone_by"]) == ("wanda@example.com",) * 3
    assert (listed["items"][0]["applied_by"], listed["items"][0]["undone_at"]) == (None, None)


def test_imports_are_filtered_and_read_in_pages(warehouse, django_assert_num_queries):
    make_product("71053", on_hand=120)
    numbers = []
    for quantity in (5, 6, 7):
        response = upload(warehouse, f"sku,quantity\n71053,{quantity}\n", mode="receive")
        numbers.insert(0, response.json()["number"])
    upload(warehouse, "sku,quantity\n71053,1\n", query="?dry_run=true")

    path = "stock/imports?state=applied&mode=receive&limit=2&count=true&fields=number"
    with django_assert_num_queries(4):
        first = warehouse.get(path).json()
    assert (first["items"], first["count"]) == ([{"number": number} for number in numbers[:2]], 3)
    second = warehouse.get(f"{path}&cursor={first['next']}").json()
    assert (second["items"], second["next"]) == ([{"number": numbers[2]}], None)
    assert [item["mode"] for item in warehouse.get("stock/imports?mode=count").json()["items"]] == ["count"]
    assert warehouse.get("stock/imports?created_after=2999-01-01T00:00:00Z").json()["items"] == []
    oldest = warehouse.get("stock/imports?ordering=number&limit=1&state=applied").json()["items"][0]
    assert oldest["number"] == numbers[2]
    assert_problem(warehouse.get("stock/imports?state=lost"), 422, "validation", "/state")
    assert_problem(warehouse.get("stock/imports?fields=digest"), 422, "validation", "/fields")


def test_who_may_see_imports_and_who_may_make_them():
    make_product("71053", on_hand=120)
    warehouse = Api(make_user(role="Warehouse"))
    number = upload(warehouse, "sku,quantity\n71053,5\n").json()["number"]
    reads = ("stock/imports", f"stock/imports/{number}", f"stock/imports/{number}/rows")
    file = "sku,quantity\n71053,6\n"
    for role, may_read, may_write in (
        ("Manager", True, True),
        ("Warehouse", True, True),
        ("Support", True, False),
        ("Viewer", True, False),
        ("Marketing", True, False),
        (None, False, False),
    ):
        api = Api(make_user(role=role))
        for path in (*reads, f"stock/imports/{number}/rejected.csv"):
            assert (api.get(path).status_code == 200) is may_read, (role, path)
        assert (upload(api, file, query="?dry_run=true").status_code == 200) is may_write, role
        if not may_write:
            assert_problem(upload(api, file), 403, "forbidden")
            assert_problem(api.post(f"stock/imports/{number}/apply"), 403, "forbidden")
            assert_problem(api.post(f"stock/imports/{number}/undo"), 403, "forbidden")
    for path in reads:
        assert_problem(Api().get(path), 401, "not_authenticated")
    assert on_hand("71053") == 5


def test_a_plan_is_looked_at_in_pages(warehouse):
    make_product("71053", on_hand=120)
    file = "sku,quantity\n71053,5\nNOPE,1\nNIX,2\n"
    number = upload(warehouse, file, query="?dry_run=true&limit=1").json()["number"]

    first = warehouse.get(f"stock/imports/{number}?limit=2").json()
    assert [row["sku"] for row in first["plan"]] == ["NOPE", "NIX"]
    second = warehouse.get(f"stock/imports/{number}?limit=2&cursor={first['next']}").json()
    assert ([row["sku"] for row in second["plan"]], second["next"]) == (["71053"], None)
    assert_problem(warehouse.get(f"stock/imports/{number}?cursor=forged"), 422, "invalid_cursor", "/cursor")


def test_a_plan_with_problems_is_applied_without_them_only_when_told_so(warehouse):
    make_product("71053", on_hand=120)
    number = upload(warehouse, "sku,quantity\n71053,5\nNOPE,1\n", query="?dry_run=true").json()["number"]
    apply = f"stock/imports/{number}/apply"

    assert_problem(warehouse.post(apply), 409, "import_has_problems", "/rows/3")
    assert on_hand("71053") == 120
    assert_problem(warehouse.post(apply, {"skip_invalid": "yes"}), 422, "validation", "/skip_invalid")
    applied = warehouse.post(apply, {"skip_invalid": True}).json()
    assert (applied["state"], applied["changes"], applied["problems"]) == ("applied", 1, 1)
    assert on_hand("71053") == 5


def test_what_moved_since_the_plan_is_named_and_stops_it(warehouse):
    make_product("71053", on_hand=120)
    make_product("22423", on_hand=5)
    file = "sku,quantity\n71053,96\n22423,4\n"
    number = upload(warehouse, file, query="?dry_run=true").json()["number"]
    stock.receive("22423", 1, by=CLI)

    refused = assert_problem(warehouse.post(f"stock/imports/{number}/apply"), 409, "plan_changed", "/rows/3")
    assert refused["errors"][0]["sku"] == "22423"
    assert (on_hand("71053"), on_hand("22423")) == (120, 6)
    assert warehouse.get(f"stock/imports/{number}").json()["state"] == "planned"


def test_what_can_no_longer_be_undone_is_named_and_stops_it(warehouse):
    make_product("71053", on_hand=1)
    make_product("22423", on_hand=5)
    file = "sku,quantity\n71053,9\n22423,9\n"
    number = upload(warehouse, file, mode="receive").json()["number"]
    place({"71053": 10})
    undo = f"stock/imports/{number}/undo"

    assert_problem(warehouse.post(undo), 409, "cannot_undo", "/rows/2")
    assert (on_hand("71053"), on_hand("22423")) == (10, 14)
    assert warehouse.post(undo, {"skip_invalid": True}).json()["state"] == "undone"
    assert (on_hand("71053"), on_hand("22423")) == (10, 5)
    assert_problem(warehouse.post(undo), 409, "import_state")


def test_applying_and_undoing_twice_with_one_key_happens_once(warehouse):
    make_product("71053", on_hand=120)
    file = "sku,quantity\n71053,5\n"
    number = upload(warehouse, file, mode="receive", query="?dry_run=true").json()["number"]
    for verb, after in (("apply", 125), ("undo", 120)):
        path = f"stock/imports/{number}/{verb}"
        first = warehouse.post(path, Idempotency_Key=verb)
        assert first.status_code == 200
        assert warehouse.post(path, Idempotency_Key=verb).content == first.content
        assert on_hand("71053") == after


def test_a_file_that_is_too_large_is_refused_by_its_size(warehouse):
    assert_problem(upload(warehouse, b"x" * (MAX_FILE + 1)), 413, "too_large")
    assert not StockImport.objects.exists()


@pytest.mark.parametrize("name", sorted(path.name for path in BAD_FILES.glob("*.*") if path.suffix != ".md"))
@pytest.mark.parametrize("mode", ["count", "receive"])
def test_a_bad_file_is_a_problem_in_words_and_changes_nothing(warehouse, name, mode):
    make_product("71053", on_hand=5)
    make_product("84029E", on_hand=5)
    before = StockMovement.objects.count()

    content = (BAD_FILES / name).read_bytes()
    if name in READABLE:
        plan = upload(warehouse, content, mode=mode, name=name, query="?dry_run=true").json()
        assert (plan["changes"] + plan["unchanged"], plan["problems"]) == (plan["rows"], 0)
    else:
        response = upload(warehouse, content, mode=mode, name=name)
        code = "unreadable_file" if response.status_code == 422 else "import_has_problems"
        problem = assert_problem(response, response.status_code, code)
        assert problem["status"] in (409, 422)
        assert problem["detail"].endswith(".")
    assert (on_hand("71053"), StockMovement.objects.count()) == (5, before)
