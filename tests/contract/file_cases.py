"""The right answer for each file of tests/data: which rows have a problem, what is remarked, what changes.

Of stock files the change is what is on hand afterwards, of products name and price, of promo codes percentage
and minimum spend, of parcels tracking number and carrier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

STOCK, PRODUCTS, PROMOS, PARCELS = "stock, counted", "products", "promo codes", "parcels"
AS_TEXT = "Format the column as text and type it again."
UNKNOWN = "No product has this SKU. Correct it, or create the product first."
NOT_WHOLE = "The quantity is not a whole number. Write digits alone, like 12."
MISSING = "The quantity is missing. (A formula must be saved together with its result.)"
INVISIBLE = "It contains invisible control characters. Type it again."
ONE_OR_ZERO = "is_active: Write 1 for a product that can be ordered, 0 for an archived one."
BAD_SKU = "sku: A SKU has 1 to 64 characters, without / and control characters."
NO_NAME = "name: This field cannot be blank."
NO_SKU = "The SKU is missing. Write it, or remove the row."
WINDOWS = "The file is not UTF-8. It was read as Windows-1252: check the accents."
QUOTE = "Row 2 opens a quotation mark that is not closed properly. Remove or double it."
NO_ROWS = "The file has no rows. Put one row for each product below the header."
BELOW = "The header was found in row 3. What stands above it is not read."


@dataclass(frozen=True, slots=True)
class Expected:
    kind: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[int, str] = field(default_factory=dict)
    remarks: Sequence[str] = ()
    refused: str = ""


def stock(changes: Mapping[str, int], problems: Mapping[int, str] = {}, *remarks: str) -> Expected:
    return Expected(STOCK, changes, problems, remarks)


def products(
    changes: Mapping[str, tuple[str, str]], problems: Mapping[int, str] = {}, *remarks: str
) -> Expected:
    return Expected(PRODUCTS, changes, problems, remarks)


def refused(sentence: str, kind: str = STOCK) -> Expected:
    return Expected(kind, refused=sentence)


def rounded(text: str, column: str = "sku") -> str:
    return f"{column}: A spreadsheet has rounded it ({text}). {AS_TEXT}"


def ambiguous(text: str, small: str, large: str, column: str = "quantity") -> str:
    return f"{column}: “{text}” can mean {small} or {large}: write it without a mark for thousands."


def repeated(rows: str) -> str:
    return f"sku: The SKU is in rows {rows}. Keep one of them."


ONE = stock({"00123": 5})

EXPECTED: Mapping[str, Expected] = {
    # Stock, as workbooks
    "absolute-target/in.xlsx": ONE,
    "active-sheet/in.xlsx": stock(
        {"00123": 5}, {}, "Only the sheet Sheet is read; another one has rows too: c."
    ),
    "backslash-members/in.xlsx": ONE,
    "boolean-sku/in.xlsx": stock(
        {}, {2: f"sku: The spreadsheet has made a logical value of it (TRUE). {AS_TEXT}", 3: NOT_WHOLE}
    ),
    "case-names/in.xlsx": ONE,
    "cells-without-reference/count.xlsx": stock({}, {2: MISSING, 3: MISSING}),
    "cells-without-reference/stock.xlsx": stock({"1E5": 5, "1-2": 6}),
    "chartsheet-first/in.xlsx": stock({"00123": 7}),
    "dates-in-columns/in.xlsx": stock(
        {},
        {
            2: f"sku: The spreadsheet has made a date of it (2026-02-01). {AS_TEXT}",
            3: (
                "quantity: The spreadsheet shows it as a date (2026-01-05). "
                "Format the column as a number and type it again."
            ),
        },
    ),
    "error-cells/in.xlsx": stock(
        {},
        {
            2: "quantity: A formula came to #N/A. Correct it, or write the value itself.",
            3: "sku: A formula came to #N/A. Correct it, or write the value itself.",
        },
    ),
    "excel-table/in.xlsx": stock({"00123": 5, "1E5": 6}, {4: UNKNOWN}),
    "far-cell-256/in.xlsx": ONE,
    "far-cell/in.xlsx": ONE,
    "float-noise/in.xlsx": stock({"00123": 3, "1E5": 3}),
    "hidden-column/in.xlsx": stock(
        {"00123": 7}, {}, "A column is hidden in the sheet and is read all the same: quantity."
    ),
    "hidden-row/in.xlsx": stock(
        {"00123": 5, "1E5": 6}, {}, "A row is hidden in the sheet and is read all the same: 3."
    ),
    "number-header/in.xlsx": ONE,
    "numbers-as-text/in.xlsx": stock(
        {
            "00123": 12,
            "1E5": 12,
            "90.75": 1_000,
            "12345678901234567": 1_000,
            "Café-1": 12,
            "A 1": 12,
            "TRUE": 12,
        },
        {
            4: ambiguous("1,000", "1", "1000"),
            5: ambiguous("1.000", "1", "1000"),
            11: NOT_WHOLE,
            12: NOT_WHOLE,
            13: ambiguous("12.000", "12", "12000"),
        },
    ),
    "pyexcelerate/in.xlsx": ONE,
    "repeated-row/in.xlsx": ONE,
    "scientific/in.xlsx": stock(
        {"4006381333931": 8, "90.75": 9}, {2: rounded("1.00E+05"), 4: rounded("1.23456789012346E+16")}
    ),
    "strict-ooxml/in.xlsx": ONE,
    "title-above-header/in.xlsx": stock({"00123": 7}, {}, BELOW),
    "two-sheets/in.xlsx": stock(
        {"00123": 7}, {}, "Only the sheet North is read; another one has rows too: South."
    ),
    "xlsm/in.xlsm": ONE,
    "zeros-by-format/in.xlsx": stock({"00123": 7}),
    # Stock, as text
    "archived-in-stock-file/in.csv": stock(
        {"00123": 77, "1E5": 70, "UN-2": 5},
        {},
        "A product is archived: UN-2. Its stock is changed, but it cannot be ordered.",
    ),
    "bom-quoted/in.csv": ONE,
    "empty/in.csv": refused(NO_ROWS),
    "enc-cp1252/in.csv": stock({"Café-1": 5}, {}, WINDOWS),
    "enc-macroman/in.csv": stock(
        {"Café-1": 5}, {}, "The file is not UTF-8. It was read as Mac OS Roman: check the accents."
    ),
    "enc-mixed/in.csv": stock({"00123": 5, "1E5": 3, "Café-1": 4}, {}, WINDOWS),
    "enc-utf16be/in.csv": ONE,
    "enc-utf16le-nobom/in.csv": ONE,
    "enc-utf32/in.csv": ONE,
    "eof-ctrlz/in.csv": ONE,
    "header-case/in.csv": ONE,
    "header-words/in.csv": ONE,
    "huge-cell/in.csv": stock({"00123": 5, "1E5": 6}),
    "mixed-eol/in.csv": stock({"00123": 5, "1E5": 6, "1-2": 7}),
    "nel-vt/in.csv": refused(
        "Row 3 contains invisible control characters. Type its cells again and save the file."
    ),
    "nul-bytes/in.csv": refused(
        "Row 2 contains invisible control characters. Type its cells again and save the file."
    ),
    "only-bom/in.csv": refused(NO_ROWS),
    "pipe/in.csv": ONE,
    "quote-inch-first/in.csv": refused(QUOTE),
    "quote-open/in.csv": refused(QUOTE),
    "quotes/in.csv": stock({"00123": 5, "1E5": 6, "1-2": 7}),
    "repeated-header/in.csv": stock(
        {"00123": 5, "1E5": 6}, {}, "The header stands there once more and is passed over, in row 3."
    ),
    "same-rows-other-bytes/delivery-lf.csv": ONE,
    "same-rows-other-bytes/delivery.csv": ONE,
    "same-rows-other-bytes/delivery.xlsx": ONE,
    "scientific-csv/in.csv": stock(
        {}, {2: rounded("4.00638E+12"), 3: rounded("1.23E+05"), 4: rounded("1.00E+05")}
    ),
    "second-table/in.csv": refused("A second table begins in row 4. Keep one table in a sheet."),
    "sep-line/in.csv": ONE,
    "trailing-sep/in.csv": stock({"00123": 5, "1E5": 6}),
    "two-sku-columns/in.csv": refused("The file has 2 columns named sku. Keep one of them."),
    # What is no table
    "html-as-xls/in.xls": refused(
        "This is a web page that is named like a spreadsheet. Open it in your spreadsheet program, save it "
        "as XLSX or CSV and try again."
    ),
    "ods/in.ods": refused("This is an OpenDocument spreadsheet (ODS). Save it as XLSX or CSV and try again."),
    "xls/in.xls": refused(
        "This is an old XLS workbook or one with a password. Save it as XLSX without one, or as CSV."
    ),
    "xml2003/in.xml": refused(
        "This is an XML file, such as a workbook of Excel 2003. Open it in your spreadsheet program, save it "
        "as XLSX or CSV and try again."
    ),
    "zip-of-csv/in.zip": refused(
        "This is a ZIP archive, not a workbook. Unpack it and choose the CSV or XLSX file that is in it."
    ),
    # Products
    "adm-blank-sku/in.csv": products({"1E5": ("Looks like a number", "2.00")}, {2: NO_SKU}),
    "adm-bom/in.csv": products({"00123": ("Théière", "1.00")}),
    "adm-cp1252/in.csv": products({"00123": ("Théière", "1.00")}, {}, WINDOWS),
    "adm-empty-formatted-rows/in.xlsx": products({"1E5": ("Looks like a number", "2.00")}),
    "adm-empty-rows/in.csv": products({"00123": ("Short", "1.00")}),
    "adm-empty/in.csv": refused(NO_ROWS, PRODUCTS),
    "adm-quote/in.csv": refused(QUOTE, PRODUCTS),
    "adm-semicolon/in.csv": products({"00123": ("Semicolon", "1.00")}),
    "adm-short/in.csv": products({"00123": ("Short", "1.00")}),
    "adm-utf16/in.csv": products({"00123": ("Utf16", "1.00")}),
    "blank-cells/in.csv": products(
        {"4006381333931": ("An EAN as SKU", "4.00")}, {2: ONE_OR_ZERO, 3: ONE_OR_ZERO, 4: NO_NAME}
    ),
    "category-case/in.csv": products(
        {sku: (f"Product {sku}", "3.39") for sku in ("00123", "1E5", "1-2", "90.75")}
    ),
    "cells-without-reference/products.xlsx": products({"1-2": ("Product 1-2", "2.00")}),
    "excel-float-price/in.xlsx": products(
        {"00123": ("x", "1.10"), "1E5": ("y", "4.35"), "1-2": ("z", "5.00"), "90.750": ("z", "1200.00")},
        {5: "price: An amount in EUR has at most 2 decimal places."},
    ),
    "long-texts/in.csv": products(
        {"LT-3": ("😀" * 255, "1.00"), "LT-5": ('quote " and , comma; semi', "1.00")},
        {
            2: "name: It has 256 characters; at most 255 are read. Shorten it.",
            **dict.fromkeys((3, 6, 8), f"name: {INVISIBLE}"),
            9: f"{BAD_SKU} sku: Ensure this value has at most 64 characters (it has 65).",
            10: BAD_SKU,
            11: NO_NAME,
            12: NO_NAME,
            13: "name: Enter a valid value.",
            14: NO_SKU,
            **dict.fromkeys((15, 17), f"sku: {INVISIBLE}"),
        },
    ),
    "odd-names/in.csv": products(
        {
            "RT-2": ("weird_x000D_name", "1.00"),
            "RT-3": ("=quoted", "1.00"),
            "-RT-4": ("-10 °C  double  blank", "1.00"),
            "@RT7": ("@at", "1.10"),
            "RT\xa08": ("lead", "1.00"),
            "007": ("James", "1.00"),
        },
        dict.fromkeys((2, 7, 8, 12), f"name: {INVISIBLE}"),
    ),
    "price-formats/in.xlsx": products(
        {"00123": ("Product 00123", "12.50"), "90.75": ("Product 90.75", "1234.50")},
        {
            3: "price: The spreadsheet shows it as a percentage (10%). Format the column as a number.",
            4: "price: Not negative.",
            6: ambiguous("1.234", "1.234", "1234", "price"),
        },
    ),
    "price-four-decimals/in.csv": products({"MAG-1": ("Four decimals", "29.00")}),
    "sku-case-rename/in.csv": products({"UN-3": ("Product UN-3", "2.00")}),
    "sku-lookalikes/in.csv": products(
        {
            "1E5": ("dup", "1.00"),
            "4006381333931": ("dup", "1.00"),
            "straße": ("dup", "1.00"),
            "1\u20092": ("dup", "1.00"),
            "\N{CYRILLIC CAPITAL LETTER O}0123": ("dup", "1.00"),
        },
        {
            **dict.fromkeys((2, 14), repeated("2 and 14")),
            **dict.fromkeys((3, 4, 5, 6, 7), repeated("3, 4, 5, 6 and 7")),
            **dict.fromkeys((8, 9), repeated("8 and 9")),
            **dict.fromkeys((11, 12, 13), repeated("11, 12 and 13")),
            **dict.fromkeys((16, 17), repeated("16 and 17")),
        },
    ),
    # Promo codes and parcels
    "promos-european/in.csv": Expected(
        PROMOS,
        {"SOMMER-1": ("12.50", "1250.00")},
        {3: ambiguous("1.000", "1", "1000", "minimum_spend")},
        (WINDOWS,),
    ),
    "promos-rounded/in.csv": Expected(
        PROMOS,
        {"GOOD-1": ("10.00", "0.00")},
        {
            2: rounded("1.23E+05", "code"),
            3: "code: A formula came to #REF!. Correct it, or write the value itself.",
        },
    ),
    "promos-workbook/in.xlsx": Expected(
        PROMOS,
        {"01234": ("10.00", "19.99")},
        {3: f"code: The spreadsheet has made a logical value of it (TRUE). {AS_TEXT}"},
    ),
    "parcels-european/in.csv": Expected(
        PARCELS,
        {"B-900001": ("00340434161094", "GLS"), "B-900003": ("0034", "DHL")},
        {4: rounded("3,40434E+17", "tracking_number")},
    ),
    "parcels-workbook/in.xlsx": Expected(
        PARCELS,
        {"B-900001": ("00000000340434161094", "DHL")},
        {
            3: f"tracking_number: The spreadsheet has made a date of it (2026-03-29). {AS_TEXT}",
            4: rounded("1.23456789012346E+19", "tracking_number"),
        },
    ),
    # Files that a stock import must survive
    "bad-imports/bad-quantities.csv": stock(
        {},
        {
            2: "The quantity is negative. Write 0 or more.",
            3: NOT_WHOLE,
            **dict.fromkeys(range(4, 10), UNKNOWN),
        },
    ),
    "bad-imports/bomb.xlsx": refused(
        "The workbook would unpack to 314 MB; at most 250 MB are read. "
        "Keep only the columns needed, or save it as CSV."
    ),
    "bad-imports/empty.csv": refused(NO_ROWS),
    "bad-imports/formulas.csv": stock({"71053": 5}, {3: UNKNOWN, 4: UNKNOWN}),
    "bad-imports/header-only.csv": refused(NO_ROWS),
    "bad-imports/long-cell.csv": refused(
        "Row 2 is longer than 100,000 characters. Shorten or remove its long cell."
    ),
    "bad-imports/no-header.csv": refused(
        'The first row must name the columns. Needed: sku and quantity; found: "71053", "5". '
        "Name them so and try again."
    ),
    "bad-imports/no-quantity-column.csv": refused(
        'The first row must name the columns. Needed: sku and quantity; found: "sku", "count of things". '
        "Name them so and try again."
    ),
    "bad-imports/not-a-spreadsheet.xlsx": refused(
        "This file is not an XLSX workbook, or it is damaged. Open it in your spreadsheet program, save it "
        "as XLSX or CSV and try again."
    ),
    "bad-imports/nul-and-control.csv": refused(
        "Row 2 contains invisible control characters. Type its cells again and save the file."
    ),
    "bad-imports/numbers-and-formulas.xlsx": stock({"71053": 5, "84029E": 6}, {4: UNKNOWN, 6: UNKNOWN}),
    "bad-imports/picture.csv": refused(
        "This is not a CSV or XLSX file. Save your spreadsheet as one of them and try again."
    ),
    "bad-imports/ragged.csv": refused(
        "Row 2 does not have as many cells (1) as the header (3). Give it one for each column; text that "
        "contains the separator needs quotation marks."
    ),
    "bad-imports/semicolon-bom.csv": stock({"71053": 5, "84029E": 6}),
    "bad-imports/tab-utf16.csv": stock({"71053": 5}),
    "bad-imports/unclosed-quote.csv": refused(QUOTE),
    "bad-imports/unknown-and-duplicate.csv": stock(
        {},
        {
            2: UNKNOWN,
            **dict.fromkeys((3, 4), "The SKU is in rows 3 and 4. Keep one of them."),
            **dict.fromkeys((5, 6), "The SKU is in rows 5 and 6. Keep one of them."),
            7: NO_SKU,
        },
    ),
    "bad-imports/windows-1252.csv": stock({"71053": 5}, {}, WINDOWS),
}
