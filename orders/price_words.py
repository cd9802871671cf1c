"""How a price came about, in words: sentences made of the facts of an explanation whenever it is shown."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.money import formatted, percent
from orders.pricing import NoDiscount, PriceStep, PriceStepKind, PromoReason

PROMO_STEPS = (PriceStepKind.PROMO, PriceStepKind.PROMO_CAP, PriceStepKind.PROMO_REFUSED)
REFUSALS = {
    PromoReason.UNKNOWN: gettext_lazy("No promo code is called %(code)s."),
    PromoReason.PAUSED: gettext_lazy("%(code)s is paused."),
    PromoReason.SCHEDULED: gettext_lazy("%(code)s cannot be used yet."),
    PromoReason.EXPIRED: gettext_lazy("%(code)s has expired."),
    PromoReason.USED_UP: gettext_lazy("%(code)s has been used as often as it may be."),
    PromoReason.NOTHING_ELIGIBLE: gettext_lazy("%(code)s applies to nothing in this basket."),
    PromoReason.MINIMUM_SPEND: gettext_lazy(
        "%(code)s needs %(minimum_spend)s of eligible goods; %(missing)s are missing."
    ),
    PromoReason.ALREADY_USED: gettext_lazy("This customer has used %(code)s as often as one customer may."),
    PromoReason.NOT_FIRST_ORDER: gettext_lazy(
        "%(code)s is for a first order; this customer has ordered before."
    ),
    PromoReason.NOT_USABLE: gettext_lazy("This promo code cannot be used."),
}


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """A step of the price, with its sentence."""

    step: PriceStepKind
    detail: str
    amount: Decimal
    code: str | None

    def as_json(self) -> dict[str, Any]:
        return {"step": self.step, "detail": self.detail, "amount": self.amount, "code": self.code}


def explained(steps: Iterable[PriceStep], currency: str, *, names_promo: bool = True) -> list[ExplainedStep]:
    """Return each step with its sentence; without `names_promo` it says "promo" instead of the code."""
    return [_explained(step, currency, names_promo) for step in steps]


def _explained(step: PriceStep, currency: str, names_promo: bool) -> ExplainedStep:
    if step.step in PROMO_STEPS and not names_promo:
        return ExplainedStep(step.step, _("Promo"), step.amount, None)
    return ExplainedStep(step.step, SENTENCES[step.step](step, currency), step.amount, step.code)


def refusal_sentence(refusal: NoDiscount, currency: str) -> str:
    """Say why a promo code gives no discount."""
    facts = refusal.facts
    if facts.get("by_you"):
        return _("You have used this promo code already.")
    amounts = {name: _money(facts[name], currency) for name in ("minimum_spend", "missing") if name in facts}
    return str(REFUSALS[refusal.reason] % {"code": refusal.code, **amounts})


def _line(step: PriceStep, currency: str) -> str:
    return _("%(quantity)s × %(name)s (%(sku)s) at %(unit_price)s") % {
        "quantity": step.facts["quantity"],
        "name": step.facts["name"],
        "sku": step.code,
        "unit_price": _money(step.facts["unit_price"], currency),
    }


def _subtotal(_step: PriceStep, _currency: str) -> str:
    return _("Subtotal")


def _promo(step: PriceStep, currency: str) -> str:
    facts = step.facts
    if "percent_off" not in facts:
        amount = _money(facts["amount_off"], currency)
        return _("%(code)s: %(amount)s off") % {"code": step.code, "amount": amount}
    return _("%(code)s: %(percent)s of %(eligible)s") % {
        "code": step.code,
        "percent": percent(Decimal(facts["percent_off"])),
        "eligible": _money(facts["eligible"], currency),
    }


def _promo_cap(step: PriceStep, currency: str) -> str:
    most = _money(step.facts["most"], currency)
    return _("%(code)s gives at most %(amount)s here") % {"code": step.code, "amount": most}


def _promo_refused(step: PriceStep, currency: str) -> str:
    refusal = NoDiscount(step.code or "", PromoReason(step.facts["reason"]), step.facts)
    return refusal_sentence(refusal, currency)


def _shipping(step: PriceStep, currency: str) -> str:
    if "free_from" not in step.facts:
        return _("Shipping")
    return _("Shipping is free from %(amount)s") % {"amount": _money(step.facts["free_from"], currency)}


def _total(_step: PriceStep, _currency: str) -> str:
    return _("Total")


def _money(amount: Any, currency: str) -> str:
    return formatted(Decimal(amount), currency)


SENTENCES: Mapping[PriceStepKind, Callable[[PriceStep, str], str]] = {
    PriceStepKind.LINE: _line,
    PriceStepKind.SUBTOTAL: _subtotal,
    PriceStepKind.PROMO: _promo,
    PriceStepKind.PROMO_CAP: _promo_cap,
    PriceStepKind.PROMO_REFUSED: _promo_refused,
    PriceStepKind.SHIPPING: _shipping,
    PriceStepKind.TOTAL: _total,
}
