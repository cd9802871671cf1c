"""Statements as tables: the CSV files and workbooks of banks, and the downloads of Stripe and PayPal."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from backoffice.sheets.cells import CellFault, shown_text, text_of
from backoffice.sheets.limits import MAX_KEPT_CHARACTERS, UnreadableFile
from backoffice.sheets.table import SheetTable, read_table
from backoffice.text import identity_key
from orders.payments.statements.amounts import amount_of, mark_of_cents
from orders.payments.statements.days import day_of, is_month_first
from orders.payments.statements.lines import LONGEST_NAME, FoundLine, one_line
from orders.payments.statements.references import without_placeholder
from orders.payments.statements.table_columns import (
    AMOUNTS,
    DATES,
    KINDS,
    LAYOUT,
    Writer,
    has_date_and_amount,
    writer_of,
)
from orders.payments.statements.table_kinds import MoneyOf, moved_by

MAX_ROWS = 100_000
OUT = frozenset(
    ("s", "soll", "d", "dr", "debit", "dbit", "af", "-", "ausgang", "lastschrift", "out", "belastung")
)
IN = frozenset(("h", "haben", "c", "cr", "credit", "crdt", "bij", "+", "eingang", "gutschrift", "in"))
METHODS = {Writer.BANK: "bank_transfer", Writer.STRIPE: "card", Writer.PAYPAL: "paypal"}
SHOWN = 40


@dataclass(frozen=True, slots=True)
class TableRow:
    """The texts of a row by column, "" for columns that the file lacks; the first cell that is no text."""

    number: int
    texts: dict[str, str]
    fault_column: str = ""
    fault: CellFault | None = None

    def __getitem__(self, column: str) -> str:
        return self.texts.get(column, "")

    @property
    def written_date(self) -> str:
        return self["date"] or self["booked_on"]

    @property
    def has_days(self) -> bool:
        written = [self[column] for column in DATES if self[column]]
        return bool(written) and all(map(_is_day, written))

    @property
    def written_amount(self) -> str:
        return next((self[column] for column in AMOUNTS if self[column]), "")


@dataclass(slots=True)
class TableLines:
    """The lines of a table; rows of the others are only named."""

    lines: list[FoundLine] = field(default_factory=list)
    not_yet: list[int] = field(default_factory=list)
    of_the_shop: list[int] = field(default_factory=list)
    no_bookings: list[int] = field(default_factory=list)
    refunded: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of this file are read: all its rows together told."""

    writer: Writer
    cents: str
    is_month_first: bool


def read_lines(content: bytes, *, file_name: str) -> tuple[TableLines, SheetTable, Writer]:
    """Return the lines, the table whose remarks are whole, and who wrote it.

    Raises:
        UnreadableFile: it is no table, has no date or no amount, or writes amounts or dates in two ways.
    """
    table = read_table(content, file_name=file_name, layout=LAYOUT)
    if not has_date_and_amount(table.places):
        raise UnreadableFile(_no_header(table))
    writer = writer_of(table.header)
    rows = list(_rows(table))
    amounts = (row[column] for row in rows for column in (*AMOUNTS, "fee") if row[column])
    days = (row[column] for row in rows for column in DATES if row[column])
    reading = Reading(writer, mark_of_cents(amounts), is_month_first(days))
    found = TableLines()
    for row in rows:
        _sort(row, reading, found)
    return found, table, writer


def _no_header(table: SheetTable) -> str:
    found = ", ".join(f"“{cell.strip()[:SHOWN]}”" for cell in table.header if cell.strip())
    return _(
        "No row names a column for the date and one for the amount; found: %(found)s. "
        "Name them date, amount and text, and try again."
    ) % {"found": found[:400] or _("none")}


def _rows(table: SheetTable) -> Iterator[TableRow]:
    columns = [(name, place, KINDS[name]) for name, place in table.places.items()]
    width = len(table.header)
    kept = 0
    for number, cells in table.rows(most=MAX_ROWS):
        texts: dict[str, str] = {}
        fault_column, fault = "", None
        if any(map(str.strip, cells[width:])):
            fault = CellFault("torn_row")
        for name, place, kind in columns:
            try:
                texts[name] = text_of(cells[place], kind)
            except CellFault as found:
                texts[name] = shown_text(cells[place])
                if fault is None:
                    fault_column, fault = name, found
        kept += sum(map(len, texts.values()))
        if kept > MAX_KEPT_CHARACTERS:
            raise UnreadableFile(_("The file holds too much text. Shorten its long cells, or split it."))
        yield TableRow(number, texts, fault_column, fault)


