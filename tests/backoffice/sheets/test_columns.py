"""Columns are known however a header writes their names, and cells are kept within bounds."""

import pytest

from backoffice.sheets import columns
from backoffice.sheets.columns import kept_cells, key_of, named_columns, places_of
from backoffice.sheets.limits import UnreadableFile

pytestmark = pytest.mark.once

OURS = ("sku", "max_uses", "carrier")


@pytest.mark.parametrize("name", ["max_uses", "Max uses", " MAX  USES ", "maxUses", "Max\nUses", "max__uses"])
def test_neither_case_nor_spaces_nor_underscores_matter(name: str) -> None:
    assert key_of(name) == "maxuses"
    assert named_columns(["SKU", name], OURS, needed=["sku"]) == ["sku", "max_uses"]


def test_what_is_not_ours_keeps_its_name_and_what_has_none_is_empty() -> None:
    assert named_columns(["sku", " Colour ", None, 7], OURS, needed=["sku"]) == ["sku", "Colour", "", "7"]


def test_a_further_name_counts_as_the_proper_one() -> None:
    aliases = {"shipping company": "carrier"}

    assert named_columns(["Shipping Company"], OURS, needed=["carrier"], aliases=aliases) == ["carrier"]
    with pytest.raises(UnreadableFile, match="2 columns named carrier"):
        named_columns(["Shipping company", "carrier"], OURS, needed=["carrier"], aliases=aliases)


def test_a_column_of_ours_may_stand_there_once_and_others_as_often_as_they_like() -> None:
    assert named_columns(["sku", "x", "X", "x"], OURS, needed=["sku"]) == ["sku", "x", "X", "x"]
    with pytest.raises(UnreadableFile, match="3 columns named sku"):
        named_columns(["sku", "SKU", "s k u"], OURS, needed=["sku"])


def test_what_is_needed_and_what_was_found_are_told() -> None:
    with pytest.raises(UnreadableFile, match=r'Needed: sku and carrier; found: "SKU", "", "x{40}"'):
        named_columns(["SKU", None, "x" * 99], OURS, needed=["sku", "carrier"])
    with pytest.raises(UnreadableFile, match="Needed: a SKU; found: none"):
        named_columns([], OURS, needed=["sku"], needed_in_words="a SKU")
    with pytest.raises(UnreadableFile, match='"c19" and 2 more'):
        named_columns([f"c{number}" for number in range(22)], OURS, needed=["sku"])


def test_places_are_those_of_our_columns_in_the_order_of_the_file() -> None:
    assert list(places_of(["x", "carrier", "", "sku"], OURS).items()) == [("carrier", 1), ("sku", 3)]


def test_cells_are_trimmed_restored_and_padded() -> None:
    rows = iter([(2, [" A ", "x", "'=1 "]), (5, ["B"])])

    assert list(kept_cells(rows, [2, 0], most_rows=2)) == [(2, ("=1", "A")), (5, ("", "B"))]


def test_one_row_too_many_is_refused_when_it_comes() -> None:
    kept = kept_cells(iter([(2, ["A"]), (3, ["B"]), (4, ["C"])]), [0], most_rows=2)

    assert [next(kept), next(kept)] == [(2, ("A",)), (3, ("B",))]
    with pytest.raises(UnreadableFile, match="more than 2 rows"):
        next(kept)


def test_more_text_than_is_kept_is_refused_and_cells_of_other_columns_do_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(columns, "MAX_KEPT_CHARACTERS", 10)
    rows = [(2, ["12345", "x" * 99]), (3, ["12345", ""])]

    assert len(list(kept_cells(iter(rows), [0], most_rows=9))) == 2
    with pytest.raises(UnreadableFile, match="too much text"):
        list(kept_cells(iter([*rows, (4, ["1", ""])]), [0], most_rows=9))
