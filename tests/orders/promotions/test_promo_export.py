"""Promo codes as rows of a file that an import takes back."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import PromoCode
from orders.promotions import pause_promo_code, promo_codes_csv, promo_export
from orders.promotions.promo_export import COLUMNS, cells_of, limits_of
from tests.factories import CLI, make_batch, make_category, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db


def exported() -> list[dict[str, str]]:
    text = "".join(promo_codes_csv(PromoCode.objects.all()))
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_everything_that_is_said_of_a_code_is_a_cell() -> None:
    limits: dict[str, Any] = {
        "category_ids": (make_category("Teas").pk, make_category("Lamps").pk),
        "product_ids": (make_product('A;"B"').pk, make_product("=1+1").pk),
    }
    make_product("MUG", on_hand=1, price="30.00", category=make_category("Teas"))
    make_promo_code(
        "FULL",
        name="=Sum(1)",
        percent_off="12.5",
        max_discount=Decimal(40),
        minimum_spend=Decimal(25),
        starts_at=datetime(2026, 2, 28, 23, tzinfo=UTC),
        ends_at=datetime(2126, 3, 31, 22, tzinfo=UTC),
        max_uses=500,
        max_uses_per_customer=None,
        first_order_only=True,
        **limits,
    )
    place({"MUG": 1}, promo_code="FULL", at=datetime(2026, 6, 1, tzinfo=UTC))
    pause_promo_code("FULL", by=CLI)

    assert exported() == [
        {
            "code": "FULL",
            "name": "'=Sum(1)",
            "percent_off": "12.50",
            "amount_off": "",
            "max_discount": "40.00",
            "minimum_spend": "25.00",
            "starts_at": "2026-03-01",
            "ends_at": "2126-03-31",
            "max_uses": "500",
            "max_uses_per_customer": "",
            "first_order_only": "yes",
            "is_restricted": "yes",
            "categories": "lamps;teas",
            "products": '\'=1+1;"A;""B"""',
            "is_paused": "yes",
            "state": "paused",
            "times_used": "1",
        }
    ]


def test_a_fixed_amount_and_a_moment_within_a_day_are_told_as_they_are() -> None:
    make_promo_code("FIVE", amount_off="5", ends_at=datetime(2126, 3, 31, 16, 30, tzinfo=UTC))

    [row] = exported()

    assert (row["percent_off"], row["amount_off"], row["max_discount"]) == ("", "5.00", "")
    assert (row["starts_at"], row["ends_at"]) == ("", "2126-03-31T18:30:00+02:00")
    assert (row["minimum_spend"], row["max_uses_per_customer"], row["is_restricted"], row["is_paused"]) == (
        "0.00",
        "1",
        "no",
        "no",
    )


def test_codes_of_a_batch_come_in_the_order_in_which_they_were_made_part_by_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(promo_export, "ROWS_AT_ONCE", 2)
    made = list(make_batch(5).codes.order_by("pk").values_list("code", flat=True))

    parts = list(promo_codes_csv(PromoCode.objects.order_by("code")))

    assert [part.count("\r\n") for part in parts] == [1, 2, 2, 1]
    assert [row["code"] for row in exported()] == made


def test_a_part_takes_as_many_statements_for_many_codes_as_for_one() -> None:
    counts = []
    for count in (1, 30):
        make_batch(count, category_ids=(make_category().pk,))
        with CaptureQueriesContext(connection) as queries:
            exported()
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_without_codes_there_is_the_header_alone() -> None:
    assert list(promo_codes_csv(PromoCode.objects.all())) == [
        ",".join([*COLUMNS, "state", "times_used"]) + "\r\n"
    ]


def test_the_cells_of_one_code_are_those_that_an_import_reads() -> None:
    code = make_promo_code("LAMPS", category_ids=(make_category("Lamps").pk,))

    cells = cells_of(code, limits_of([code])[code.promotion_id])

    assert tuple(cells) == COLUMNS
    assert (cells["code"], cells["categories"], cells["products"]) == ("LAMPS", "lamps", "")
