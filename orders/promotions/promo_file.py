"""Promo codes as rows of a file, and the terms that each row states."""

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.errors import Fault, Invalid
from backoffice.moments import closing, opening
from backoffice.money import ZERO
from backoffice.sheets.cell_words import fault_in_words
from backoffice.sheets.cells import CellFault, CellKind, moment_text, money_of, percent_of, truth_of, whole_of
from backoffice.sheets.columns import Layout
from backoffice.sheets.formulas import restored
from backoffice.sheets.reading import content_of
from backoffice.sheets.remarks import Remark
from backoffice.sheets.table import FaultyCell, read_table
from orders.models import PromotionKind
from orders.models.promo import normalised_code
from orders.promotions.promo_export import COLUMNS, EXPORTED_ONLY
from orders.promotions.restriction import category_ids, product_ids

MAX_ROWS = 10_000
OF_REJECTED_ROWS = ("row", "problem")
KINDS: Mapping[str, CellKind] = {
    **dict.fromkeys(COLUMNS, CellKind.TEXT),
    "code": CellKind.KEY,
    "percent_off": CellKind.PERCENT,
    **dict.fromkeys(("amount_off", "max_discount", "minimum_spend"), CellKind.MONEY),
    **dict.fromkeys(("starts_at", "ends_at"), CellKind.MOMENT),
    **dict.fromkeys(("max_uses", "max_uses_per_customer"), CellKind.WHOLE),
    **dict.fromkeys(("first_order_only", "is_restricted", "is_paused"), CellKind.TRUTH),
    **dict.fromkeys(("categories", "products"), CellKind.LINES),
}
LAYOUT = Layout(
    KINDS,
    needed=("code",),
    no_rows=gettext_lazy("The file has no rows. Put one row for each promo code below the header."),
    others=(*EXPORTED_ONLY, *OF_REJECTED_ROWS),
)
LONGEST_TEXT = 40
MOST_USES = 10**10
YES_OR_NO = frozenset({"first_order_only", "is_restricted", "is_paused"})


@dataclass(frozen=True, slots=True)
class PromoFileRow:
    """A row's trimmed cells by column; `number` is its place in the file, where the header is row 1.

    `faults` are those of the cells that their columns cannot hold.
    """

    number: int
    cells: Mapping[str, str]
    faults: tuple[FaultyCell, ...] = ()

    @property
    def code(self) -> str:
        return normalised_code(self.cells["code"])


@dataclass(frozen=True, slots=True)
class PromoFile:
    """A file that was read; `columns` are those of its columns that we know, in its order."""

    columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    rows: tuple[PromoFileRow, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def repeated(self) -> dict[str, list[int]]:
        """Return the codes that stand in several rows, with the numbers of those rows."""
        numbers = defaultdict(list)
        for row in self.rows:
            numbers[row.code].append(row.number)
        return {code: found for code, found in numbers.items() if len(found) > 1}


def read_promo_file(file: BinaryIO, *, file_name: str) -> PromoFile:
    """Read the whole file: CSV or XLSX with a column code, at most 10,000 rows.

    Raises:
        UnreadableFile.
    """
    table = read_table(content_of(file), file_name=file_name, layout=LAYOUT)
    rows = tuple(
        PromoFileRow(row.number, dict(zip(table.places, row.texts, strict=True)), row.faults)
        for row in table.text_rows(most=MAX_ROWS)
    )
    return PromoFile(tuple(table.places), table.ignored_columns, rows, tuple(table.remarks))


def refuse_faulty(row: PromoFileRow) -> None:
    """Raises Invalid: naming every cell that its column cannot hold, by the names of stated terms."""
    if row.faults:
        faults = [
            Fault(f"/{each.column}", "validation", fault_in_words(each.code, each.facts))
            for each in row.faults
        ]
        raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)


