"""The right answer for each odd file of stock: which rows have a problem, what is remarked, what changes."""

from collections.abc import Mapping

from tests.contract.file_expected import (
    AS_TEXT,
    BELOW,
    MISSING,
    NO_ROWS,
    NOT_WHOLE,
    ONE,
    QUOTE,
    UNKNOWN,
    WINDOWS,
    Expected,
    ambiguous,
    refused,
    rounded,
    stock,
)

STOCK_CASES: Mapping[str, Expected] = {
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
            2: "quantity: The formula's result is #N/A. Correct it, or write the value itself.",
            3: "sku: The formula's result is #N/A. Correct it, or write the value itself.",
        },
    ),
    "excel-table/in.xlsx": stock({"00123": 5, "1E5": 6}, {4: UNKNOWN}),
    "far-cell-256/in.xlsx": stock(
        {"00123": 5}, {}, "A column without a name is not read, although it is filled in row 2."
    ),
    "far-cell/in.xlsx": ONE,
    "float-noise/in.xlsx": stock({"00123": 3, "1E5": 3}),
    "hidden-column/in.xlsx": stock(
        {"00123": 7}, {}, "This column is hidden in the sheet and is read all the same: quantity."
    ),
    "hidden-row/in.xlsx": stock(
        {"00123": 5, "1E5": 6}, {}, "This row is hidden in the sheet and is read all the same: 3."
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
        "This product is archived: UN-2. Its stock is changed, but it cannot be ordered.",
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
        {"00123": 5, "1E5": 6}, {}, "The header is repeated in row 3, which is skipped."
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
}
