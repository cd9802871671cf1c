"""A carrier's file of parcels that have left, each with its order and tracking number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
NO_ROWS = gettext_lazy("The file has no rows. Put one row for each parcel below the header.")
# A spreadsheet writes a long number like this, and has lost its last digits.
ROUNDED = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A row of the file; its parcel takes all that is left of the order. The header is row 1."""

    row: int
    number: str
    tracking_number: str
    carrier: str = ""

    @property
    def problem(self) -> str:
        """Say what is wrong with the row itself, before any order is read; "" when nothing is."""
        if not self.number:
            return _("The order number is missing.")
        if not self.tracking_number:
            return _("The tracking number is missing.")
        if ROUNDED.match(self.tracking_number):
            return _("A spreadsheet has rounded this tracking number: format its column as text.")
        for name, longest in LONGEST.items():
            text = getattr(self, name)
            if len(text) > longest or not text.isprintable():
                detail = _("%(column)s: at most %(count)s characters, without control characters.")
                return detail % {"column": name, "count": longest}
        return ""


@dataclass(frozen=True, slots=True)
class ParcelFile:
    """A file that was read; `columns` are those of its columns that we know."""

    columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    rows: tuple[ParcelRow, ...]


def read_parcels(file: BinaryIO, *, file_name: str, carrier: str = "") -> ParcelFile:
    """Read the whole file, CSV or XLSX, at most 10,000 rows; `carrier` is for rows that name none.

    Raises:
        UnreadableFile.
    """
    rows = table_rows(content_of(file), file_name=file_name, columns=(*COLUMNS, *ALIASES))
    header = next(rows, None)
    if header is None:
        raise UnreadableFile(str(NO_ROWS))
    named = named_columns(header.cells, COLUMNS, needed=["number", "tracking_number"], aliases=ALIASES)
    places = places_of(named, COLUMNS)
    parcels = tuple(_parcels(rows, places, carrier))
    if not parcels:
        raise UnreadableFile(str(NO_ROWS))
    ignored = tuple(name[:LONGEST_NAME] for name in named if name and name not in COLUMNS)
    return ParcelFile(tuple(places), ignored, parcels)


def _parcels(
    rows: Iterator[tuple[int, list[str]]], places: dict[str, int], carrier: str
) -> Iterator[ParcelRow]:
    for row, cells in kept_cells(rows, tuple(places.values()), most_rows=MAX_PARCELS):
        written = dict(zip(places, cells, strict=True))
        yield ParcelRow(row, written["number"], written["tracking_number"], written.get("carrier") or carrier)
