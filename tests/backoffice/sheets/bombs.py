"""Files made to bring down whoever reads them: small on the disk, endless in memory or time."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>sku</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>quantity</t></is></c></row>'
)
BEGINS = f'<worksheet xmlns="{MAIN}"><sheetData>{HEADER}'.encode()
ENDS = b"</sheetData></worksheet>"
MEGABYTE = 1_000_000


def workbook(sheet: bytes, *, strings: bytes = b"", others: dict[str, bytes] | None = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/_rels/workbook.xml.rels", RELS)
        archive.writestr("xl/workbook.xml", BOOK)
        if strings:
            archive.writestr("xl/sharedStrings.xml", strings)
        for name, content in (others or {}).items():
            archive.writestr(name, content)
        archive.writestr(SHEET, sheet)
    return file.getvalue()


def rows(body: bytes) -> bytes:
    return workbook(BEGINS + body + ENDS)


def nested_elements() -> bytes:
    """58 kB that took 2.7 GB and 43 seconds."""
    return rows(b"<a>" * 12_000_000)


def nested_rows() -> bytes:
    return rows(b'<row><c t="inlineStr"><is>' * 500_000)


def empty_cells() -> bytes:
    """228 kB that took 48 seconds."""
    return rows(b"<row>" + b"<c/>" * 22_000_000 + b"</row>")


def empty_cells_told_apart() -> bytes:
    """Within the ratio: each has a style of its own."""
    cells = b"".join(b'<c s="%d"/>' % (each * 7919 % 100_003) for each in range(1_800_000))
    return rows(b"<row>" + cells + b"</row>")


def filled_cells() -> bytes:
    """Within the ratio, for each row has a number that cannot be packed; four million cells say the same."""
    cells = b"<c><v>1</v></c>" * 100
    return rows(b"".join(b'<row s="%x">%s</row>' % (pow(7, row, 2**127 - 1), cells) for row in range(40_000)))


def empty_formatted_rows() -> bytes:
    """To the end of the sheet, as a format of whole columns leaves them."""
    cells = b"".join(b'<c r="%c%%d" s="1"/>' % letter for letter in b"ABCDEFG")
    row = b'<row r="%d" s="1" customFormat="1">' + cells + b"</row>"
    return rows(b"".join(row % ((number,) * 8) for number in range(2, 220_000)))


def one_flood_of_attributes() -> bytes:
    return rows(b"<row " + b" ".join(b'a%d=""' % each for each in range(2_000_000)) + b"/>")


def endless_new_attributes() -> bytes:
    """The parser keeps each name for ever."""
    return rows(
        b"".join(
            b"<x %s/>" % b" ".join(b'a%d_%d=""' % (each, other) for other in range(50))
            for each in range(30_000)
        )
    )


def endless_new_elements() -> bytes:
    return rows(b"".join(b"<e%d/>" % each for each in range(2_000_000)))


def one_attribute() -> bytes:
    return rows(b'<row r="' + bytes(str(7**900_000 % 10**9), "ascii") * 5_000_000 + b'"/>')


def one_cell() -> bytes:
    text = b"".join(b"%d" % each for each in range(2_000_000))
    return rows(b'<row r="2"><c r="A2" t="inlineStr"><is><t>' + text + b"</t></is></c></row>")


def comments() -> bytes:
    return rows(b"<!-- nothing -->" * 5_000_000)


def one_comment() -> bytes:
    return rows(b"<!--" + b"".join(b"%d" % each for each in range(1_000_000)) + b"-->")


def instructions() -> bytes:
    return rows(b"".join(b"<?a%d b?>" % each for each in range(500_000)))


def cdata() -> bytes:
    text = b"<![CDATA[x]]>" * 1_000_000
    return rows(b'<row r="2"><c r="A2" t="inlineStr"><is><t>' + text + b"</t></is></c></row>")


def laughs(*, entity: bytes = b"lol") -> bytes:
    """A billion of them."""
    levels = b"".join(b'<!ENTITY l%d "%s">' % (each, b"&l%d;" % (each - 1) * 10) for each in range(1, 10))
    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "%s">%s]>' % (entity, levels)
    cell = b'<row r="2"><c r="A2" t="inlineStr"><is><t>&l9;</t></is></c></row>'
    return workbook(doctype + BEGINS + cell + ENDS)


def quadratic_entity() -> bytes:
    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "%s">]>' % (b"x" * 50_000)
    cell = b'<row r="2"><c r="A2" t="inlineStr"><is><t>' + b"&a;" * 50_000 + b"</t></is></c></row>"
    return workbook(doctype + BEGINS + cell + ENDS)


def utf_16() -> bytes:
    text = '<?xml version="1.0" encoding="UTF-16"?><a>' + "<b>" * 1_000_000
    return workbook(text.encode("utf-16"))


def unknown_encoding() -> bytes:
    return workbook(b'<?xml version="1.0" encoding="no-such"?>' + BEGINS + ENDS)


def shared_strings() -> bytes:
    strings = b"".join(b"<si><t>%d</t></si>" % each for each in range(1_500_000))
    return workbook(BEGINS + ENDS, strings=b'<sst xmlns="%s">' % MAIN.encode() + strings + b"</sst>")


def empty_shared_strings() -> bytes:
    return workbook(BEGINS + ENDS, strings=b"<sst>" + b"<si/>" * 22_000_000 + b"</sst>")


def wide_shared_strings() -> bytes:
    """One letter beyond the first plane makes four bytes of every other."""
    text = ("a" * 30_000 + "\N{GRINNING FACE}").encode()
    return workbook(BEGINS + ENDS, strings=b"<sst>" + (b"<si><t>%s</t></si>" % text) * 8_000 + b"</sst>")


def merged_cells() -> bytes:
    merged = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (row, row) for row in range(2, 1_600_000))
    return workbook(BEGINS + b"</sheetData><mergeCells>" + merged + b"</mergeCells></worksheet>")


def number_formats() -> bytes:
    formats = b"".join(b'<numFmt numFmtId="%d" formatCode="0"/>' % each for each in range(200_000))
    styles = b"<styleSheet><numFmts>" + formats + b"</numFmts></styleSheet>"
    row = b'<row r="2"><c r="A2"><v>7</v></c><c r="B2"><v>5</v></c></row>'
    return workbook(BEGINS + row + ENDS, others={"xl/styles.xml": styles})


def relations() -> bytes:
    """Each leads to the next one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        loop = "".join(
            f'<Relationship Id="rId{each}" Type="{RELATIONS}/worksheet" Target="../_rels/workbook.xml.rels"/>'
            for each in range(500_000)
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{loop}</Relationships>")
        archive.writestr("xl/workbook.xml", BOOK)
    return file.getvalue()


def a_sheet_that_is_the_workbook() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "xl/_rels/workbook.xml.rels", RELS.replace("worksheets/sheet1.xml", "../xl/./workbook.xml")
        )
        archive.writestr("xl/workbook.xml", BOOK)
    return file.getvalue()


