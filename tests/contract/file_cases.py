"""The right answer for each odd file of products, promo codes and parcels, and for those of bad-imports."""

from collections.abc import Mapping

from tests.contract.file_cases_stock import STOCK_CASES
from tests.contract.file_expected import (
    AS_TEXT,
    BAD_SKU,
    INVISIBLE,
    NO_NAME,
    NO_ROWS,
    NO_SKU,
    NOT_WHOLE,
    ONE_OR_ZERO,
    PARCELS,
    PRODUCTS,
    PROMOS,
    QUOTE,
    UNKNOWN,
    WINDOWS,
    Expected,
    ambiguous,
    products,
    refused,
    repeated,
    rounded,
    stock,
)

OTHER_CASES: Mapping[str, Expected] = {
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
            3: "code: The formula's result is #REF!. Correct it, or write the value itself.",
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

EXPECTED: Mapping[str, Expected] = {**STOCK_CASES, **OTHER_CASES}
