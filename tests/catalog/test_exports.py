"""The ledger, the rows of imports and products as files."""

import csv
import io
from datetime import datetime
from io import BytesIO

import openpyxl
import pytest
from django.test import Client

from accounts.actors import Actor
from accounts.models import Source, User
from catalog import stock
from catalog.admin import exporting
from catalog.models import Product
from catalog.stock_import import plan_import
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_customer, make_product, make_shopper, place

pytestmark = pytest.mark.django_db
LEDGER = "/admin/catalog/stockmovement/export/"
IMPORT_ROWS = "/admin/catalog/stockimport/export/"
CSV, XLSX = "0", "1"


def export(client: Client, path: str, **filters: object) -> list[dict[str, str]]:
    """The rows of the CSV file."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    file = client.post(f"{path}?{query}", {"format": CSV, "resource": "0"})
    assert file.headers["Content-Type"] == "text/csv"
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))


@pytest.fixture
def viewer(sign_in: SignIn) -> Client:
    return sign_in("Viewer")


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST_EXPORTED", 2)


def test_the_ledger_is_exported_as_its_filters_leave_it(viewer: Client) -> None:
    make_product("TEA-01", on_hand=10, name="Earl Grey")
    stock.adjust("TEA-01", -3, reason="damaged", note="wet box", by=CLI)

    [row] = export(viewer, LEDGER, kind__in="adjust", q="tea-01")

    assert datetime.fromisoformat(row.pop("at"))
    assert row == {
        "sku": "TEA-01",
        "name": "Earl Grey",
        "kind": "adjust",
        "on_hand_delta": "-3",
        "on_hand_after": "7",
        "reserved_delta": "0",
        "reserved_after": "0",
        "reference": "",
        "actor": "System",
        "source": "cli",
        "reason": "damaged",
        "note": "wet box",
    }


def test_no_cell_can_be_taken_for_a_formula(viewer: Client) -> None:
    make_product("=1+1", name="@SUM(A1)")
    stock.receive("=1+1", 1, note="+49 221", by=CLI)

    [row] = export(viewer, LEDGER)

    assert (row["sku"], row["name"], row["note"]) == ("'=1+1", "'@SUM(A1)", "'+49 221")


def test_in_a_workbook_numbers_are_numbers_and_moments_are_moments(viewer: Client) -> None:
    make_product("=1+1")
    # As from the time before such names were refused.
    Product.objects.update(name="T\x0bea")
    stock.receive("=1+1", 5, by=CLI)

    file = viewer.post(LEDGER, {"format": XLSX, "resource": "0"})

    header, row = openpyxl.load_workbook(BytesIO(file.content)).active.iter_rows(values_only=True)
    cells = dict(zip(header, row, strict=True))
    assert isinstance(cells["at"], datetime)
    assert (cells["sku"], cells["name"]) == ("'=1+1", "T\N{REPLACEMENT CHARACTER}ea")
    assert (cells["on_hand_delta"], cells["on_hand_after"]) == (5, 5)
    assert file.headers["Content-Disposition"].endswith('.xlsx"')


def test_who_may_not_know_customers_reads_customer(sign_in: SignIn, viewer: Client) -> None:
    make_product("TEA-01", on_hand=10)
    ada: User = make_shopper("ada@example.com")
    place({"TEA-01": 1}, customer=make_customer("ada@example.com"), by=Actor(ada, Source.API))

    assert export(viewer, LEDGER, kind__in="reserve")[0]["actor"] == "ada@example.com"
    assert export(sign_in("Marketing"), LEDGER, kind__in="reserve")[0]["actor"] == "Customer"


def test_a_file_holds_so_many_rows_and_the_page_says_so_before(viewer: Client, few_rows: None) -> None:
    for sku in ("A", "B", "C"):
        make_product(sku, on_hand=1)

    assert "Stock movements: more than 2. The file holds the first 2, newest first" in viewer.get(LEDGER).text
    assert [row["sku"] for row in export(viewer, LEDGER)] == ["C", "B"]
    assert "Stock movements that pass the filters: 1, newest first." in viewer.get(f"{LEDGER}?q=A").text


def test_the_rows_of_one_import_are_exported_as_its_page_shows_them(viewer: Client) -> None:
    make_product("TEA-01", on_hand=10)
    for _ in range(2):
        plan = plan_import(
            BytesIO(b"sku,quantity,note\nTEA-01,14,=1\nNONE,5,\n"), file_name="a.csv", mode="count", by=CLI
        )

    rows = export(viewer, IMPORT_ROWS, id__exact=plan.pk)
    problems = export(viewer, IMPORT_ROWS, id__exact=plan.pk, view="problems")

    assert [(row["number"], row["row"], row["sku"], row["change"]) for row in rows] == [
        (str(plan.pk), "2", "TEA-01", "4"),
        (str(plan.pk), "3", "NONE", ""),
    ]
    assert rows[0]["note"] == "'=1"
    assert [row["problem"][:23] for row in problems] == ["No product has this SKU"]
    assert len(export(viewer, IMPORT_ROWS)) == 4


def test_chosen_rows_and_odd_filters_widen_nothing(viewer: Client) -> None:
    make_product("TEA-01", on_hand=10)

    chosen = viewer.post(LEDGER, {"format": CSV, "resource": "0", "export_items": ["1"]})
    odd = viewer.get(f"{LEDGER}?no_such_column=1")

    assert chosen.headers["Content-Type"].startswith("text/html")
    assert (odd.status_code, odd.headers["Location"]) == (302, f"{LEDGER}?")