def many_members() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for each in range(50_000):
            archive.writestr(f"{each}", b"")
    return file.getvalue()


def directory_of_extra_fields() -> bytes:
    """The standard library copies the rest of the extra fields for each of them."""
    extra = b"\x99\x99\x00\x00" * 16_000
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, len(extra), 0, 0, 0, 0, 0
    )
    directory = (entry + b"a" + extra) * 300
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 300, 300, len(directory), 4, 0)
    return b"PK\x03\x04" + directory + end


def overlapping_members() -> bytes:
    """A thousand names for one packed sheet: 250 MB each, as all of them say."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(b"0" * 200 * MEGABYTE) + packed.flush()
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(body), 200 * MEGABYTE, 1, 0)
    names = [b"xl/workbook.xml", b"xl/_rels/workbook.xml.rels", *(b"a%d" % each for each in range(1_000))]
    directory = b"".join(
        struct.pack(
            "<4s6H3L5H2L",
            *(b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(body), 1_000, len(name), 0, 0, 0, 0, 0, 0),
        )
        + name
        for name in names
    )
    content = local + b"a" + body
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), len(content), 0
    )
    return content + directory + end


def zip_in_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("prices.xlsx", nested_rows())
    return file.getvalue()


def understated_size() -> bytes:
    """The directory says that the sheet has 500 bytes."""
    return _with_declared_size(rows(b" " * 20 * MEGABYTE), 500)


def overstated_size() -> bytes:
    return _with_declared_size(rows(b""), 300 * MEGABYTE)


def _with_declared_size(archive: bytes, size: int) -> bytes:
    content = bytearray(archive)
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    # It stands 24 bytes after the signature of the directory's entry.
    content[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    return bytes(content)


def sixteen_million_columns() -> bytes:
    return b"sku,quantity" + b"," * 16 * MEGABYTE + b"\n"


def columns_over_many_lines() -> bytes:
    """One row, for each line ends within a quotation."""
    return b"sku,quantity\n" + (b"ab," * 30_000 + b'"\n",') * 218


def unclosed_quotation() -> bytes:
    return b'sku,quantity\n"TEA-01,5\n' + b"TEA-02,6\n" * 2_200_000


def blank_lines() -> bytes:
    return b"\n" * 20_000_000


def blank_lines_below() -> bytes:
    return b"sku,quantity\nTEA-01,5\n" + b"\n" * 19_900_000


def separators_alone() -> bytes:
    return b"sku,quantity\n" + b",\n" * 9_900_000


def nothing_but_nul() -> bytes:
    return b"sku,quantity\n" + b"\0" * 12_000_000


def utf_16_lines() -> bytes:
    return ("sku,quantity\n" + "\u4e00,1\n" * 200_000).encode("utf-16")


def lone_surrogates() -> bytes:
    return b"\xff\xfe" + b"\x00\xd8" * 9_000_000


def packed_again() -> bytes:
    return zlib.compress(b"sku,quantity\n" + b"TEA-01,5\n" * MEGABYTE)


def all_bombs() -> Iterator[str]:
    """Their names."""
    helpers = {"workbook", "rows", "all_bombs", "_with_declared_size"}
    for name, value in globals().items():
        if callable(value) and getattr(value, "__module__", "") == __name__ and name not in helpers:
            yield name
