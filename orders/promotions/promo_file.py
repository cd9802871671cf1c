"""Promo codes as rows of a file, and the terms that each row states."""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.errors import Fault, Invalid
from backoffice.moments import closing, opening
from backoffice.money import ZERO, places
from backoffice.sheets.columns import kept_cells, named_columns, places_of
from backoffice.sheets.formulas import restored
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.reading import content_of, table_rows
from orders.models import PromotionKind
from orders.models.promo import normalised_code
from orders.promotions.promo_export import COLUMNS, EXPORTED_ONLY
from orders.promotions.restriction import category_ids, product_ids

MAX_ROWS = 10_000
OF_REJECTED_ROWS = ("row", "problem")
NO_ROWS = gettext_lazy("The file has no rows. Put one row for each promo code below the header.")
LONGEST_NAME = 60

NUMBER = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]+))?\Z")
WHOLE = re.compile(r"[0-9]{1,10}\Z")
# Workbooks store a moment as the number of days since this one, with the time as a fraction.
SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?\Z")
SERIAL_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001  # by the calendar, in no zone
NO_FRACTION = Decimal("1e-10")
TRUTH = {
    **dict.fromkeys(("yes", "y", "true", "1", "x", "on"), True),
    **dict.fromkeys(("no", "n", "false", "0", "off"), False),
}
YES_OR_NO = frozenset({"first_order_only", "is_restricted", "is_paused"})


@dataclass(frozen=True, slots=True)
class PromoFileRow:
    """A row's trimmed cells by column; `number` is its place in the file, where the header is row 1."""

    number: int
    cells: Mapping[str, str]

    @property
    def code(self) -> str:
        return normalised_code(self.cells["code"])


@dataclass(frozen=True, slots=True)
class PromoFile:
    """A file that was read; `columns` are those of its columns that we know, in its order."""

    columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    rows: tuple[PromoFileRow, ...]

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
    rows = table_rows(content_of(file), file_name=file_name, columns=COLUMNS)
    header = next(rows, None)
    if header is None:
        raise UnreadableFile(str(NO_ROWS))
    named = named_columns(header.cells, COLUMNS, needed=["code"])
    places = places_of(named, COLUMNS)
    read = [
        PromoFileRow(number, dict(zip(places, cells, strict=True)))
        for number, cells in kept_cells(rows, tuple(places.values()), most_rows=MAX_ROWS)
    ]
    if not read:
        raise UnreadableFile(str(NO_ROWS))
    known = {*COLUMNS, *EXPORTED_ONLY, *OF_REJECTED_ROWS}
    ignored = tuple(name[:LONGEST_NAME] for name in named if name and name not in known)
    return PromoFile(tuple(places), ignored, tuple(read))


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


def _number(text: str) -> Decimal | None:
    text = text.removesuffix("%").strip()
    if not text:
        return None
    match = NUMBER.match(text)
    # Three digits after a comma or point are as often as not meant as thousands, but for those of a dinar.
    if match is None or (len(match[2] or "") == 3 and places() < 3):
        raise _unclear(text, _("“%(text)s” is no number such as 12.50, without a mark for thousands."))
    number = Decimal(text.replace(",", "."))
    # A workbook stores 19.99 as 19.989999999999998.
    return number.quantize(NO_FRACTION).normalize() + ZERO if len(match[2] or "") > 10 else number


def _uses(text: str) -> int | None:
    if not text:
        return None
    if not WHOLE.match(text) or int(text) == 0:
        raise _unclear(text, _("“%(text)s” is no whole number from 1 on. Leave it empty for no limit."))
    return int(text)


def _truth(text: str) -> bool:
    if text.casefold() not in TRUTH:
        raise _unclear(text, _("“%(text)s” is neither yes nor no."))
    return TRUTH[text.casefold()]


def _moment(meaning: Callable[[str], datetime]) -> Callable[[str], datetime | None]:
    def read(text: str) -> datetime | None:
        try:
            return meaning(_unserialised(text)) if text else None
        except ValueError:
            told = _("“%(text)s” is no date such as 2026-12-24 or 2026-12-24T18:00.")
            raise _unclear(text, told) from None

    return read


def _unserialised(text: str) -> str:
    if not SERIAL.match(text):
        return text
    seconds = round(Decimal(text) * 86_400)
    moment = SERIAL_BEGINS + timedelta(seconds=seconds)
    return moment.isoformat() if seconds % 86_400 else moment.date().isoformat()


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
    return Invalid(sentence % {"text": text[:40]})


type Reader = Callable[[str], Any]

READERS: dict[str, tuple[str, Reader]] = {
    "name": ("name", str),
    "percent_off": ("percent_off", _number),
    "amount_off": ("amount_off", _number),
    "max_discount": ("max_discount", _number),
    "minimum_spend": ("minimum_spend", lambda text: _number(text) or ZERO),
    "starts_at": ("starts_at", _moment(opening)),
    "ends_at": ("ends_at", _moment(closing)),
    "max_uses": ("max_uses", _uses),
    "max_uses_per_customer": ("max_uses_per_customer", _uses),
    "first_order_only": ("first_order_only", _truth),
    "is_restricted": ("is_restricted", _truth),
    "categories": ("category_ids", _listed(category_ids)),
    "products": ("product_ids", _listed(product_ids)),
    "is_paused": ("is_paused", _truth),
}
COLUMN_OF = {name: column for column, (name, _) in READERS.items()}
