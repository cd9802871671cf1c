"""The codes of a batch as CSV and as a workbook."""

import csv
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from orders import promotions
from orders.models import Promotion
from orders.promotions import CodeShape, PromotionTerms
from tests.factories import CLI, make_batch, make_product, place

pytestmark = pytest.mark.django_db


def url_of(batch: Promotion, file: str) -> str:
    return f"/admin/orders/promotion/{batch.pk}/{file}"


def downloaded(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_codes_are_downloaded_as_csv_and_as_a_workbook(manager: Client) -> None:
    make_product("TEA-01", on_hand=9)
    batch = make_batch(3, name="Black Friday ’26", max_uses=None)
    used, paused, fresh = batch.codes.order_by("pk")
    place({"TEA-01": 1}, promo_code=used.code)
    promotions.pause_promo_code(paused.code, by=CLI)
    expected = [
        ["code", "state", "times_used", "max_uses"],
        [used.code, "active", "1", ""],
        [paused.code, "paused", "0", ""],
        [fresh.code, "active", "0", ""],
    ]

    as_csv = manager.get(url_of(batch, "codes.csv"))
    as_xlsx = manager.get(url_of(batch, "codes.xlsx"))

    assert as_csv.headers["Content-Disposition"] == 'attachment; filename="black-friday-26-codes.csv"'
    assert list(csv.reader(StringIO(downloaded(as_csv).decode("utf-8-sig")))) == expected
    sheet = load_workbook(BytesIO(downloaded(as_xlsx))).active
    assert sheet is not None
    rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    assert rows == expected


def test_no_code_is_taken_for_a_formula(manager: Client) -> None:
    terms = PromotionTerms(name="-", percent_off=Decimal(10))
    batch = promotions.generate_batch(1, terms, by=CLI, shape=CodeShape("-SUM"))
    code = batch.codes.get().code

    lines = downloaded(manager.get(url_of(batch, "codes.csv"))).decode("utf-8-sig").splitlines()
    sheet = load_workbook(BytesIO(downloaded(manager.get(url_of(batch, "codes.xlsx"))))).active

    assert lines[1] == f"'{code},active,0,1"
    assert sheet is not None
    assert (sheet["A2"].value, sheet["A2"].data_type) == (code, "s")


def test_a_long_file_is_read_in_parts(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.admin.promos.code_files.ROWS_AT_ONCE", 4)
    batch = make_batch(9)
    answer = manager.get(url_of(batch, "codes.csv"))

    with CaptureQueriesContext(connection) as captured:
        lines = downloaded(answer).decode("utf-8-sig").split()

    assert sorted(line.split(",")[0] for line in lines[1:]) == sorted(
        batch.codes.values_list("code", flat=True)
    )
    assert len(captured) == 3
