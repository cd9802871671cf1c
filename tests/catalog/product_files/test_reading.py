"""A file of products as it was read."""

from io import BytesIO

import pytest

from backoffice.sheets.limits import UnreadableFile
from catalog.product_files import ProductFile, read_products, reading

pytestmark = pytest.mark.once


def read(content: str | bytes, file_name: str = "products.csv") -> ProductFile:
    return read_products(
        BytesIO(content if isinstance(content, bytes) else content.encode()), file_name=file_name
    )


def test_the_cells_of_our_columns_are_kept_trimmed_with_the_numbers_of_their_rows() -> None:
    file = read("Supplier;Price;SKU;\nRonnefeldt; 4.10 ; A ;\n\n;;'=B;\n")

    assert file == ProductFile(
        name="products.csv",
        columns=("price", "sku"),
        ignored_columns=("Supplier",),
        rows=((2, ("4.10", "A")), (4, ("", "=B"))),
    )


def test_the_name_of_a_column_that_is_ignored_is_cut() -> None:
    assert read(f"sku,{'x' * 100}\nA,1\n").ignored_columns == ("x" * 60,)


def test_skus_in_several_rows_are_found_however_they_are_typed_and_an_empty_one_is_none() -> None:
    assert read("price,sku\n1,A\n2,Ä\n3,\n4,\n5, a \n6,ä\n7,B\n8,A\n").repeated == {
        "a": [2, 6, 9],
        "ä": [3, 7],
    }


def test_one_row_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)

    assert len(read("sku\nA\nB\n").rows) == 2
    with pytest.raises(UnreadableFile, match="more than 2 rows"):
        read("sku\nA\nB\nC\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "The file has no rows."),
        ("sku,name\n", "The file has no rows."),
        ("name,price\nTea,1\n", 'Needed: sku, and for new products name and price; found: "name", "price".'),
        ("sku,price,Price\nA,1,2\n", "The file has 2 columns named price. Keep one of them."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "This is not a CSV or XLSX file."),
    ],
)
def test_a_file_that_is_no_table_of_products_is_refused(content: str | bytes, message: str) -> None:
    with pytest.raises(UnreadableFile, match=r"(?s)" + message.replace("(", r"\(")):
        read(content)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("C:\\lists\\a.csv", "a.csv"),
        ("../../a.csv", "a.csv"),
        ("", "file"),
        ("x/", "file"),
        ("\x07\n", "file"),
    ],
)
def test_a_file_is_named_without_the_folders_it_came_from(given: str, name: str) -> None:
    assert read("sku\nA\n", given).name == name


def test_a_barcode_whose_last_digit_does_not_fit_is_remarked() -> None:
    file = read("sku,barcode\nA,4006381333932\nB,4006381333931\nC,\nD,W-12\nE,036000291453\n")

    (remark,) = file.remarks
    assert remark.in_words == (
        "The last digits of barcodes do not fit the others: 4006381333932, 036000291453. "
        "They are taken as they are."
    )
    assert read("sku\n4006381333932\n").remarks == ()