def stated_terms(row: PromoFileRow) -> dict[str, Any]:
    """Return the terms that the row states, by the names of PromotionTerms, and `max_uses`.

    A missing column states nothing, and neither does an empty cell of a column of yes or no.

    Raises:
        Invalid: naming every cell that cannot be understood.
    """
    said: dict[str, Any] = {}
    faults: list[Fault] = []
    for column, text in row.cells.items():
        if column != "code" and (text or column not in YES_OR_NO):
            try:
                name, read = READERS[column]
                said[name] = read(text)
            except Invalid as refusal:
                faults.append(Fault(f"/{column}", "validation", refusal.detail))
    if said.get("percent_off") is not None and said.get("amount_off") is not None:
        faults.append(Fault("/percent_off", "validation", _("Give percent_off or amount_off, not both.")))
    if faults:
        raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)
    return _with_kind(said) | ({"name": said["name"] or row.code} if "name" in said else {})


def _with_kind(said: dict[str, Any]) -> dict[str, Any]:
    """Add the kind, which is the filled one of percent_off and amount_off; without one it stays as it is."""
    percent_off, amount_off = said.pop("percent_off", None), said.pop("amount_off", None)
    if percent_off is None and amount_off is None:
        return said
    kind = PromotionKind.FIXED if percent_off is None else PromotionKind.PERCENTAGE
    return {**said, "kind": kind, "percent_off": percent_off, "amount_off": amount_off}


def _read_by(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Make a reader of cells that may be empty, which refuses as all doors do."""

    def reader(text: str) -> Any:
        try:
            return read(text) if text else None
        except CellFault as fault:
            raise Invalid(fault_in_words(fault.code, fault.facts)) from fault

    return reader


def _positive(read: Callable[[str], Decimal]) -> Callable[[str], Decimal]:
    def reader(text: str) -> Decimal:
        number = read(text)
        if number < 0:
            raise _unclear(text, _("“%(text)s” is negative."))
        return number

    return reader


def _uses(text: str) -> int:
    try:
        uses = whole_of(text)
    except CellFault as fault:
        if fault.code != "not_whole":
            raise
        uses = 0
    if not 0 < uses < MOST_USES:
        raise _unclear(text, _("“%(text)s” is not a whole number above 0. Leave it empty for no limit."))
    return uses


def _moment(meaning: Callable[[str], datetime]) -> Callable[[str], datetime | None]:
    def read(text: str) -> datetime | None:
        try:
            return meaning(moment_text(text)) if text else None
        except ValueError:
            told = _("“%(text)s” is no date such as 2026-12-24 or 2026-12-24T18:00.")
            raise _unclear(text, told) from None

    return read


def _listed(ids_of: Callable[[Sequence[str]], tuple[int, ...]]) -> Callable[[str], tuple[int, ...]]:
    """Make a reader of names with ; or a line break between them, quoted where they contain one."""

    def read(text: str) -> tuple[int, ...]:
        lines = csv.reader(text.splitlines(), delimiter=";", skipinitialspace=True)
        try:
            return ids_of([restored(cell.strip()) for line in lines for cell in line if cell.strip()])
        except Invalid as refusal:
            unknown = " ".join(fault.detail for fault in refusal.faults)
            raise Invalid(_("%(unknown)s Put ; between several.") % {"unknown": unknown}) from refusal

    return read


def _unclear(text: str, sentence: str) -> Invalid:
    return Invalid(sentence % {"text": text[:LONGEST_TEXT]})


type Reader = Callable[[str], Any]

_amount = _read_by(_positive(money_of))

READERS: dict[str, tuple[str, Reader]] = {
    "name": ("name", str),
    "percent_off": ("percent_off", _read_by(_positive(percent_of))),
    "amount_off": ("amount_off", _amount),
    "max_discount": ("max_discount", _amount),
    "minimum_spend": ("minimum_spend", lambda text: _amount(text) or ZERO),
    "starts_at": ("starts_at", _moment(opening)),
    "ends_at": ("ends_at", _moment(closing)),
    "max_uses": ("max_uses", _read_by(_uses)),
    "max_uses_per_customer": ("max_uses_per_customer", _read_by(_uses)),
    "first_order_only": ("first_order_only", _read_by(truth_of)),
    "is_restricted": ("is_restricted", _read_by(truth_of)),
    "categories": ("category_ids", _listed(category_ids)),
    "products": ("product_ids", _listed(product_ids)),
    "is_paused": ("is_paused", _read_by(truth_of)),
}
COLUMN_OF = {name: column for column, (name, _) in READERS.items()}
