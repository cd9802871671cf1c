"""Parcels that have left, as a carrier's file tells of them: whose they are and how they can be followed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from backoffice.sheets.columns import kept_cells, named_columns, places_of
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.reading import content_of, table_rows

COLUMNS = ("number", "tracking_number", "carrier")
ALIASES = {
    **dict.fromkeys(
        ("order", "order number", "order no", "order id", "reference", "your reference"), "number"
    ),
    **dict.fromkeys(
        ("tracking", "tracking no", "tracking code", "tracking id", "parcel number", "shipment number"),
        "tracking_number",
    ),
    **dict.fromkeys(("courier", "shipping company"), "carrier"),
}
MAX_PARCELS = 10_000
LONGEST_NAME = 60
LONGEST = {"number": 40, "tracking_number": 80, "carrier": 60}
NO_ROWS = "The file has no rows. Put one row for each parcel below the header."
# What a spreadsheet makes of a long number: its last digits are gone.
ROUNDED = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """All that is left of an order; `row` is where it was read, in a file the header is 1."""

    row: int
    number: str
    tracking_number: str
    carrier: str = ""

    @property
    def problem(self) -> str:
        """What is wrong with it before any order is looked at; empty if nothing is."""
        if not self.number:
            return "The order number is missing."
        if not self.tracking_number:
            return "The tracking number is missing."
        if ROUNDED.match(self.tracking_number):
            return "A spreadsheet has rounded this tracking number: format its column as text."
        for name, longest in LONGEST.items():
            text = getattr(self, name)
            if len(text) > longest or not text.isprintable():
                return f"{name}: at most {longest} characters, without control characters."
        return ""


@dataclass(frozen=True, slots=True)
class ParcelFile:
    """A file that was read; `columns` are those of ours that it has."""

    columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    rows: tuple[ParcelRow, ...]


def read_parcels(file: BinaryIO, *, file_name: str, carrier: str = "") -> ParcelFile:
    """The whole file, CSV or XLSX, at most 10,000 rows; `carrier` is of the rows that name none.

    Raises:
        UnreadableFile.
    """
    rows = table_rows(content_of(file), file_name=file_name, columns=(*COLUMNS, *ALIASES))
    header = next(rows, None)
    if header is None:
        raise UnreadableFile(NO_ROWS)
    named = named_columns(header.cells, COLUMNS, needed=["number", "tracking_number"], aliases=ALIASES)
    places = places_of(named, COLUMNS)
    parcels = tuple(_parcels(rows, places, carrier))
    if not parcels:
        raise UnreadableFile(NO_ROWS)
    ignored = tuple(name[:LONGEST_NAME] for name in named if name and name not in COLUMNS)
    return ParcelFile(tuple(places), ignored, parcels)


def _parcels(
    rows: Iterator[tuple[int, list[str]]], places: dict[str, int], carrier: str
) -> Iterator[ParcelRow]:
    for row, cells in kept_cells(rows, tuple(places.values()), most_rows=MAX_PARCELS):
        written = dict(zip(places, cells, strict=True))
        yield ParcelRow(row, written["number"], written["tracking_number"], written.get("carrier") or carrier)
