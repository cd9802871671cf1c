"""Why an order costs what it costs: a sentence to send to the customer, and the steps behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.money import percent
from backoffice.numbers import grouped
from orders.admin import words
from orders.models import Order, OrderLine
from orders.price_words import explained
from orders.pricing import PriceStep, PriceStepKind, step_from_json


@dataclass(frozen=True, slots=True)
class PriceRow:
    detail: str
    amount: str
    is_sum: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    sentence: str
    steps: list[PriceRow]


def explanation_of(order: Order, lines: Sequence[OrderLine], *, names_promo: bool) -> Explanation:
    """Explain the price from what was stored with the order: products and promos may have changed since."""
    steps = [step_from_json(kept) for kept in order.explanation]
    promo = _promo(order, steps) if names_promo else _nameless_promo(order)
    rows = [
        PriceRow(
            detail=step.detail,
            amount=words.money(step.amount, order.currency),
            is_sum=step.step in (PriceStepKind.SUBTOTAL, PriceStepKind.TOTAL),
        )
        for step in explained(steps, order.currency, names_promo=names_promo)
    ]
    return Explanation(_sentence(order, lines, promo), rows)


def _sentence(order: Order, lines: Sequence[OrderLine], promo: str) -> str:
    """Return the summary of the price and, if units were given up, also free ones, what that leaves."""
    summary = _summary(order, promo)
    is_less = any(line.cancelled or line.returned for line in lines)
    return " ".join([summary, _given_up(order, lines)]) if is_less else summary


def _given_up(order: Order, lines: Sequence[OrderLine]) -> str:
    """Write: `Cancelled 1, returned 2: €6.78 is credited, which leaves €7.27.`"""
    cancelled, returned = (sum(getattr(line, name) for line in lines) for name in ("cancelled", "returned"))
    told = {
        "cancelled": grouped(cancelled),
        "returned": grouped(returned),
        "credited": words.money(order.credited, order.currency),
        "net": words.money(order.total - order.credited, order.currency),
    }
    if not returned:
        return _("Cancelled %(cancelled)s: %(credited)s is credited, which leaves %(net)s.") % told
    if not cancelled:
        return _("Returned %(returned)s: %(credited)s is credited, which leaves %(net)s.") % told
    return (
        _("Cancelled %(cancelled)s, returned %(returned)s: %(credited)s is credited, which leaves %(net)s.")
        % told
    )


def _summary(order: Order, promo: str) -> str:
    """Write: `3 items cost €10.17; TEN takes €1.02 off (10 % of €10.17); shipping is free; …`."""
    told = {
        "goods": _goods(order),
        "promo": promo,
        "shipping": _shipping(order),
        "total": words.money(order.total, order.currency),
    }
    if promo:
        return _("%(goods)s; %(promo)s; %(shipping)s; the total is %(total)s.") % told
    return _("%(goods)s; %(shipping)s; the total is %(total)s.") % told


def _goods(order: Order) -> str:
    text = ngettext("%(count)s item cost %(amount)s", "%(count)s items cost %(amount)s", order.units)
    return text % {"count": grouped(order.units), "amount": words.money(order.subtotal, order.currency)}


def _shipping(order: Order) -> str:
    if not order.shipping:
        return _("shipping is free")
    return _("shipping is %(amount)s") % {"amount": words.money(order.shipping, order.currency)}


def _nameless_promo(order: Order) -> str:
    if not order.discount:
        return ""
    return _("a promo takes %(amount)s off") % {"amount": words.money(order.discount, order.currency)}


def _promo(order: Order, steps: Sequence[PriceStep]) -> str:
    """Write: `SPRING20 takes €40.00 off (20 % of €237.27 would be €47.45, but that is the most it …)`."""
    if not order.discount:
        return ""
    by_kind = {step.step: step for step in steps}
    applied = by_kind.get(PriceStepKind.PROMO)
    told = {"code": order.promo_code, "amount": words.money(order.discount, order.currency)}
    if applied is None:
        return _("%(code)s takes %(amount)s off") % told
    told["requested"] = words.money(abs(applied.amount), order.currency)
    is_capped = PriceStepKind.PROMO_CAP in by_kind
    if "percent_off" in applied.facts:
        return _percentage(applied.facts, told, order.currency, is_capped=is_capped)
    if is_capped:
        return (
            _(
                "%(code)s takes %(amount)s off "
                "(%(requested)s off would be %(requested)s, but that is the most it gives)"
            )
            % told
        )
    return _("%(code)s takes %(amount)s off") % told


def _percentage(facts: Mapping[str, str], told: dict[str, str], currency: str, *, is_capped: bool) -> str:
    told |= {
        "percent": percent(Decimal(facts["percent_off"])),
        "eligible": words.money(Decimal(facts["eligible"]), currency),
    }
    if not is_capped:
        return _("%(code)s takes %(amount)s off (%(percent)s of %(eligible)s)") % told
    return (
        _(
            "%(code)s takes %(amount)s off "
            "(%(percent)s of %(eligible)s would be %(requested)s, but that is the most it gives)"
        )
        % told
    )
