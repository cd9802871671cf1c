"""Why an order costs what it costs: a sentence to send to the customer, and the steps behind it."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from orders.admin import words
from orders.models import Order

APPLIED, CAPPED, REFUSED = "promo", "promo_cap", "promo_refused"


@dataclass(frozen=True, slots=True)
class PriceStep:
    detail: str
    amount: str
    is_sum: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    sentence: str
    steps: list[PriceStep]


def explanation_of(order: Order, *, names_promo: bool) -> Explanation:
    """From what was stored when the order was placed; products and promos may have changed since."""
    steps = order.explanation if names_promo else [_without_code(step) for step in order.explanation]
    promo = _promo(order) if names_promo else _nameless_promo(order)
    return Explanation(_sentence(order, promo), [_price_step(step, order.currency) for step in steps])


def _without_code(step: dict[str, Any]) -> dict[str, Any]:
    return step | {"detail": "Promo"} if str(step.get("step")).startswith("promo") else step


def _nameless_promo(order: Order) -> str:
    return f"a promo takes {words.money(order.discount, order.currency)} off" if order.discount else ""


def _price_step(step: dict[str, Any], currency: str) -> PriceStep:
    amount = _amount(step)
    return PriceStep(
        detail=str(step.get("detail", "")),
        amount="" if amount is None else words.money(amount, currency),
        is_sum=step.get("step") in ("subtotal", "total"),
    )


def _sentence(order: Order, promo: str) -> str:
    def money(amount: Decimal) -> str:
        return words.money(amount, order.currency)

    goods = f"{words.counted(order.units, 'item')} cost {money(order.subtotal)}"
    shipping = f"shipping is {money(order.shipping)}" if order.shipping else "shipping is free"
    return f"{'; '.join(filter(None, [goods, promo, shipping]))}; the total is {money(order.total)}."


def _promo(order: Order) -> str:
    """`SPRING20 takes €40.00 off (20 % of €237.27 would be €47.45, but that is the most it gives)`."""
    steps = {step.get("step"): step for step in order.explanation}
    if not order.discount:
        return str(steps[REFUSED].get("detail", "")).rstrip(".") if REFUSED in steps else ""
    taken = f"{order.promo_code} takes {words.money(order.discount, order.currency)} off"
    detail = str(steps.get(APPLIED, {}).get("detail", "")).removeprefix(f"{order.promo_code}: ")
    requested = _amount(steps.get(APPLIED, {}))
    if CAPPED in steps and requested is not None:
        would_be = words.money(abs(requested), order.currency)
        return f"{taken} ({detail} would be {would_be}, but that is the most it gives)"
    return f"{taken} ({detail})" if " of " in detail else taken


def _amount(step: dict[str, Any]) -> Decimal | None:
    try:
        return Decimal(str(step["amount"]))
    except (KeyError, InvalidOperation):
        return None
