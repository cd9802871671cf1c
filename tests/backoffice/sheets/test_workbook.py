"""What comes in a zip archive or is named like a spreadsheet and is none is refused by saying what it is."""

import io
import zipfile

import pytest

from backoffice.sheets.archive import Archive
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.workbook import workbook_of
from catalog.stock_import.stock_file import read_stock_file

pytestmark = pytest.mark.once

LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def archive(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as found:
        for name, text in members.items():
            found.writestr(name, text)
    return file.getvalue()


def refusal(content: bytes, name: str = "stock.xlsx") -> str:
    with pytest.raises(UnreadableFile) as refused:
        list(read_stock_file(content, file_name=name).rows)
    return refused.value.detail


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("xl/workbook.bin", "binary workbook (XLSB)"),
        ("content.xml", "OpenDocument spreadsheet (ODS)"),
        ("Index/Document.iwa", "Numbers document"),
        ("Index.zip", "Numbers document"),
        ("stock.csv", "ZIP archive, not a workbook. Unpack it"),
        ("word/document.xml", "ZIP archive, not a workbook"),
    ],
)
def test_other_archives_are_told_by_what_is_in_them(member: str, told: str) -> None:
    assert told in refusal(archive(**{member: "sku,quantity\nA,5\n"}))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "old XLS workbook"),
        (b'<?xml version="1.0"?><Workbook/>', "XML file"),
        (b"\xef\xbb\xbf\r\n<HTML><body><table>", "web page"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"<table><tr><td>sku", "web page"),
        (b"%PDF-1.7\n", "not a CSV or XLSX file"),
        (b"\x1f\x8b\x08\0", "compressed"),
        (b"sku,quantity\nA,5\n", "named like a workbook but is none"),
    ],
)
def test_other_files_are_told_by_how_they_begin(content: bytes, told: str) -> None:
    assert told in refusal(content, "stock.xls")


def test_a_workbook_may_keep_its_parts_anywhere() -> None:
    links = (
        f'<r><Relationship Id="a" Type="{LINK}/worksheet" Target="/sheets/one.xml"/>'
        f'<Relationship Id="b" Type="{LINK}/sharedStrings" Target="texts.xml"/></r>'
    )
    members = {
        "_rels/.rels": f'<r><Relationship Type="{LINK}/officeDocument" Target="/book/main.xml"/></r>',
        "book/_rels/main.xml.rels": links,
        "book/main.xml": f'<w xmlns:r="{LINK}"><workbookPr date1904="1"/><sheet name="S" r:id="a"/></w>',
        "book/texts.xml": "<sst/>",
        "sheets/one.xml": "<worksheet/>",
    }

    book = workbook_of(Archive(archive(**members)))

    assert (book.sheet, book.texts, book.counts_from_1904) == ("/sheets/one.xml", "/book/texts.xml", True)
    assert (book.formats, book.remarks) == ({}, [])
