"""Sorts out the bundled sample of a real retailer's orders: orders, returns, products, and what is none."""

import csv
import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from backoffice.money import rounded

SAMPLE = Path(__file__).parent / "data" / "online-retail-sample.csv.gz"
NOT_GOODS = re.compile(r"POST|M|DOT|BANK CHARGES|D|C2|AMAZONFEE|S|CRUK|PADS|GIFT_.*", re.IGNORECASE)

type Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class SampleOrder:
    """An order of the sample. `at` is the retailer's clock; `customer` is empty for somebody unknown."""

    invoice: str
    at: datetime
    customer: str
    country: str
    lines: dict[str, int]


@dataclass(frozen=True, slots=True)
class SampleReturn:
    """Units of one product that a customer gave back, or did not want after all."""

    invoice: str
    at: datetime
    customer: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class SampleProduct:
    """A product of the sample, with the name and price that were seen last."""

    sku: str
    name: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class RetailSample:
    """Orders and returns by time. `left_out` counts the other lines by reason."""

    orders: tuple[SampleOrder, ...]
    returns: tuple[SampleReturn, ...]
    products: dict[str, SampleProduct]
    left_out: Counter[str]


def read_sample(path: Path = SAMPLE) -> RetailSample:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return sorted_out(csv.DictReader(file))


def sorted_out(rows: Iterable[Row]) -> RetailSample:
    left_out: Counter[str] = Counter()
    products: dict[str, SampleProduct] = {}
    invoices: defaultdict[str, list[Row]] = defaultdict(list)
    returns: list[SampleReturn] = []
    for row in _goods(rows, left_out):
        if is_cancellation(row):
            returns.append(_return(row))
            continue
        sku = sku_of(row)
        products[sku] = SampleProduct(sku, name_of(row), rounded(Decimal(row["UnitPrice"])))
        invoices[row["InvoiceNo"]].append(row)
    orders = [_order(invoice, lines) for invoice, lines in invoices.items()]
    return RetailSample(
        tuple(sorted(orders, key=lambda order: (order.at, order.invoice))),
        tuple(sorted(returns, key=lambda back: (back.at, back.invoice))),
        products,
        left_out,
    )


def is_cancellation(row: Row) -> bool:
    return row["InvoiceNo"].startswith("C")


def sku_of(row: Row) -> str:
    """Return the row's SKU in capitals: codes that differ only by case are one product."""
    return row["StockCode"].strip().upper()


def name_of(row: Row) -> str:
    return " ".join(row["Description"].split())


def _goods(rows: Iterable[Row], left_out: Counter[str]) -> Iterator[Row]:
    for row in rows:
        reason = _why_not(row)
        if reason:
            left_out[reason] += 1
        else:
            yield row


def _why_not(row: Row) -> str | None:
    if NOT_GOODS.fullmatch(row["StockCode"].strip()):
        return "not goods (postage, fees, vouchers …)"
    if not name_of(row) or Decimal(row["UnitPrice"]) <= 0:
        return "without a description or a price"
    is_negative = int(row["Quantity"]) < 0
    if is_negative != is_cancellation(row) or int(row["Quantity"]) == 0:
        return "a quantity that makes no sense"
    return None


def _order(invoice: str, rows: list[Row]) -> SampleOrder:
    lines: Counter[str] = Counter()
    for row in rows:
        lines[sku_of(row)] += int(row["Quantity"])
    first = rows[0]
    return SampleOrder(invoice, _at(first), first["CustomerID"].strip(), first["Country"], dict(lines))


def _return(row: Row) -> SampleReturn:
    return SampleReturn(
        row["InvoiceNo"], _at(row), row["CustomerID"].strip(), sku_of(row), -int(row["Quantity"])
    )


def _at(row: Row) -> datetime:
    # Without a zone: loading gives it the shop's.
    return datetime.strptime(row["InvoiceDate"], "%Y-%m-%d %H:%M")  # noqa: DTZ007