def _sort(row: TableRow, reading: Reading, found: TableLines) -> None:
    """Put the row where it belongs."""
    if not row.written_amount and not row.has_days:
        # A balance at the end, or a line that only tells something.
        found.no_bookings.append(row.number)
        return
    status = row["booking_status"]
    moved = moved_by(reading.writer, kind=row["kind_of_booking"], status=status, impact=row["balance_impact"])
    if moved is MoneyOf.NOT_YET:
        found.not_yet.append(row.number)
    elif moved is MoneyOf.OF_THE_SHOP:
        found.of_the_shop.append(row.number)
    else:
        line = _line(row, reading)
        if moved is None:
            line = _faulty(line, "booking_status", CellFault("unknown_status", status=status[:SHOWN]))
        if row["refunded"].strip("0.,- "):
            found.refunded.append(row.number)
        found.lines.append(replace(line, is_chargeback=True) if moved is MoneyOf.CHARGEBACK else line)


def _line(row: TableRow, reading: Reading) -> FoundLine:
    amount = day = None
    column, fault = row.fault_column, row.fault
    if fault is None:
        try:
            column = "date"
            day = _day(row, reading)
            column = "amount"
            amount = _amount(row, reading.cents)
        except CellFault as error:
            fault = error
    is_out = amount is not None and amount < 0
    name = row["payee"] or row["payer"] if is_out else row["payer"] or row["payee"]
    return FoundLine(
        row=row.number,
        date=day,
        amount=amount,
        currency=row["currency"].upper(),
        text=_text(row),
        name=one_line(name, LONGEST_NAME),
        reference=without_placeholder(row["transaction_id"]),
        method=_method(row, reading.writer),
        provider="" if reading.writer is Writer.BANK else reading.writer.value,
        fee=_fee(row, reading.cents),
        written_date=one_line(row.written_date, SHOWN),
        written_amount=one_line(row.written_amount, SHOWN),
        fault_column=column if fault else "",
        fault=fault,
    )


def _faulty(line: FoundLine, column: str, fault: CellFault) -> FoundLine:
    return line if line.fault else replace(line, fault_column=column, fault=fault)


def _is_day(text: str) -> bool:
    try:
        day_of(text)
    except CellFault:
        return False
    return True


def _day(row: TableRow, reading: Reading) -> date | None:
    text = row.written_date
    return day_of(text, month_first=reading.is_month_first) if text else None


def _amount(row: TableRow, cents: str) -> Decimal | None:
    """Return the amount, below zero if it went out. Raises CellFault."""
    came_in, went_out = row["money_in"], row["money_out"]
    credit = amount_of(came_in, cents) if came_in else Decimal(0)
    debit = amount_of(went_out, cents) if went_out else Decimal(0)
    if credit and debit:
        raise CellFault("two_amounts")
    if credit or debit:
        return credit or -abs(debit)
    if not row["amount"]:
        # A zero that is written is one; nothing at all is missing.
        return Decimal(0) if came_in or went_out else None
    return _marked(amount_of(row["amount"], cents), row["amount"], row["debit_or_credit"])


def _marked(amount: Decimal, written: str, mark: str) -> Decimal:
    """Return the amount with the sign that a column of its own says. Raises CellFault."""
    if not mark:
        return amount
    key = identity_key(mark).rstrip(".")
    if key in OUT:
        return -abs(amount)
    if key in IN:
        if amount < 0:
            raise CellFault("sign_contradicts", amount=written[:SHOWN], mark=mark[:SHOWN])
        return amount
    raise CellFault("unknown_mark", mark=mark[:SHOWN])


def _text(row: TableRow) -> str:
    """Return all that was written with the payment, each thing once."""
    ends = without_placeholder(row["end_to_end_id"])
    said = [row["order_number"], row["text"], row["details"], ends]
    return one_line(" ".join(dict.fromkeys(filter(None, said))) or row["kind_of_booking"])


def _method(row: TableRow, writer: Writer) -> str:
    if writer is not Writer.BANK or not row["method"]:
        return METHODS[writer]
    return identity_key(row["method"]).replace(" ", "_").replace("-", "_")


def _fee(row: TableRow, cents: str) -> Decimal | None:
    """Return what the provider kept, without a sign; a fee that cannot be read is only left out."""
    try:
        fee = abs(amount_of(row["fee"], cents)) if row["fee"] else Decimal(0)
    except CellFault:
        return None
    return fee or None
