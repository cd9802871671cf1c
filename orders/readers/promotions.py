"""What a promotion with all its codes looks like as data: a page of them in a fixed number of statements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import batched
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from accounts.actors import Actor
from backoffice.api.pagination import chosen_fields
from backoffice.requests.json_reply import Reply, rendered
from orders.models import Promotion
from orders.promotions import (
    CodesUsed,
    codes_used_of,
    promotion_numbered,
    promotion_state,
)
from orders.readers.promo_codes import OF_PROMOTION, Restrictions, figures_as_data, restrictions_of

PROMOTION_FIELDS = (
    *("id", "is_batch", *OF_PROMOTION, "categories", "products", "is_paused", "state", "codes", "created_at"),
)
PROMOTION_DETAIL = (*PROMOTION_FIELDS, "figures", "currency")
STATE_COLUMNS = ("is_paused", "starts_at", "ends_at")
COMPOSED = {
    "categories": (),
    "products": (),
    "codes": (),
    "state": STATE_COLUMNS,
}
PROMOTIONS_AT_ONCE = 100
NO_CODES = CodesUsed(0, 0, 0, 0, 0, 0)


def promotion_columns(fields: Sequence[str]) -> list[str]:
    columns = (column for name in fields for column in COMPOSED.get(name, (name,)))
    return list(dict.fromkeys(["id", *columns]))


def promotion_reply(
    number: int, *, to: Actor, fields: str | None = None, status: int = 200, location: str = ""
) -> Reply:
    """Return the promotion as this actor may see it, with the version of its terms in the ETag.

    Raises:
        UnknownPromotion.
    """
    promotion = promotion_numbered(number)
    content = _promotion(promotion, chosen_fields(fields, PROMOTION_DETAIL), to)
    return rendered(content, status=status, version=version_of(promotion), location=location)


def promotion_data(number: int, *, to: Actor) -> dict[str, Any]:
    """Return all of one promotion, as this actor may see it.

    Raises:
        UnknownPromotion.
    """
    return _promotion(promotion_numbered(number), PROMOTION_DETAIL, to)


def promotions_read(promotions: QuerySet[Promotion]) -> Iterator[dict[str, Any]]:
    """Yield what a list shows of these promotions, in the order of the queryset, reading them as needed."""
    rows = promotions.values(*promotion_columns(PROMOTION_FIELDS)).iterator(500)
    for part in batched(rows, PROMOTIONS_AT_ONCE):
        yield from promotions_as_data(part, PROMOTION_FIELDS)


def _promotion(promotion: Promotion, fields: Sequence[str], to: Actor) -> dict[str, Any]:
    listed = [name for name in fields if name in PROMOTION_FIELDS]
    row = {name: getattr(promotion, name) for name in promotion_columns(listed)}
    [content] = promotions_as_data([row], listed)
    if "figures" in fields:
        content["figures"] = figures_as_data(promotion, to=to)
    content["currency"] = settings.SHOP_CURRENCY
    return {name: content[name] for name in fields}


def version_of(promotion: Promotion) -> str:
    return f"{int(promotion.updated_at.timestamp() * 1_000_000):x}"


def promotions_as_data(rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return these fields of promotions, whose rows hold `promotion_columns(fields)`."""
    numbers = [row["id"] for row in rows]
    restrictions = restrictions_of(numbers, fields)
    used = codes_used_of(numbers) if {"state", "codes"} & set(fields) else {}
    return [
        {name: _value(name, row, restrictions, used.get(row["id"], NO_CODES)) for name in fields}
        for row in rows
    ]


def _value(name: str, row: Mapping[str, Any], restrictions: Restrictions, used: CodesUsed) -> Any:
    if name in restrictions:
        return restrictions[name].get(row["id"], [])
    if name == "codes":
        figures = asdict(used)
        return {"count": figures.pop("codes"), **figures, "left": used.left}
    if name == "state":
        terms = Promotion(**{column: row[column] for column in STATE_COLUMNS})
        return promotion_state(terms, has_uses_left=used.left != 0).value
    return row[name]
