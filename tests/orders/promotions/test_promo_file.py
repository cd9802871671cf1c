"""A file of promo codes: what each cell says, however a spreadsheet has written it."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from backoffice.errors import Invalid
from backoffice.sheets.limits import UnreadableFile
from orders.models import PromotionKind
from orders.promotions import PromoFile, read_promo_file
from orders.promotions.promo_export import COLUMNS
from orders.promotions.promo_file import COLUMN_OF, PromoFileRow, stated_terms
from tests.factories import make_category, make_product


def read(*lines: str) -> PromoFile:
    content = "\n".join(lines).encode()
    return read_promo_file(io.BytesIO(content), file_name="promos.csv")


def said(**cells: str) -> dict[str, Any]:
    return stated_terms(PromoFileRow(2, {"code": "TEN", **cells}))


def refused(**cells: str) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        said(**cells)
    return [fault.pointer for fault in refusal.value.faults]


@pytest.mark.once
def test_a_file_is_read_with_its_columns_by_their_proper_names() -> None:
    file = read("Colour;Max Uses;CODE;state;problem", "red; 5 ; '=ten ;active;none", "", "blue;;ten;;")

    assert (file.columns, file.ignored_columns) == (("max_uses", "code"), ("Colour",))
    assert [(row.number, row.code, row.cells["max_uses"]) for row in file.rows] == [
        (2, "=TEN", "5"),
        (4, "TEN", ""),
    ]


@pytest.mark.once
def test_codes_that_stand_in_several_rows_are_known_however_they_are_typed() -> None:
    assert read("code", "twice", "once", " TWICE ", "twice").repeated == {"TWICE": [2, 4, 5]}


@pytest.mark.once
@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("20", "20"),
        ("12,5", "12.5"),
        ("1.234,50", "1234.50"),
        ("+5", "5"),
        (".5", "0.5"),
        ("12.50", "12.50"),
        ("1.2300", "1.23"),
        ("0", "0"),
        ("999999999999", "999999999999"),
    ],
)
def test_a_number_is_read_as_people_and_workbooks_write_it(cell: str, amount: str) -> None:
    assert said(percent_off=cell)["percent_off"] == Decimal(amount)
    assert said(minimum_spend=cell) == {"minimum_spend": Decimal(amount)}


@pytest.mark.once
@pytest.mark.parametrize("cell", ["1.000", "1,000", "-5", "(5)", "5 €", "1e3", "1_000", "NaN", "٣", "1" * 41])
def test_what_may_be_meant_otherwise_or_is_no_number_is_refused(cell: str) -> None:
    assert refused(percent_off=cell) == ["/percent_off"]


@pytest.mark.once
def test_an_amount_is_one_that_can_be_paid() -> None:
    assert said(percent_off="1.2345")["percent_off"] == Decimal("1.2345")
    assert refused(amount_off="1.2345") == ["/amount_off"]


@pytest.mark.once
def test_a_percent_sign_belongs_to_a_percentage_alone() -> None:
    assert said(percent_off="12,5 %")["percent_off"] == Decimal("12.5")
    assert refused(amount_off="12.50%") == ["/amount_off"]


@pytest.mark.once
def test_the_one_that_is_filled_of_percent_and_amount_tells_the_kind() -> None:
    assert said(percent_off="10", amount_off="") == {
        "kind": PromotionKind.PERCENTAGE,
        "percent_off": Decimal(10),
        "amount_off": None,
    }
    assert said(percent_off="", amount_off="5") == {
        "kind": PromotionKind.FIXED,
        "percent_off": None,
        "amount_off": Decimal(5),
    }
    assert said(percent_off="", amount_off="") == {}
    assert refused(percent_off="10", amount_off="5") == ["/percent_off"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("cell", "starts_at", "ends_at"),
    [
        ("2026-03-29", "2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00"),
        ("46110", "2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00"),
        ("46110.75", "2026-03-29T16:00:00+00:00", "2026-03-29T16:00:00+00:00"),
        ("46110.499988426", "2026-03-29T09:59:59+00:00", "2026-03-29T09:59:59+00:00"),
        ("2026-03-29T18:00Z", "2026-03-29T18:00:00+00:00", "2026-03-29T18:00:00+00:00"),
    ],
)
def test_a_day_is_meant_whole_and_a_moment_to_the_second(cell: str, starts_at: str, ends_at: str) -> None:
    assert said(starts_at=cell, ends_at=cell) == {
        "starts_at": datetime.fromisoformat(starts_at),
        "ends_at": datetime.fromisoformat(ends_at),
    }


@pytest.mark.once
@pytest.mark.parametrize("cell", ["24.12.2026", "tomorrow", "2026-02-29", "9999-12-31", "4611", "461100"])
def test_what_is_no_day_is_refused(cell: str) -> None:
    assert refused(ends_at=cell) == ["/ends_at"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("cell", "is_paused"),
    [("yes", True), ("X", True), ("TRUE", True), ("1", True), ("no", False), ("Off", False), ("0", False)],
)
def test_yes_and_no_are_understood_in_several_words(cell: str, is_paused: bool) -> None:
    assert said(is_paused=cell) == {"is_paused": is_paused}


@pytest.mark.once
def test_an_empty_cell_empties_what_can_be_empty_and_answers_no_question() -> None:
    assert said(
        max_uses="",
        max_uses_per_customer="",
        starts_at="",
        minimum_spend="",
        first_order_only="",
        is_restricted="",
        is_paused="",
    ) == {
        "max_uses": None,
        "max_uses_per_customer": None,
        "starts_at": None,
        "minimum_spend": Decimal(0),
    }


@pytest.mark.once
def test_a_code_without_a_name_is_called_as_itself() -> None:
    assert said(name="") == {"name": "TEN"}
    assert said(name="Ten off") == {"name": "Ten off"}
    assert said() == {}


@pytest.mark.once
@pytest.mark.parametrize("cell", ["0", "1.5", "-1", "many", "1" * 11])
def test_a_limit_is_a_whole_number_from_one_on(cell: str) -> None:
    assert refused(max_uses=cell) == ["/max_uses"]
    assert said(max_uses="1") == {"max_uses": 1}


@pytest.mark.once
def test_every_cell_that_cannot_be_understood_is_named() -> None:
    assert refused(percent_off="many", amount_off="5", is_paused="perhaps", starts_at="soon") == [
        "/percent_off",
        "/is_paused",
        "/starts_at",
    ]


@pytest.mark.django_db
def test_several_names_stand_in_one_cell_and_are_quoted_where_they_need_it() -> None:
    teas, lamps = make_category("Teas"), make_category("Lamps")
    odd, formula = make_product('A;"B"'), make_product("=1+1")

    assert said(categories=" TEAS ; lamps;;", products='"a;""b""" ;\'=1+1') == {
        "category_ids": tuple(sorted([teas.pk, lamps.pk])),
        "product_ids": tuple(sorted([odd.pk, formula.pk])),
    }
    assert said(categories="Teas\nLamps") == {"category_ids": tuple(sorted([teas.pk, lamps.pk]))}
    assert said(categories=" ; ") == {"category_ids": ()}
    assert refused(categories="Teas;Nowhere", products="NOPE") == ["/categories", "/products"]


@pytest.mark.once
def test_each_column_says_one_thing() -> None:
    assert set(COLUMN_OF.values()) == set(COLUMNS) - {"code"}


@pytest.mark.once
@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["", ""], "The file has no rows"),
        (["code,percent_off"], "The file has no rows"),
        (["key,percent_off", "X,1"], 'Needed: code; found: "key", "percent_off"'),
        (["code,Code", "X,1"], "2 columns named code"),
        (["percent_off,code", "1"], "Row 2 does not have as many cells"),
    ],
)
def test_a_file_that_is_no_list_of_promo_codes_is_refused(lines: list[str], told: str) -> None:
    with pytest.raises(UnreadableFile, match=told):
        read(*lines)


@pytest.mark.once
def test_a_file_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.promotions.promo_file.MAX_ROWS", 2)

    assert len(read("code", "A-1", "A-2").rows) == 2
    with pytest.raises(UnreadableFile, match="more than 2 rows"):
        read("code", "A-1", "A-2", "A-3")


@pytest.mark.once
def test_a_file_that_is_damaged_is_refused() -> None:
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("nothing", "")
    broken.seek(0)

    with pytest.raises(UnreadableFile):
        read_promo_file(broken, file_name="promos.xlsx")
