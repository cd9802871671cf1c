"""What a file is expected to do, and the sentences that many files have in common.

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
NO_NAME = "name: A value is needed here: write one."
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
