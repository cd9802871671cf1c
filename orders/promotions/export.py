"""Promo codes with their terms as rows of a file, which an import takes back."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from django.db.models import QuerySet
from django.utils import timezone

from backoffice.moments import closing_text, opening_text
from catalog.formulas import neutralised
from orders.models import PromoCode, Promotion

COLUMNS = (
    *("code", "name", "percent", "amount", "max_discount", "minimum_spend", "starts", "ends"),
    *("max_uses", "per_customer", "first_order_only", "categories", "products", "paused"),
)
TOLD_ALONE = ("state", "times_used")
"""Columns that an import passes over: what became of the code is not for a file to say."""
ROWS_AT_ONCE = 5_000

type Names = Mapping[int, list[str]]


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


def joined(names: Sequence[str]) -> str:
    """Several names in one cell: with ; between, and quoted where one needs it."""
    return str(csv.writer(_Echo(), delimiter=";", lineterminator="").writerow(names)) if names else ""


def _rows(codes: QuerySet[PromoCode]) -> Iterator[tuple[str, ...]]:
    """In parts, each read by itself: a slow reader keeps no cursor and no transaction open."""
    now = timezone.now()
    after = 0
    while part := list(codes.filter(pk__gt=after).select_related("promotion").order_by("pk")[:ROWS_AT_ONCE]):
        promotions = {code.promotion_id for code in part}
        categories = _names(Promotion.categories.through.objects, "category__slug", promotions)
        products = _names(Promotion.products.through.objects, "product__sku", promotions)
        for code in part:
            limits = (joined(names.get(code.promotion_id, [])) for names in (categories, products))
            yield _row(code, *limits, now=now)
        after = part[-1].pk


def _row(code: PromoCode, categories: str, products: str, *, now: datetime) -> tuple[str, ...]:
    promotion = code.promotion
    return (
        code.code,
        promotion.name,
        _text(promotion.percent_off),
        _text(promotion.amount_off),
        _text(promotion.max_discount),
        _text(promotion.minimum_spend),
        opening_text(promotion.starts_at) if promotion.starts_at else "",
        closing_text(promotion.ends_at) if promotion.ends_at else "",
        _text(code.max_uses),
        _text(promotion.max_uses_per_customer),
        _yes(promotion.first_order_only),
        categories,
        products,
        _yes(code.is_paused or promotion.is_paused),
        code.state_at(now).value,
        str(code.times_used),
    )


def _names(links: object, column: str, promotions: set[int]) -> Names:
    found: dict[int, list[str]] = {}
    rows = links.filter(promotion__in=promotions).order_by(column)  # type: ignore[attr-defined]
    for promotion, name in rows.values_list("promotion_id", column):
        found.setdefault(promotion, []).append(name)
    return found


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
