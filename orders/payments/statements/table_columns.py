"""The columns of statements as tables, and which bank or provider they are of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext_lazy as _

from backoffice.sheets.cells import CellKind
from backoffice.sheets.columns import Layout, key_of

KINDS = {
    "date": CellKind.MOMENT,
    "booked_on": CellKind.MOMENT,
    "amount": CellKind.MONEY,
    "money_out": CellKind.MONEY,
    "money_in": CellKind.MONEY,
    "debit_or_credit": CellKind.TEXT,
    "currency": CellKind.TEXT,
    "text": CellKind.LINES,
    "order_number": CellKind.TEXT,
    "end_to_end_id": CellKind.TEXT,
    "details": CellKind.LINES,
    "payer": CellKind.TEXT,
    "payee": CellKind.TEXT,
    "transaction_id": CellKind.KEY,
    "method": CellKind.TEXT,
    "provider": CellKind.TEXT,
    "fee": CellKind.MONEY,
    "refunded": CellKind.MONEY,
    "kind_of_booking": CellKind.TEXT,
    "booking_status": CellKind.TEXT,
    "balance_impact": CellKind.TEXT,
}
AMOUNTS = ("amount", "money_in", "money_out")
DATES = ("date", "booked_on")
# How far down banks put the header, below what they say of the account.
HEADER_WITHIN = 40


@dataclass(frozen=True)
class StatementLayout(Layout):
    """A table needs a date and an amount, which one of several columns may hold."""

    def is_header(self, cells: Sequence[str]) -> bool:
        return has_date_and_amount(self.columns_in(cells))


def has_date_and_amount(columns: Collection[str]) -> bool:
    return not {*DATES}.isdisjoint(columns) and not {*AMOUNTS}.isdisjoint(columns)


LAYOUT = StatementLayout(
    KINDS,
    needed=(),
    no_rows=_("The file has no rows. Choose a period in which money moved."),
    needed_in_words=_("date, amount and text"),
    header_within=HEADER_WITHIN,
    written_by_others=True,
)


class Writer(Enum):
    """Who writes tables of this shape."""

    BANK = "bank"
    STRIPE = "stripe"
    PAYPAL = "paypal"


# Columns that only one provider has, any of which is enough.
SIGNS = {
    Writer.STRIPE: (
        {"balance_transaction_id"},
        {"reporting_category"},
        {"customer_facing_amount"},
        {"seller_message"},
    ),
    Writer.PAYPAL: ({"transaktionscode"}, {"transaction_id", "balance_impact"}, {"transaction_id", "gross"}),
}


def writer_of(header: Sequence[str]) -> Writer:
    names = {key_of(cell) for cell in header}
    for writer, signs in SIGNS.items():
        if any(names.issuperset(map(key_of, sign)) for sign in signs):
            return writer
    return Writer.BANK
