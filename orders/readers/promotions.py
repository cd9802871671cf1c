"""Promotions with all their codes as the API shows them, a page in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.conf import settings

from accounts.actors import Actor
from backoffice.api.json_reply import Reply, rendered
from backoffice.api.pagination import chosen_fields
from orders.models import Promotion
from orders.promotions import (
    CodesUsed,
    PromoFigures,
    codes_used_of,
    promo_figures,
    promotion_numbered,
    promotion_state,
)
from orders.readers.promo_codes import OF_PROMOTION, SEE_REVENUE, Restrictions, restrictions_of

LISTED = (
    *("id", "is_batch", *OF_PROMOTION, "categories", "products", "is_paused", "state", "codes", "created_at"),
)
WHOLE = (*LISTED, "figures", "currency")
STATE_COLUMNS = ("is_paused", "starts_at", "ends_at")
COMPOSED = {
    "categories": (),
    "products": (),
    "codes": (),
    "state": STATE_COLUMNS,
}
NO_CODES = CodesUsed(0, 0, 0, 0, 0, 0)


def columns_of(fields: Sequence[str]) -> list[str]:
    columns = (column for name in fields for column in COMPOSED.get(name, (name,)))
    return list(dict.fromkeys(["id", *columns]))


def promotion_reply(
    number: int, *, to: Actor, fields: str | None = None, status: int = 200, location: str = ""
) -> Reply:
    """The promotion as this actor may see it, with the version of its terms in the ETag.

    Raises:
        UnknownPromotion.
    """
    wanted = chosen_fields(fields, WHOLE)
    promotion = promotion_numbered(number)
    listed = [name for name in wanted if name in LISTED]
    row = {name: getattr(promotion, name) for name in columns_of(listed)}
    [content] = rendered_promotions([row], listed)
    if "figures" in wanted:
        content["figures"] = _figures(promo_figures(promotion)) if to.may(SEE_REVENUE) else None
    content["currency"] = settings.SHOP_CURRENCY
    shown = {name: content[name] for name in wanted}
    return rendered(shown, status=status, version=version_of(promotion), location=location)


def version_of(promotion: Promotion) -> str:
    return f"{int(promotion.updated_at.timestamp() * 1_000_000):x}"


def rendered_promotions(rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> list[dict[str, Any]]:
    """These fields of promotions, whose rows hold `columns_of(fields)`."""
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
        told = asdict(used)
        return {"count": told.pop("codes"), **told, "left": used.left}
    if name == "state":
        terms = Promotion(**{column: row[column] for column in STATE_COLUMNS})
        return promotion_state(terms, has_uses_left=used.left != 0).value
    return row[name]


def _figures(figures: PromoFigures) -> dict[str, Any]:
    return {
        "orders": figures.orders,
        "customers": figures.customers,
        "revenue": figures.revenue,
        "discount": figures.discount,
        "discount_share": figures.discount_share,
        "revenue_share": figures.revenue_share,
        "first_used_at": figures.first_used_at,
    }
