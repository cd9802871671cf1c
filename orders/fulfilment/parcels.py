"""A carrier's file of parcels that have left, each with its order and tracking number."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.sheets.cell_words import fault_in_words
from backoffice.sheets.cells import CellFault, CellKind, text_of
from backoffice.sheets.columns import Layout
from backoffice.sheets.reading import base_name, content_of
from backoffice.sheets.remarks import Remark
from backoffice.sheets.table import FaultyCell, TextRow, read_table

KINDS = {"number": CellKind.KEY, "tracking_number": CellKind.KEY, "carrier": CellKind.TEXT}
COLUMNS = tuple(KINDS)
LAYOUT = Layout(
    KINDS,
    needed=("number", "tracking_number"),
    no_rows=gettext_lazy("The file has no rows. Put one row for each parcel below the header."),
    # Those of rejected rows that were handed back.
    others=("row", "problem"),
)
MAX_PARCELS = 10_000
LONGEST = {"number": 40, "tracking_number": 80, "carrier": 60}


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A row of the file; its parcel takes all that is left of the order. The header is row 1."""

    row: int
    number: str
    tracking_number: str
    carrier: str = ""
    fault: FaultyCell | None = None

    @property
    def problem(self) -> str:
        """Say what is wrong with the row itself, before any order is read; "" when nothing is."""
        if fault := self.fault or _fault_in("tracking_number", self.tracking_number):
            return f"{fault.column}: {fault_in_words(fault.code, fault.facts)}"
        if not self.number:
            return _("The order number is missing.")
        if not self.tracking_number:
            return _("The tracking number is missing.")
        for name, longest in LONGEST.items():
            text = getattr(self, name)
            if len(text) > longest or not text.isprintable():
                detail = _("%(column)s: at most %(count)s characters, without control characters.")
                return detail % {"column": name, "count": longest}
        return ""


@dataclass(frozen=True, slots=True)
class ParcelFile:
    """A file that was read; `columns` are those of its columns that we know. Pasted rows have no name."""

    columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    rows: tuple[ParcelRow, ...]
    remarks: tuple[Remark, ...] = ()
    name: str = ""


def read_parcels(file: BinaryIO, *, file_name: str, carrier: str = "") -> ParcelFile:
    """Read the whole file, CSV or XLSX, at most 10,000 rows; `carrier` is for rows that name none.

    Raises:
        UnreadableFile.
    """
    table = read_table(content_of(file), file_name=file_name, layout=LAYOUT)
    parcels = tuple(_parcel(row, table.places, carrier) for row in table.text_rows(most=MAX_PARCELS))
    return ParcelFile(
        tuple(table.places), table.ignored_columns, parcels, tuple(table.remarks), base_name(file_name)
    )


def _fault_in(column: str, text: str) -> FaultyCell | None:
    """Return what a spreadsheet has made of a text that was copied from it."""
    try:
        text_of(text, KINDS[column])
    except CellFault as fault:
        return FaultyCell(column, fault.code, fault.facts)
    return None


def _parcel(row: TextRow, columns: Iterable[str], carrier: str) -> ParcelRow:
    written = dict(zip(columns, row.texts, strict=True))
    fault = row.faults[0] if row.faults else None
    named = written.get("carrier") or carrier
    return ParcelRow(row.number, written["number"], written["tracking_number"], named, fault)
