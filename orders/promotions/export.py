"""Promo codes with their terms as rows of a file, which an import takes back."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain

from django.db.models import Model, QuerySet
from django.utils import timezone

from backoffice.moments import closing_text, opening_text
from backoffice.money import rounded
from catalog.formulas import neutralised
from orders.models import PromoCode, Promotion

COLUMNS = (
    *("code", "name", "percent", "amount", "max_discount", "minimum_spend", "starts", "ends"),
    *("max_uses", "per_customer", "first_order_only", "categories", "products", "paused"),
)
TOLD_ALONE = ("state", "times_used")
"""Columns that an import passes over: what became of the code is not for a file to say."""
ROWS_AT_ONCE = 5_000

type Limits = tuple[str, str]
"""The cells categories and products."""


class _Echo:
    """A file that keeps nothing: what is written is what comes back."""

    def write(self, text: str) -> str:
        return text


def promo_codes_csv(codes: QuerySet[PromoCode]) -> Iterator[str]:
    """Its lines, read while they are asked for; what a spreadsheet takes for a formula is neutralised."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    for row in chain([(*COLUMNS, *TOLD_ALONE)], _rows(codes)):
        # The csv module hands on what its file's write() gives.
        yield str(writer.writerow([neutralised(text) for text in row]))


def cells_of(code: PromoCode, limits: Limits) -> dict[str, str]:
    """What a file says of this code, by column."""
    return dict(zip(COLUMNS, _row(code, limits, timezone.now()), strict=False))


def limits_of(codes: Iterable[PromoCode]) -> dict[int, Limits]:
    """The cells categories and products, by promotion, in two statements."""
    promotions = {code.promotion_id for code in codes}
    categories = _names(Promotion.categories.through, "category__slug", promotions)
    products = _names(Promotion.products.through, "product__sku", promotions)
    return {pk: (_joined(categories.get(pk, [])), _joined(products.get(pk, []))) for pk in promotions}


def _joined(names: Sequence[str]) -> str:
    """Several names in one cell: with ; between, and quoted where one needs it."""
    return str(csv.writer(_Echo(), delimiter=";", lineterminator="").writerow(names)) if names else ""


def _rows(codes: QuerySet[PromoCode]) -> Iterator[tuple[str, ...]]:
    """In parts, each read by itself: a slow reader keeps no cursor and no transaction open."""
    now = timezone.now()
    after = 0
    while part := list(codes.filter(pk__gt=after).select_related("promotion").order_by("pk")[:ROWS_AT_ONCE]):
        limits = limits_of(part)
        yield from (_row(code, limits[code.promotion_id], now) for code in part)
        after = part[-1].pk


def _row(code: PromoCode, limits: Limits, now: datetime) -> tuple[str, ...]:
    promotion = code.promotion
    return (
        code.code,
        promotion.name,
        _amount(promotion.percent_off),
        _amount(promotion.amount_off),
        _amount(promotion.max_discount),
        _amount(promotion.minimum_spend),
        opening_text(promotion.starts_at) if promotion.starts_at else "",
        closing_text(promotion.ends_at) if promotion.ends_at else "",
        _uses(code.max_uses),
        _uses(promotion.max_uses_per_customer),
        _yes(promotion.first_order_only),
        *limits,
        _yes(code.is_paused or promotion.is_paused),
        code.state_at(now).value,
        str(code.times_used),
    )


def _names(through: type[Model], column: str, promotions: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = through._default_manager.filter(promotion__in=promotions).order_by(column)
    for promotion, name in rows.values_list("promotion_id", column):
        found.setdefault(promotion, []).append(name)
    return found


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else str(rounded(amount))


def _uses(uses: int | None) -> str:
    return "" if uses is None else str(uses)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
