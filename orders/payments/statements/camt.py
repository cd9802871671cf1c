"""Account statements as XML: ISO 20022, camt.053, of any version that banks send."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.numbers import grouped
from backoffice.sheets.cells import CellFault
from backoffice.sheets.limits import MAX_KEPT_CHARACTERS, UnreadableFile
from backoffice.sheets.markup import Markup
from orders.payments.statements.days import day_of
from orders.payments.statements.lines import LONGEST_NAME, FoundLine, one_line
from orders.payments.statements.references import without_placeholder

CHUNK = 1 << 16
MAX_LINES = 100_000
MAX_ELEMENTS = 3_000_000
DAMAGED = gettext_lazy(
    "This XML file is damaged, or no statement of an account. Download it from your bank again."
)
TOO_MANY = gettext_lazy("The statement holds far too much. Download it for a shorter time.")

STATEMENT, ENTRY, TRANSACTION = "BkToCstmrStmt", "Ntry", "TxDtls"
BOOKED = ("BOOK", "")

type Parts = dict[str, list[str]]
"""The texts below an element, by their path from it: `RmtInf/Ustrd`; attributes of an amount: `Amt@Ccy`."""


@dataclass(slots=True)
class Entry:
    """An entry of the account, with the transactions that it holds."""

    parts: Parts = field(default_factory=dict)
    transactions: list[Parts] = field(default_factory=list)


def camt_lines(content: bytes) -> tuple[list[FoundLine], list[int]]:
    """Return the booked transactions, and the numbers of those that are only announced.

    Raises:
        UnreadableFile: it is no statement, or too long.
    """
    reader = _Reader()
    chunks = (content[begin : begin + CHUNK] for begin in range(0, len(content), CHUNK))
    reader.markup.read(chunks)
    if not reader.is_statement:
        raise UnreadableFile(
            _(
                "This XML file is no statement of an account. Choose the format camt.053 (or CAMT V8) "
                "at your bank, or CSV."
            )
        )
    found: list[FoundLine] = []
    announced: list[int] = []
    for entry in reader.entries:
        first = len(found) + len(announced) + 1
        if _one(entry.parts, "Sts", "Sts/Cd") in BOOKED:
            found.extend(_lines_of(entry, first))
        else:
            announced.append(first)
    return found, announced


class _Reader:
    """Collects the entries of all statements in the document while its XML is fed to `markup`."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.is_statement = False
        self.markup = Markup(
            self._start,
            self._end,
            self._text,
            most_elements=MAX_ELEMENTS,
            damaged=DAMAGED,
            too_many=TOO_MANY,
        )
        self._path: list[str] = []
        self._heard: list[str] = []
        self._kept = self._lines = 0
        # The parts that are being filled, and how deep their element is.
        self._within: list[tuple[Parts, int]] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._heard.clear()
        if name == STATEMENT:
            self.is_statement = True
        elif name == ENTRY and not self._within:
            self._open(self._new_entry().parts)
        elif name == TRANSACTION and len(self._within) == 1:
            parts: Parts = {}
            self.entries[-1].transactions.append(parts)
            self._open(parts)
        elif self._within and "Ccy" in attributes:
            self._keep("@Ccy", attributes["Ccy"])

    def _new_entry(self) -> Entry:
        self.entries.append(entry := Entry())
        return entry

    def _open(self, parts: Parts) -> None:
        self._lines += 1
        if self._lines > 2 * MAX_LINES:
            raise UnreadableFile(
                _("The file has more than %(most)s rows. Split it.") % {"most": grouped(MAX_LINES)}
            )
        self._within.append((parts, len(self._path)))

    def _text(self, data: str) -> None:
        if self._within:
            self._heard.append(data)

    def _end(self, name: str) -> None:
        if self._within:
            if text := "".join(self._heard).strip():
                self._keep("", text)
            self._heard.clear()
            if len(self._path) == self._within[-1][1]:
                self._within.pop()
        self._path.pop()

    def _keep(self, attribute: str, text: str) -> None:
        parts, depth = self._within[-1]
        self._kept += len(text)
        if self._kept > MAX_KEPT_CHARACTERS:
            raise UnreadableFile(TOO_MANY)
        parts.setdefault("/".join(self._path[depth:]) + attribute, []).append(text)


