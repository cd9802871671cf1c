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
from orders.promotions.promo_export import HEADER
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
        ("code", "percent_off", "max_uses", "is_paused", "state", "times_used"),
        (used.code, "10.00", "", "no", "active", "1"),
        (paused.code, "10.00", "", "yes", "paused", "0"),
        (fresh.code, "10.00", "", "no", "active", "0"),
    ]

    as_csv = manager.get(url_of(batch, "codes.csv"))
    as_xlsx = manager.get(url_of(batch, "codes.xlsx"))

    assert as_csv.headers["Content-Disposition"] == 'attachment; filename="black-friday-26-codes.csv"'
    text = downloaded(as_csv).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    assert [tuple(row[HEADER.index(name)] for name in expected[0]) for row in rows] == expected
    assert text == "".join(promotions.promo_codes_csv(batch.codes.all()))
    sheet = load_workbook(BytesIO(downloaded(as_xlsx))).active
    assert sheet is not None
    assert next(sheet.values) == HEADER
    shown = [HEADER.index(name) for name in ("code", "percent_off", "times_used")]
    cells = [[row[place] for place in shown] for row in sheet.values]
    assert cells[1:] == [[used.code, 10, 1], [paused.code, 10, 0], [fresh.code, 10, 0]]


def test_no_code_is_taken_for_a_formula(manager: Client) -> None:
    terms = PromotionTerms(name="-", percent_off=Decimal(10))
    batch = promotions.generate_batch(1, terms, by=CLI, shape=CodeShape("-SUM"))
    code = batch.codes.get().code

    lines = downloaded(manager.get(url_of(batch, "codes.csv"))).decode("utf-8-sig").splitlines()
    sheet = load_workbook(BytesIO(downloaded(manager.get(url_of(batch, "codes.xlsx"))))).active

    assert lines[1].startswith(f"'{code},'-,10.00,")
    assert sheet is not None
    assert (sheet["A2"].value, sheet["A2"].data_type) == (code, "s")


def test_a_long_file_is_read_in_parts(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.promotions.promo_export.ROWS_AT_ONCE", 4)
    batch = make_batch(9)
    answer = manager.get(url_of(batch, "codes.csv"))

    with CaptureQueriesContext(connection) as captured:
        lines = downloaded(answer).decode("utf-8-sig").splitlines()

    assert sorted(line.split(",")[0] for line in lines[1:]) == sorted(
        batch.codes.values_list("code", flat=True)
    )
    # For each part its codes, their promotion and what that names: categories and products.
    assert len(captured) == 3 * 4 + 1
