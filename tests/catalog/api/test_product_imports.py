"""Product imports over the API: planned, looked at, applied as they were seen, undone; once per key."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import Product, ProductImport
from catalog.product_files import plan
from catalog.products import edit_product
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_product, make_user

pytestmark = pytest.mark.django_db

GOOD = "sku,name,price\nTEA-01,Green tea,4.10\nNEW,Mug,2.00\nMUG,Mug,3.39\n"
MIXED = GOOD + "BAD,Cup,free\n"


@pytest.fixture
def manager() -> Api:
    make_product("TEA-01", name="Green tea")
    make_product("MUG", name="Mug")
    return Api(make_user("manager@example.com", role="Manager"))


def sent(api: Api, content: str, *, query: str = "", **options: Any) -> Any:
    file = SimpleUploadedFile("prices.csv", content.encode())
    return api.client.post(
        f"/api/v1/products/imports{query}", {"file": file}, headers={**api.headers, **options}
    )


def prices() -> dict[str, str]:
    return {sku: str(price) for sku, price in Product.objects.values_list("sku", "price")}


def test_a_file_is_imported_at_once_and_told_row_by_row(manager: Api) -> None:
    answer = sent(manager, GOOD)

    told = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/products/imports/{told['number']}"
    assert {name: told[name] for name in ("state", "file_name", "rows", "new", "changed", "unchanged")} == {
        "state": "applied",
        "file_name": "prices.csv",
        "rows": 3,
        "new": 1,
        "changed": 1,
        "unchanged": 1,
    }
    assert (told["created_by"], told["applied_by"], told["source"]) == (
        "manager@example.com",
        "manager@example.com",
        "api",
    )
    assert told["plan"][0] == {
        "row": 2,
        "sku": "TEA-01",
        "outcome": "change",
        "changes": {"price": {"from": "3.39", "to": "4.10"}},
        "problem": None,
        "problem_code": None,
    }
    assert prices() == {"TEA-01": "4.10", "MUG": "3.39", "NEW": "2.00"}


def test_a_dry_run_only_plans_and_the_plan_is_applied_and_undone_by_its_number(manager: Api) -> None:
    planned = sent(manager, GOOD, query="?dry_run=true").json()
    assert (planned["state"], prices()["TEA-01"]) == ("planned", "3.39")

    applied = manager.post(f"products/imports/{planned['number']}/apply", {}).json()
    assert (applied["state"], prices()["TEA-01"]) == ("applied", "4.10")

    undone = manager.post(f"products/imports/{planned['number']}/undo", {}).json()
    assert (undone["state"], undone["undone_by"]) == ("undone", "manager@example.com")
    assert prices()["TEA-01"] == "3.39"
    assert not Product.objects.get(sku="NEW").is_active


def test_one_bad_row_keeps_the_file_out_and_leaves_no_plan(manager: Api) -> None:
    refused = sent(manager, MIXED)

    assert (refused.status_code, refused.json()["code"]) == (409, "import_has_problems")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/rows/5"]
    assert "row 5" in refused.json()["errors"][0]["detail"].lower()
    assert (ProductImport.objects.count(), prices()["TEA-01"]) == (0, "3.39")


def test_the_good_rows_alone_are_imported_when_asked_for_and_the_others_handed_back(manager: Api) -> None:
    number = sent(manager, MIXED, query="?skip_invalid=true").json()["number"]

    assert prices()["TEA-01"] == "4.10"
    rejected = manager.get(f"products/imports/{number}/rejected.csv")
    assert rejected["Content-Type"] == "text/csv; charset=utf-8"
    assert rejected.content.decode().splitlines()[0] == "sku,name,price,row,problem"
    assert rejected.content.decode().splitlines()[1].startswith("BAD,Cup,free,5,")
    problems = manager.get(f"products/imports/{number}/rows?problems=true").json()["items"]
    assert [(row["row"], row["problem_code"]) for row in problems] == [(5, "not_a_number")]


def test_an_import_that_is_not_there_has_no_rows(manager: Api) -> None:
    for path in ("", "/rows", "/rejected.csv"):
        missing = manager.get(f"products/imports/4711{path}")
        assert (missing.status_code, missing.json()["code"]) == (404, "unknown_import")


def test_a_price_that_was_changed_meanwhile_is_refused_by_name(manager: Api) -> None:
    planned = sent(manager, GOOD, query="?dry_run=true").json()
    edit_product("TEA-01", by=CLI, changes={"price": Decimal("5.00")})

    refused = manager.post(f"products/imports/{planned['number']}/apply", {})

    assert (refused.status_code, refused.json()["code"]) == (409, "plan_changed")
    assert refused.json()["errors"][0]["detail"] == (
        "Row 2 (TEA-01): price 5.00 → 4.10 now; you saw: price 3.39 → 4.10."
    )
    assert prices()["TEA-01"] == "5.00"


def test_what_was_changed_since_cannot_be_undone_but_the_rest_can(manager: Api) -> None:
    number = sent(manager, "sku,price\nTEA-01,4.10\nMUG,4.20\n").json()["number"]
    edit_product("MUG", by=CLI, changes={"price": Decimal("5.00")})

    refused = manager.post(f"products/imports/{number}/undo", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_undo")
    assert refused.json()["errors"][0]["sku"] == "MUG"
    assert prices() == {"TEA-01": "4.10", "MUG": "5.00"}

    undone = manager.post(f"products/imports/{number}/undo", {"skip_invalid": True}).json()
    assert prices() == {"TEA-01": "3.39", "MUG": "5.00"}
    assert [(row["sku"], row["problem_code"]) for row in undone["plan"]] == [
        ("MUG", "not_undone"),
        ("TEA-01", None),
    ]


def test_the_same_key_imports_once(manager: Api) -> None:
    first = sent(manager, GOOD, **{"Idempotency-Key": "one"})
    again = sent(manager, GOOD, **{"Idempotency-Key": "one"})

    assert first.json() == again.json()
    assert ProductImport.objects.count() == 1
    other = sent(manager, MIXED, **{"Idempotency-Key": "one"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


def test_imports_are_listed_the_newest_first_and_narrowed_by_state(manager: Api) -> None:
    applied = sent(manager, GOOD).json()["number"]
    planned = sent(manager, MIXED, query="?dry_run=true").json()["number"]

    assert [each["number"] for each in manager.get("products/imports").json()["items"]] == [planned, applied]
    only = manager.get("products/imports?state=applied&fields=number,file_name").json()["items"]
    assert only == [{"number": applied, "file_name": "prices.csv"}]


def test_a_long_plan_is_read_page_by_page(manager: Api) -> None:
    rows = "".join(f"P-{number:03},Tea,1.00\n" for number in range(50))
    number = sent(manager, f"sku,name,price\n{rows}", query="?dry_run=true").json()["number"]

    found: list[str] = []
    path: str | None = f"products/imports/{number}/rows?limit=20"
    while path:
        page = manager.get(path).json()
        found += [row["sku"] for row in page["items"]]
        path = page["next"] and f"products/imports/{number}/rows?limit=20&cursor={page['next']}"
    assert found == [f"P-{number:03}" for number in range(50)]


def test_who_may_see_imports_and_who_may_make_them(manager: Api) -> None:
    number = sent(manager, GOOD).json()["number"]
    viewer = Api(make_user(role="Viewer"))

    assert viewer.get(f"products/imports/{number}").status_code == 200
    assert sent(viewer, GOOD).status_code == 403
    for deed in ("apply", "undo"):
        assert viewer.post(f"products/imports/{number}/{deed}", {}).status_code == 403


def test_more_rows_than_a_request_may_bring_are_refused(
    manager: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan.refuse_too_many, "__kwdefaults__", {"most": 2})

    refused = sent(manager, GOOD)

    assert refused.status_code == 422
    assert "at most 2 are taken here at a time" in refused.json()["detail"]


def test_no_product_takes_the_address_of_the_imports(manager: Api) -> None:
    for sku in ("imports", "IMPORTS"):
        refused = manager.post("products", {"sku": sku, "name": "Crate", "price": "1.00"})
        assert (refused.status_code, refused.json()["code"]) == (422, "validation")
    told = sent(manager, "sku,name,price\nImports,Crate,1.00\n").json()["errors"][0]["detail"]
    assert told.startswith("Row 2 (Imports): sku: “imports” alone cannot be a SKU")


def test_what_a_file_says_of_costs_is_told_to_whoever_may_edit_products_alone(manager: Api) -> None:
    make_product("A")
    file = "sku,name,cost\nA,Tea,1.23\nB,Cup,-1\n"
    number = sent(manager, file, query="?dry_run=true").json()["number"]
    path = f"products/imports/{number}"
    viewer = Api(make_user(role="Viewer"))

    def changes(reader: Api, where: str, name: str) -> Any:
        return [row["changes"] for row in reader.get(f"{path}{where}").json()[name] if row["changes"]]

    for where, name in (("", "plan"), ("/rows", "items")):
        assert changes(manager, where, name)[0]["cost"] == {"from": None, "to": "1.23"}
        assert list(changes(viewer, where, name)[0]) == ["name"]
    assert b"-1" in manager.get(f"{path}/rejected.csv").content
    assert_problem(viewer.get(f"{path}/rejected.csv"), 403, "forbidden")


@pytest.mark.parametrize("file", ["sku,name,price\nA,Tea,3.00\nB,Cup,3.00\n", "sku,cost\nB,1.11\nC,1.11\n"])
def test_what_could_not_be_undone_of_costs_is_told_to_whoever_may_edit_products_alone(
    manager: Api, file: str
) -> None:
    make_product("C"), *([make_product("B")] if "price" not in file else [])
    number = sent(manager, file).json()["number"]
    edit_product("B", by=CLI, changes={"cost": Decimal("4.56")})
    path = f"products/imports/{number}"
    undone = manager.post(f"{path}/undo", {"skip_invalid": True})
    assert undone.json()["state"] == "undone"
    viewer = Api(make_user(role="Viewer"))

    for where in ("", "/rows"):
        assert "4.56" in manager.get(f"{path}{where}").text
        told = viewer.get(f"{path}{where}").text
        assert "4.56" not in told
        assert "cost: Only those who may edit products see what it says here." in told
