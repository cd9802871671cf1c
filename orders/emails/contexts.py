"""What happens, and what each mail about it is filled with, which is what JSON holds.

Amounts and dates are facts of the moment a mail is queued, so that it says what was true then; they are told
in its reader's language when it is rendered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Sum
from django.utils.translation import gettext_noop

from backoffice.money import ZERO
from backoffice.outbox import facts
from backoffice.outbox.facts import Fact
from orders.models import Order, OrderLine, Promotion, PromotionKind, Shipment
from orders.status import OrderStatus

MOST_PROMOTIONS = 100
MOST_DISCREPANCIES = 50
# Kinds of what happens to the shop as a whole; for one order they are the timeline's kinds.
PROMOTIONS_ENDED = "promotions_ended"
BOOKS_DO_NOT_BALANCE = "books_do_not_balance"
CODES = ("%(count)s code", "%(count)s codes")


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
    shipment: Shipment | None = None

    @property
    def order(self) -> Order:
        assert self.about is not None
        return self.about


def order_placed(happening: Happening) -> dict[str, Any]:
    """Describe what is ordered now, without what was cancelled or came back: it may be confirmed again."""
    order = happening.order
    kept = [(line, line.quantity - line.cancelled - line.returned) for line in happening.lines]
    goods = sum((line.unit_price * units for line, units in kept), ZERO)
    charged = sum((line.remaining for line in happening.lines), ZERO)
    total = order.total - order.credited
    discount, shipping = goods - charged, total - charged
    return {
        **heading(order),
        "lines": [_ordered_line(line, units, order) for line, units in kept if units],
        "subtotal": _money(goods, order),
        "discount": _money(-discount, order) if discount else "",
        "promo_code": order.promo_code,
        "shipping": _money(shipping, order) if shipping else "",
        "total": _money(total, order),
        "pay_by": _pay_by(order),
        "address": facts.address(order.shipping_address),
    }


def order_shipped(happening: Happening) -> dict[str, Any]:
    return {
        **_parcel(happening),
        "lines": _named_lines(happening.facts),
        "more_follows": happening.order.status == OrderStatus.PARTIALLY_SHIPPED,
    }


def shipment_corrected(happening: Happening) -> dict[str, Any]:
    return _parcel(happening)


def shipment_undone(happening: Happening) -> dict[str, Any]:
    return {
        **heading(happening.order),
        "shipment": happening.facts["shipment"],
        "tracking_number": happening.facts["tracking_number"],
        "reason": happening.facts["reason"],
        "lines": _named_lines(happening.facts),
    }


def order_cancelled(happening: Happening) -> dict[str, Any]:
    order, told = happening.order, happening.facts
    goods, shipping = Decimal(told["credit"]), Decimal(told["shipping_credit"])
    return {
        **heading(order),
        "lines": _credited_lines(told, order),
        "reason": told["reason"],
        "credit": _money(goods + shipping, order),
        "shipping_credit": _money(shipping, order) if shipping else "",
        "is_whole_order": told["is_whole"],
        **balance(order),
    }


def return_received(happening: Happening) -> dict[str, Any]:
    order, told = happening.order, happening.facts
    goods, shipping = Decimal(told["credit"]), Decimal(told["shipping_credit"])
    return {
        **heading(order),
        "lines": _credited_lines(told, order),
        "credit": _money(goods + shipping, order),
        "shipping_credit": _money(shipping, order) if shipping else "",
        **balance(order),
    }


def order_paid_back(happening: Happening) -> dict[str, Any]:
    order, told = happening.order, happening.facts
    return {
        **heading(order),
        "amount": _money(-Decimal(told["amount"]), order),
        "settles": told["settles"],
        **balance(order),
    }


def payment_reminder(happening: Happening) -> dict[str, Any]:
    order = happening.order
    due_on = order.payment_due_on
    return {
        **heading(order),
        "total": _money(order.total - order.credited, order),
        "paid": _money(order.paid, order) if order.paid else "",
        "due": _money(order.due, order),
        "due_on": facts.day(due_on) if due_on else "",
    }


def balance(order: Order) -> dict[str, Any]:
    """Return what is now due, or what the shop now owes; "" for nothing."""
    return {
        "due": _money(order.due, order) if order.due > 0 else "",
        "owed": _money(-order.due, order) if order.due < 0 else "",
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
        "code": promotion.code if promotion.size == 1 else facts.counted(*CODES, promotion.size),
        "promotion": promotion.name,
        "discount": _discount(promotion),
        "ended_at": facts.moment(promotion.ends_at or noted_at),
        "times_used": promotion.uses or 0,
    }


def heading(order: Order) -> dict[str, Any]:
    """Return what every mail about an order begins with; it greets the buyer, not whom a parcel goes to."""
    return {"number": order.number, "name": _buyer(order), "placed_on": facts.moment(order.placed_at)}


def _pay_by(order: Order) -> Fact | str:
    """Ask for what is due by its day; "" where there is none."""
    if order.payment_due_on is None or order.due <= 0:
        return ""
    amount, day = _money(order.due, order), facts.day(order.payment_due_on)
    return facts.text(gettext_noop("Please pay %(amount)s by %(day)s."), amount=amount, day=day)


def _buyer(order: Order) -> str:
    customer = order.customer
    account = customer.user.name if customer.user is not None else ""
    return account or customer.name or order.ship_name


def _ordered_line(line: OrderLine, units: int, order: Order) -> dict[str, Any]:
    return {
        "name": line.name,
        "sku": line.sku,
        "quantity": units,
        "unit_price": _money(line.unit_price, order),
        "total": _money(line.unit_price * units, order),
    }


def _parcel(happening: Happening) -> dict[str, Any]:
    shipment = happening.shipment
    assert shipment is not None
    return {
        **heading(happening.order),
        "shipment": shipment.reference,
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "address": facts.address(shipment.shipping_address),
    }


def _named_lines(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{name: line[name] for name in ("name", "sku", "quantity")} for line in told["lines"]]


def _credited_lines(told: Mapping[str, Any], order: Order) -> list[dict[str, Any]]:
    return [
        {
            "name": line["name"],
            "sku": line["sku"],
            "quantity": line["quantity"],
            "credit": _money(Decimal(line["credit"]), order),
        }
        for line in told["lines"]
    ]


def _discount(promotion: Promotion) -> Fact:
    """Return `20 %, up to €40.00`."""
    currency = settings.SHOP_CURRENCY
    if promotion.kind == PromotionKind.FIXED:
        return facts.money(promotion.amount_off or ZERO, currency)
    percent = facts.percentage(promotion.percent_off or ZERO)
    if not promotion.max_discount:
        return percent
    most = facts.money(promotion.max_discount, currency)
    return facts.text("%(percent)s, up to %(most)s", percent=percent, most=most)


def _money(amount: Decimal, order: Order) -> Fact:
    return facts.money(amount, order.currency)
