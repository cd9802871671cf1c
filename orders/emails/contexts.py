"""What happens, and what each mail about it is filled with, which is what JSON holds.

Amounts and dates are formatted when a mail is queued, so that it says what was true then; its template is
rendered when it is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Sum
from django.utils.translation import ngettext

from backoffice.countries import postal_lines
from backoffice.dates import full_moment
from backoffice.money import formatted
from orders.models import Order, OrderLine, Promotion
from orders.status import OrderStatus

MOST_PROMOTIONS = 100
MOST_DISCREPANCIES = 50
# Kinds of what happens to the shop as a whole; for one order they are the timeline's kinds.
PROMOTIONS_ENDED = "promotions_ended"
BOOKS_DO_NOT_BALANCE = "books_do_not_balance"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that mails tell of. `about` is its order, if it is about one; `facts` are what the timeline
    keeps; `lines` are the order's as they are now, for mails that list them all.
    """

    kind: str
    at: datetime
    facts: Mapping[str, Any]
    about: Order | None = None
    lines: Sequence[OrderLine] = ()

    @property
    def order(self) -> Order:
        assert self.about is not None
        return self.about


def order_placed(happening: Happening) -> dict[str, Any]:
    """Describe the order as it is now, for an edited order is confirmed again."""
    order = happening.order
    return {
        **_heading(order),
        "lines": [
            {
                "name": line.name,
                "sku": line.sku,
                "quantity": line.quantity,
                "unit_price": _money(line.unit_price, order),
                "total": _money(line.subtotal, order),
            }
            for line in happening.lines
        ],
        "subtotal": _money(order.subtotal, order),
        "discount": _money(-order.discount, order) if order.discount else "",
        "promo_code": order.promo_code,
        "shipping": _money(order.shipping, order) if order.shipping else "",
        "total": _money(order.total, order),
        "address": postal_lines(order.shipping_address),
    }


def order_shipped(happening: Happening) -> dict[str, Any]:
    order, facts = happening.order, happening.facts
    return {
        **_heading(order),
        "lines": [{name: line[name] for name in ("name", "sku", "quantity")} for line in facts["lines"]],
        "carrier": facts["carrier"],
        "tracking_number": facts["tracking_number"],
        "address": postal_lines(order.shipping_address),
        "more_follows": order.status == OrderStatus.PARTIALLY_SHIPPED,
    }


def order_cancelled(happening: Happening) -> dict[str, Any]:
    order, facts = happening.order, happening.facts
    goods, shipping = Decimal(facts["credit"]), Decimal(facts["shipping_credit"])
    return {
        **_heading(order),
        "lines": _credited_lines(facts, order),
        "reason": facts["reason"],
        "credit": _money(goods + shipping, order),
        "shipping_credit": _money(shipping, order) if shipping else "",
        "is_whole_order": facts["is_whole"],
    }


def return_received(happening: Happening) -> dict[str, Any]:
    order, facts = happening.order, happening.facts
    return {
        **_heading(order),
        "lines": _credited_lines(facts, order),
        "credit": _money(Decimal(facts["credit"]), order),
    }


def promotions_ended(happening: Happening) -> dict[str, Any]:
    """List the promotions that ended, in one mail; a batch of codes is one entry."""
    pks = happening.facts["promotions"]
    measured = Promotion.objects.filter(pk__in=pks[:MOST_PROMOTIONS]).annotate(
        uses=Sum("codes__times_used"), code=Min("codes__code"), size=Count("codes")
    )
    ended = [_ended_promotion(promotion, happening.at) for promotion in measured.order_by("ends_at", "pk")]
    return {"ended": ended, "count": len(pks), "more": len(pks) - len(ended)}


def books_do_not_balance(happening: Happening) -> dict[str, Any]:
    """List the discrepancies, each with subject, check and detail."""
    found = happening.facts["found"]
    return {
        "found": list(found[:MOST_DISCREPANCIES]),
        "count": len(found),
        "more": max(0, len(found) - MOST_DISCREPANCIES),
    }


def _ended_promotion(promotion: Any, noted_at: datetime) -> dict[str, Any]:
    """Describe a promotion that ended, annotated with its uses, its number of codes and one code."""
    return {
        "code": promotion.code if promotion.size == 1 else _codes(promotion.size),
        "promotion": promotion.name,
        "discount": promotion.discount_in_words,
        "ended_at": full_moment(promotion.ends_at or noted_at),
        "times_used": promotion.uses or 0,
    }


def _heading(order: Order) -> dict[str, Any]:
    return {"number": order.number, "name": order.ship_name, "placed_on": full_moment(order.placed_at)}


def _credited_lines(facts: Mapping[str, Any], order: Order) -> list[dict[str, Any]]:
    return [
        {
            "name": line["name"],
            "sku": line["sku"],
            "quantity": line["quantity"],
            "credit": _money(Decimal(line["credit"]), order),
        }
        for line in facts["lines"]
    ]


def _codes(size: int) -> str:
    return ngettext("%(count)s code", "%(count)s codes", size) % {"count": f"{size:,}"}


def _money(amount: Decimal, order: Order) -> str:
    return formatted(amount, order.currency)
