"""Promo codes with their terms as rows of a file, which an import takes back."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from io import StringIO
from itertools import chain
from typing import IO

from django.db.models import QuerySet
from django.utils import timezone

from backoffice.moments import closing_text, opening_text
from backoffice.money import rounded, rounded_to
from backoffice.sheets.csv_lines import csv_lines
from backoffice.sheets.formulas import safe_text
from backoffice.sheets.writing import Cell, write_workbook
from orders.models import PromoCode, Promotion, PromotionCategory, PromotionProduct
from orders.promotions.restriction import linked

COLUMNS = (
    *("code", "name", "percent_off", "amount_off", "max_discount", "minimum_spend", "starts_at", "ends_at"),
    *("max_uses", "max_uses_per_customer", "first_order_only", "is_restricted", "categories", "products"),
    "is_paused",
)
EXPORTED_ONLY = ("state", "times_used")
"""Columns that an import ignores: a file cannot set what became of a code."""
HEADER = (*COLUMNS, *EXPORTED_ONLY)
AMOUNTS = ("percent_off", "amount_off", "max_discount", "minimum_spend")
NUMBERS = frozenset((*AMOUNTS, "max_uses", "max_uses_per_customer", "times_used"))
ROWS_AT_ONCE = 5_000

type Row = tuple[str, ...]
type Limits = tuple[str, str]
"""The cells of the columns `categories` and `products`."""


def promo_codes_csv(codes: QuerySet[PromoCode]) -> Iterator[str]:
    """Yield the file in parts of some thousand lines, which are read as they are needed.

    What a spreadsheet would take for a formula is neutralised.
    """
    yield csv_lines([HEADER])
    yield from map(csv_lines, _parts_of_rows(codes))


def write_promo_codes_workbook(file: IO[bytes], codes: QuerySet[PromoCode]) -> None:
    """Write the same rows as a workbook, with numbers as numbers; other text stays text."""
    parts = (list(map(_with_numbers, rows)) for rows in _parts_of_rows(codes))
    write_workbook(file, chain([[HEADER]], parts))


def _parts_of_rows(codes: QuerySet[PromoCode]) -> Iterator[list[Row]]:
    now = timezone.now()
    for part in _parts(codes):
        rows = _rows(part, limits_of(part), now)
        yield [(code, safe_text(name), *others) for code, name, *others in rows]


def _with_numbers(row: Row) -> list[Cell]:
    return [
        Decimal(cell) if cell and column in NUMBERS else cell
        for column, cell in zip(HEADER, row, strict=True)
    ]


def cells_of(code: PromoCode, limits: Limits) -> dict[str, str]:
    """Return the cells that a file has for this code, by column."""
    [row] = _rows([code], {code.promotion_id: limits}, timezone.now())
    return dict(zip(COLUMNS, row, strict=False))


def limits_of(codes: Iterable[PromoCode]) -> dict[int, Limits]:
    """Return the cells `categories` and `products` by promotion, in two statements."""
    promotions = {code.promotion_id for code in codes}
    categories = linked(PromotionCategory, "category__slug", promotions)
    products = linked(PromotionProduct, "product__sku", promotions)
    return {pk: (_joined(categories.get(pk, [])), _joined(products.get(pk, []))) for pk in promotions}


def _joined(names: Sequence[str]) -> str:
    """Join names for one cell, with ; between them, and quoted where a name needs it."""
    file = StringIO()
    if names:
        csv.writer(file, delimiter=";", lineterminator="").writerow(map(safe_text, names))
    text = file.getvalue()
    # An import takes an apostrophe off the cell before it takes one off each name.
    return f"'{text}" if text.startswith("''") else text


def _parts(codes: QuerySet[PromoCode]) -> Iterator[list[PromoCode]]:
    """Yield parts of the codes, each read by itself: a slow reader keeps no cursor or transaction open."""
    after = 0
    while part := list(codes.select_related(None).filter(pk__gt=after).order_by("pk")[:ROWS_AT_ONCE]):
        # Thousands of codes can share a promotion, so each promotion is loaded once.
        promotions = Promotion.objects.in_bulk({code.promotion_id for code in part})
        for code in part:
            code.promotion = promotions[code.promotion_id]
        yield part
        after = part[-1].pk


def _rows(
    codes: Iterable[PromoCode], limits: Mapping[int, Limits], now: datetime
) -> Iterator[tuple[str, ...]]:
    terms: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for code in codes:
        promotion = code.promotion
        if promotion.pk not in terms:
            terms[promotion.pk] = _terms(promotion, limits[promotion.pk])
        before, after = terms[promotion.pk]
        is_paused = code.is_paused or promotion.is_paused
        told = (code.state_at(now).value, str(code.times_used))
        yield (code.code, *before, _uses(code.max_uses), *after, _yes(is_paused), *told)


def _terms(promotion: Promotion, limits: Limits) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the cells before and those after the column max_uses."""
    before = (
        promotion.name,
        _percent(promotion.percent_off),
        _amount(promotion.amount_off),
        _amount(promotion.max_discount),
        _amount(promotion.minimum_spend),
        opening_text(promotion.starts_at) if promotion.starts_at else "",
        closing_text(promotion.ends_at) if promotion.ends_at else "",
    )
    after = (
        _uses(promotion.max_uses_per_customer),
        _yes(promotion.first_order_only),
        _yes(promotion.is_restricted),
        *limits,
    )
    return before, after


def _percent(value: Decimal | None) -> str:
    return "" if value is None else str(rounded_to(value, 2))


def _amount(value: Decimal | None) -> str:
    return "" if value is None else str(rounded(value))


def _uses(uses: int | None) -> str:
    return "" if uses is None else str(uses)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