def _lines_of(entry: Entry, first: int) -> Iterator[FoundLine]:
    """Yield a line for each transaction; one for them all when their amounts are not those of the entry."""
    transactions = entry.transactions
    if len(transactions) < 2 or not _add_up(entry):
        told: Parts = {}
        for parts in transactions:
            for path, texts in parts.items():
                told.setdefault(path, []).extend(texts)
        yield _line(entry.parts, told, first, amount=entry.parts, place="")
        return
    for place, parts in enumerate(transactions):
        yield _line(entry.parts, parts, first + place, amount=parts, place=f"/{place + 1}")


def _add_up(entry: Entry) -> bool:
    try:
        whole = _signed(entry.parts, entry.parts)
        return whole == sum(_signed(parts, entry.parts) for parts in entry.transactions)
    except CellFault:
        return False


def _line(entry: Parts, told: Parts, row: int, *, amount: Parts, place: str) -> FoundLine:
    day = found = None
    column, fault = "date", None
    written_day = _one(entry, "ValDt/Dt", "ValDt/DtTm", "BookgDt/Dt", "BookgDt/DtTm")
    written = _one(amount, "Amt", "AmtDtls/TxAmt/Amt")
    try:
        day = _day(written_day)
        column = "amount"
        found = _signed(amount, entry)
    except CellFault as error:
        fault = error
    return FoundLine(
        row=row,
        date=day,
        amount=found,
        currency=_one(amount, "Amt@Ccy", "AmtDtls/TxAmt/Amt@Ccy"),
        text=_text_of(entry, told),
        name=one_line(_name_of(told, is_incoming=_direction(amount, entry) != "DBIT"), LONGEST_NAME),
        reference=_reference_of(entry, told, place),
        written_date=written_day,
        written_amount=written,
        fault_column=column if fault else "",
        fault=fault,
    )


def _day(text: str) -> date | None:
    return day_of(text) if text else None


def _signed(parts: Parts, entry: Parts) -> Decimal:
    """Return the amount of an entry or a transaction. Raises CellFault."""
    text = _one(parts, "Amt", "AmtDtls/TxAmt/Amt")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise CellFault("not_a_number", text=text[:40]) from None
    if not amount.is_finite() or amount < 0:
        raise CellFault("not_a_number", text=text[:40])
    return -amount if _direction(parts, entry) == "DBIT" else amount


def _direction(parts: Parts, entry: Parts) -> str:
    return _one(parts, "CdtDbtInd") or _one(entry, "CdtDbtInd")


def _text_of(entry: Parts, told: Parts) -> str:
    remittance = told.get("RmtInf/Ustrd", []) + told.get("RmtInf/Strd/CdtrRefInf/Ref", [])
    ends = [without_placeholder(each) for each in told.get("Refs/EndToEndId", [])]
    invoices = told.get("RmtInf/Strd/RfrdDocInf/Nb", [])
    said = [*remittance, *invoices, *ends]
    if not any(said):
        said = told.get("AddtlTxInf", []) + entry.get("AddtlNtryInf", [])
    return one_line(" ".join(dict.fromkeys(filter(None, said))))


def _name_of(told: Parts, *, is_incoming: bool) -> str:
    """Return who paid, or who was paid: the last versions of the format put one element more around it."""
    roles = ("UltmtDbtr", "Dbtr") if is_incoming else ("UltmtCdtr", "Cdtr")
    return _one(told, *(f"RltdPties/{role}{inner}/Nm" for role in reversed(roles) for inner in ("", "/Pty")))


def _reference_of(entry: Parts, told: Parts, place: str) -> str:
    """Return the bank's number of a transaction, else the entry's with the place in it."""
    if own := without_placeholder(_one(told, "Refs/AcctSvcrRef")):
        return own
    whole = without_placeholder(_one(entry, "AcctSvcrRef"))
    return f"{whole}{place}" if whole else ""


def _one(parts: Mapping[str, list[str]], *paths: str) -> str:
    """Return the first text at the first of these paths that has one."""
    return next((parts[path][0] for path in paths if path in parts), "")
