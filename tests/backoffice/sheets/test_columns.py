"""Columns are known however a header writes their names, and two that mean the same are never guessed at."""

import pytest

from backoffice.sheets.cells import CellKind
from backoffice.sheets.columns import Columns, Layout, columns_of, key_of
from backoffice.sheets.header_words import WORDS
from backoffice.sheets.limits import UnreadableFile
from catalog.product_files.cells import LAYOUT as PRODUCTS
from catalog.stock_import.stock_file import LAYOUT as STOCK
from orders.fulfilment.parcels import LAYOUT as PARCELS
from orders.payments.statements.table_columns import LAYOUT as STATEMENTS
from orders.promotions.promo_file import LAYOUT as PROMOS

pytestmark = pytest.mark.once

OURS = Layout(
    dict.fromkeys(("sku", "max_uses", "quantity"), CellKind.TEXT),
    needed=("sku",),
    no_rows="",
    others=("row",),
)


def places(*header: str, hidden: tuple[int, ...] = ()) -> dict[str, int]:
    return dict(columns_of(header, OURS, hidden=hidden).places)


def refusal(*header: str, hidden: tuple[int, ...] = (), layout: Layout = OURS) -> str:
    with pytest.raises(UnreadableFile) as refused:
        columns_of(header, layout, hidden=hidden)
    return refused.value.detail


@pytest.mark.parametrize(
    "name",
    [
        *("max_uses", "Max uses", " MAX  USES ", "maxUses", "Max\nUses", "max-uses:", "Max. uses*"),
        "\N{FULLWIDTH LATIN SMALL LETTER M}ax\xa0uses",
    ],
)
def test_neither_case_nor_blanks_nor_marks_matter(name: str) -> None:
    assert key_of(name) == "maxuses"
    assert places("SKU", name) == {"sku": 0, "max_uses": 1}


@pytest.mark.parametrize(
    ("word", "column"),
    [
        *(("Qty", "quantity"), ("STOCK", "quantity"), ("On hand", "quantity"), ("Menge", "quantity")),
        *(("Lagermenge", "quantity"), ("Ist-Bestand", "quantity"), ("Quantité comptée", "quantity")),
        *(("Menge (Stk)", "quantity"), ("quantity (units)", "quantity"), ("SKU (required)", "sku")),
        *(("Numéro d’article", "sku"), ("N° article", "sku"), ("Réf. article", "sku"), ("Art.Nr.", "sku")),
        *(("Variant SKU", "sku"), ("Article number", "sku"), ("Artikelnummer", "sku"), ("Art.-Nr.", "sku")),
    ],
)
def test_usual_words_are_understood(word: str, column: str) -> None:
    assert STOCK.columns_in([word]) == {column}


@pytest.mark.parametrize("name", ["Price (EUR)", "Preis in EUR", "Price €", "Prix TTC", "Verkaufspreis (€)"])
def test_a_price_may_name_the_currency_of_the_shop(name: str) -> None:
    assert PRODUCTS.columns_in([name]) == {"price"}


@pytest.mark.parametrize("name", ["Price (USD)", "Price $", "£ price", "Price in JPY", "Price (net)"])
def test_a_price_in_another_currency_is_none_of_ours(name: str) -> None:
    assert PRODUCTS.columns_in([name]) == set()


@pytest.mark.parametrize("layout", [STOCK, PRODUCTS, PARCELS, PROMOS, STATEMENTS])
def test_each_word_means_one_column_of_a_file(layout: Layout) -> None:
    meant: dict[str, set[str]] = {}
    for column in layout.kinds:
        for word in (column, *WORDS.get(column, ())):
            meant.setdefault(key_of(word), set()).add(column)

    assert [word for word, columns in meant.items() if len(columns) > 1] == []


def test_every_word_is_one_for_a_column_that_some_file_has() -> None:
    layouts = (STOCK, PRODUCTS, PARCELS, PROMOS, STATEMENTS)
    assert set(WORDS) <= {column for layout in layouts for column in layout.kinds}


def test_what_is_not_ours_keeps_its_name_and_what_nobody_needs_to_know_is_not_told() -> None:
    assert columns_of(["", "Row", " Colour ", "sku"], OURS) == Columns({"sku": 3}, ("Colour",))


def test_the_proper_name_is_read_and_the_other_word_is_told() -> None:
    assert columns_of(["Item", "SKU", "Stock", "Quantity"], OURS) == Columns(
        {"sku": 1, "quantity": 3}, ("Item", "Stock")
    )


def test_a_hidden_column_is_not_read_instead_of_one_that_people_see() -> None:
    assert places("sku", "quantity", hidden=(1,)) == {"sku": 0, "quantity": 1}
    assert refusal("sku", "quantity", "qty", hidden=(1,)) == (
        'The file has 2 columns that mean quantity: "quantity", "qty". Keep one of them.'
    )


def test_two_columns_of_one_name_or_meaning_are_refused() -> None:
    assert refusal("sku", "SKU", "s k u") == "The file has 3 columns named sku. Keep one of them."
    assert refusal("sku", "Qty", "Menge") == (
        'The file has 2 columns that mean quantity: "Qty", "Menge". Keep one of them.'
    )


def test_others_may_stand_there_as_often_as_they_like() -> None:
    assert columns_of(["sku", "x", "X", "x"], OURS).ignored == ("x", "X", "x")


def test_what_is_needed_and_what_was_found_are_told() -> None:
    assert 'Needed: sku; found: "name", "", "' + "x" * 40 + '".' in refusal("name", "", "x" * 99)
    assert "Needed: sku and quantity; found: none." in refusal(layout=STOCK)
    assert "Needed: sku, and for new products name and price; found: none." in refusal(layout=PRODUCTS)
    assert '"c19" and 2 more' in refusal(*(f"c{number}" for number in range(22)))


def test_places_are_in_the_order_of_the_file() -> None:
    assert list(places("x", "quantity", "", "sku").items()) == [("quantity", 1), ("sku", 3)]
