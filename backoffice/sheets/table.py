"""A file as a table: its header found, its columns known, its rows below with a cell for each of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from backoffice.numbers import grouped
from backoffice.sheets.cells import NUMBERS, SHOWN, CellFault, CellKind, shown_text, text_of
from backoffice.sheets.columns import COLUMN_NAMES, Layout, columns_of, key_of
from backoffice.sheets.csv_rows import Sheet, SheetRow
from backoffice.sheets.limits import MAX_KEPT_CHARACTERS, UnreadableFile
from backoffice.sheets.reading import sheet_of
from backoffice.sheets.remarks import Remark, remark_naming

LONGEST_NAME = 60


class FaultyCell(NamedTuple):
    """A cell that its column cannot hold; `code` and `facts` are those of a CellFault."""

    column: str
    code: str
    facts: Mapping[str, Any]


class TextRow(NamedTuple):
    """A row's number in the file, its cells as texts, and those of them that their columns cannot hold."""

    number: int
    texts: tuple[str, ...]
    faults: tuple[FaultyCell, ...] = ()


@dataclass(slots=True)
class SheetTable:
    """`places` are in the order of the file; `remarks` are whole once all rows are read."""

    places: Mapping[str, int]
    ignored_columns: tuple[str, ...]
    remarks: list[Remark]
    header: list[str]
    _layout: Layout
    _sheet: Sheet
    _repeated: list[int]
    _strays: list[int]

    def rows(self, *, most: int) -> Iterator[SheetRow]:
        """Yield the rows below the header, which are filled up where their last cells are left out.

        Raises:
            UnreadableFile: while iterating; also for a file without rows, or with more than `most`.
        """
        count = 0
        for row in self._rows_below():
            count += 1
            if count > most:
                raise UnreadableFile(
                    _("The file has more than %(most)s rows. Split it.") % {"most": grouped(most)}
                )
            yield row
        if count == 0:
            raise UnreadableFile(self._layout.no_rows)
        if self._repeated:
            self.remarks.append(remark_naming("repeated_header", self._repeated))
        if self._strays:
            self.remarks.append(remark_naming("unnamed_column", self._strays))

    def _rows_below(self) -> Iterator[SheetRow]:
        width = len(self.header)
        padding = [""] * width
        least = max((self.places[name] for name in self._layout.needed), default=0) + 1
        begins = min(self.places.values(), default=0)
        words = set().union(*map(self._layout.words_of, self._layout.needed))
        names = words | {_plainly(name) for name in self.header if name.strip()}
        unnamed = [place for place, name in enumerate(self.header) if not name.strip()]
        is_text = self._sheet.of_text and not self._layout.written_by_others
        for row in self._sheet.rows:
            cells = row.cells
            if is_text and len(cells) != width:
                _refuse_ragged(row, width, least)
            if len(cells) < width:
                cells.extend(padding)
            if (unnamed or len(cells) > width) and not self._layout.written_by_others:
                self._look_for_strays(row, unnamed)
            if _plainly(cells[begins]) in names and self._is_header_again(row):
                continue
            yield row

    def _is_header_again(self, row: SheetRow) -> bool:
        """Whether the row only repeats the header, as on printed pages. Raises UnreadableFile for another."""
        # One word alone may be somebody's SKU or promo code.
        if sum(key_of(cell) in COLUMN_NAMES for cell in row.cells) < 2:
            return False
        if not self._layout.is_header(row.cells) or columns_of(row.cells, self._layout).places != self.places:
            raise UnreadableFile(
                _("A second table begins in row %(row)s. Keep one table in a sheet.") % {"row": row.number}
            )
        self._repeated.append(row.number)
        return True

    def _look_for_strays(self, row: SheetRow, unnamed: list[int]) -> None:
        """Take note of what stands below no name. Raises UnreadableFile for what may belong to a number."""
        width = len(self.header)
        strays = [at for at in (*unnamed, *range(width, len(row.cells))) if row.cells[at].strip()]
        if not strays:
            return
        numbers = {place for name, place in self.places.items() if self._layout.kinds[name] in NUMBERS}
        for at in strays:
            if self._sheet.of_text and at - 1 in numbers and row.cells[at].strip().isdigit():
                _refuse_torn(row, at)
        self._strays.append(row.number)

    def text_rows(self, *, most: int) -> Iterator[TextRow]:
        """Yield the texts of the known columns, for callers that keep them in memory.

        Raises:
            UnreadableFile: while iterating, as for `rows`, and for too much text.
        """
        kinds = [(name, place, self._layout.kinds[name]) for name, place in self.places.items()]
        kept = 0
        for number, cells in self.rows(most=most):
            faults: list[FaultyCell] = []
            texts = tuple(_text(cells[place], name, kind, faults) for name, place, kind in kinds)
            kept += sum(map(len, texts))
            if kept > MAX_KEPT_CHARACTERS:
                raise UnreadableFile(_("The file holds too much text. Shorten its long cells, or split it."))
            yield TextRow(number, texts, tuple(faults))


def read_table(content: bytes, *, file_name: str, layout: Layout) -> SheetTable:
    """Return the table in the file, whose rows are read as they are needed.

    Raises:
        UnreadableFile: at once for a file that is no table, or not of this layout.
    """
    sheet = sheet_of(content, file_name=file_name, layout=layout)
    header, is_below = _header_in(sheet.rows, layout)
    columns = columns_of(header.cells, layout, hidden=sheet.hidden_columns)
    remarks = sheet.remarks
    if is_below:
        remarks.append(Remark("header_below", {"row": header.number}))
    if hidden := [name for name, place in columns.places.items() if place in sheet.hidden_columns]:
        remarks.append(remark_naming("hidden_columns", hidden))
    ignored = tuple(name[:LONGEST_NAME] for name in columns.ignored)
    return SheetTable(columns.places, ignored, remarks, header.cells, layout, sheet, [], [])


def _header_in(rows: Iterator[SheetRow], layout: Layout) -> tuple[SheetRow, bool]:
    """Return the row that names the needed columns, or else the first one, and whether others stand above."""
    first = next(rows, None)
    if first is None:
        raise UnreadableFile(layout.no_rows)
    for row in chain([first], rows):
        if layout.is_header(row.cells):
            return row, row is not first
        if row.number >= layout.header_within:
            break
    return first, False


def _text(cell: str, column: str, kind: CellKind, faults: list[FaultyCell]) -> str:
    try:
        return text_of(cell, kind)
    except CellFault as fault:
        faults.append(FaultyCell(column, fault.code, fault.facts))
        return shown_text(cell)


def _plainly(cell: str) -> str:
    return cell.strip().casefold()


def _refuse_torn(row: SheetRow, at: int) -> None:
    raise UnreadableFile(
        _(
            "Row %(row)s has %(number)s and then %(stray)s below no name, which may be one number "
            "with a comma. Put it into quotation marks, or name the column."
        )
        % {
            "row": row.number,
            "number": row.cells[at - 1].strip()[:SHOWN],
            "stray": row.cells[at].strip()[:SHOWN],
        }
    )


def _refuse_ragged(row: SheetRow, width: int, least: int) -> None:
    if len(row.cells) < least or any(map(str.strip, row.cells[width:])):
        raise UnreadableFile(
            _(
                "Row %(row)s does not have as many cells (%(cells)s) as the header (%(columns)s). "
                "Give it one for each column; text that contains the separator needs quotation marks."
            )
            % {"row": row.number, "cells": len(row.cells), "columns": width}
        )
