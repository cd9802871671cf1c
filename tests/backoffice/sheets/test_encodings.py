"""Text in any encoding that a spreadsheet writes is read, or refused with a sentence; never mangled."""

import pytest

from backoffice.sheets.encodings import as_utf8
from backoffice.sheets.limits import UnreadableFile

pytestmark = pytest.mark.once

LINES = "sku,quantity\r\nCafé-1,5\n"


def read(content: bytes) -> tuple[str, list[str]]:
    text, remarks = as_utf8(content)
    return text.decode(), [remark.code for remark in remarks]


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        as_utf8(content)
    return refused.value.detail


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("order", ["", "-le", "-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_unicode_is_read_in_either_order_with_or_without_a_mark(encoding: str, order: str, mark: str) -> None:
    if encoding.startswith("utf-8"):
        order = mark = ""

    assert read((mark + LINES).encode(encoding + order)) == (LINES, [])


def test_what_excel_writes_in_europe_is_read_and_told() -> None:
    assert read("Café;Šárka €5\n".encode("cp1252")) == ("Café;Šárka €5\n", ["read_as_windows_1252"])


def test_what_excel_writes_on_a_mac_is_known_by_its_line_ends() -> None:
    assert read("sku\rCafé\r".encode("mac_roman")) == ("sku\nCafé\n", ["read_as_mac_roman"])


@pytest.mark.parametrize(
    ("content", "text"),
    [(b"a\rb\r", "a\nb\n"), (b"a\r\nb\rc\r\n\n", "a\r\nb\nc\n"), (b"", ""), (b"\xef\xbb\xbf\r", "")],
)
def test_lines_end_by_a_line_feed(content: bytes, text: str) -> None:
    assert read(content) == (text, [])


@pytest.mark.parametrize("end", [b"\x1a", b"\r\n\x1a\r\n", b"\x1a\x1a\0\0"])
def test_the_end_of_a_text_by_dos_is_left_out(end: bytes) -> None:
    assert read(b"sku\nA" + end) == ("sku\nA\n", [])


def test_a_file_in_two_encodings_is_refused_by_the_row_that_is_in_another() -> None:
    assert "Row 3 is not in the encoding" in refusal(b"sku\nCaf\xc3\xa9\nCaf\xe9\n")
    assert "Row 1 is not in the encoding" in refusal(b"Caf\xe9\nCaf\xc3\xa9\n")


def test_a_byte_that_windows_1252_does_not_have_is_refused_by_its_row() -> None:
    assert "Row 2 is not in the encoding" in refusal(b"sku\n\x81\n")


@pytest.mark.parametrize("content", [b"\xff\xfea", b"\xff\xfe\0\0a", b"\xfe\xff\xd8"])
def test_damaged_unicode_is_refused(content: bytes) -> None:
    assert "is damaged" in refusal(content)


def test_what_is_no_text_is_no_table() -> None:
    assert "not a CSV or XLSX file" in refusal(b"\x89PNG\r\n\x1a\n\0\0\0")
