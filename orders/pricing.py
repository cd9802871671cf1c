"""The price of a basket: pure, exact and explained. No Django, no clock, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from backoffice.money import ZERO, rounded_to

# Strings, numbers and booleans, as JSON holds them; amounts are decimal strings.
type Facts = Mapping[str, Any]


class PromoReason(StrEnum):
    """Why a promo code gives no discount."""

    UNKNOWN = "unknown"
    PAUSED = "paused"
    SCHEDULED = "scheduled"
    EXPIRED = "expired"
    USED_UP = "used_up"
    NOTHING_ELIGIBLE = "nothing_eligible"
    MINIMUM_SPEND = "minimum_spend"
    ALREADY_USED = "already_used"
    NOT_FIRST_ORDER = "not_first_order"
    NOT_USABLE = "not_usable"


@dataclass(frozen=True, slots=True)
class BasketItem:
    """A line to price; `is_named` tells whether the promo names its product or category."""

    sku: str
    name: str
    unit_price: Decimal
    quantity: int
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What a promo code takes off: either `percent_off`, perhaps capped, or `amount_off`.

    If it `is_restricted` it applies only to what it names, and to nothing when it names nothing.
    """

    code: str
    percent_off: Decimal | None = None
    amount_off: Decimal | None = None
    max_discount: Decimal | None = None
    minimum_spend: Decimal = ZERO
    is_restricted: bool = False

    def applies_to(self, item: BasketItem) -> bool:
        return item.is_named or not self.is_restricted


@dataclass(frozen=True, slots=True)
class NoDiscount:
    """A code that gives no discount; `facts` hold, for instance, the amount that is missing."""

    code: str
    reason: PromoReason
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shipping:
    """The fee, and the subtotal after discount from which shipping is free (`None`: never)."""

    fee: Decimal = ZERO
    free_from: Decimal | None = None


class PriceStepKind(StrEnum):
    """The kinds of steps; the amounts of line, promo, promo_cap and shipping add up to total."""

    LINE = "line"
    SUBTOTAL = "subtotal"
    PROMO = "promo"
    PROMO_CAP = "promo_cap"
    PROMO_REFUSED = "promo_refused"
    SHIPPING = "shipping"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One line of the explanation; `code` is a SKU or a promo code. By its kind, `facts` hold

    line            name, quantity, unit_price
    promo           percent_off and eligible, or amount_off
    promo_cap       most
    promo_refused   reason, and the refusal's own
    shipping        free_from, when it is free for that
    """

    step: PriceStepKind
    amount: Decimal
    code: str | None = None
    facts: Facts = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "amount": str(self.amount),
            "code": self.code,
            "facts": dict(self.facts),
        }


def step_from_json(kept: Mapping[str, Any]) -> PriceStep:
    """Return the step that `PriceStep.as_json` wrote."""
    return PriceStep(PriceStepKind(kept["step"]), Decimal(kept["amount"]), kept["code"], kept["facts"])


@dataclass(frozen=True, slots=True)
class PricedLine:
    sku: str
    name: str
    unit_price: Decimal
    quantity: int
    subtotal: Decimal
    discount: Decimal

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount


@dataclass(frozen=True, slots=True)
class PromoOutcome:
    """What came of a promo code: it gives a discount, or it is refused."""

    code: str
    discount: Decimal
    refusal: NoDiscount | None = None

    @property
    def applied(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class Quote:
    lines: tuple[PricedLine, ...]
    subtotal: Decimal
    discount: Decimal
    shipping: Decimal
    total: Decimal
    promo: PromoOutcome | None
    explanation: tuple[PriceStep, ...]


def quote(
    items: Sequence[BasketItem],
    *,
    places: int,
    promo: Terms | NoDiscount | None = None,
    shipping: Shipping = Shipping(),
) -> Quote:
    """Price a basket whose SKUs are distinct, keeping the order of its lines.

    All amounts have as many decimal `places` as the currency.
    """
    lines = [_priced_line(item, places) for item in items]
    subtotal = sum((line.subtotal for line in lines), ZERO)
    eligible = [
        line.subtotal if isinstance(promo, Terms) and promo.applies_to(item) else ZERO
        for line, item in zip(lines, items, strict=True)
    ]
    outcome, promo_steps = _promo(promo, sum(eligible, ZERO), places)
    discount = outcome.discount if outcome else rounded_to(ZERO, places)
    shares = spread(discount, eligible, places)
    lines = [replace(line, discount=share) for line, share in zip(lines, shares, strict=True)]
    fee, shipping_step = _shipping(shipping, subtotal - discount, places)
    total = subtotal - discount + fee
    return Quote(
        lines=tuple(lines),
        subtotal=subtotal,
        discount=discount,
        shipping=fee,
        total=total,
        promo=outcome,
        explanation=(
            *(_line_step(line) for line in lines),
            PriceStep(PriceStepKind.SUBTOTAL, subtotal),
            *promo_steps,
            shipping_step,
            PriceStep(PriceStepKind.TOTAL, total),
        ),
    )


def requested_of(terms: Terms, eligible: Decimal, places: int) -> Decimal:
    """Return the discount before any cap."""
    if terms.percent_off is not None:
        return rounded_to(eligible * terms.percent_off / 100, places)
    return rounded_to(terms.amount_off or ZERO, places)


def discount_of(terms: Terms, eligible: Decimal, places: int) -> Decimal:
    """Return the discount on goods of this value: never more than its cap, nor than the goods."""
    limits = [eligible] if terms.max_discount is None else [eligible, terms.max_discount]
    return rounded_to(min(requested_of(terms, eligible, places), *limits), places)


def spread(discount: Decimal, eligible: Sequence[Decimal], places: int) -> list[Decimal]:
    """Share the discount in proportion to the eligible totals, by the largest remainder method.

    The shares sum to the discount exactly, none exceeds its line, and ties go to the earlier line.
    """
    cents = [int(amount.scaleb(places)) for amount in eligible]
    whole, to_spread = sum(cents), int(discount.scaleb(places))
    if not to_spread:
        return [rounded_to(ZERO, places)] * len(cents)
    shares, remainders = zip(*(divmod(to_spread * amount, whole) for amount in cents), strict=True)
    left = to_spread - sum(shares)
    by_remainder = sorted(range(len(cents)), key=lambda index: (-remainders[index], index))
    raised = set(by_remainder[:left])
    return [Decimal(share + (index in raised)).scaleb(-places) for index, share in enumerate(shares)]


def credit_of(*, paid: Decimal, quantity: int, done: int, units: int, places: int) -> Decimal:
    """Return what `units` more of a line are worth, when `done` of its `quantity` were credited before.

    The sum is rounded and not the unit, so that all credits together are what was paid, half of the units
    are worth half of it to the cent, and neither order nor portions matter.
    """
    before, after = (rounded_to(paid * each / quantity, places) for each in (done, done + units))
    return after - before


def credit_of_rest(*, remaining: Decimal, left: int, units: int, places: int) -> Decimal:
    """Return what `units` of the `left` ones are worth, on a line of which value was given up without units.

    They share what remains of the line's value, and the last of them take all of it.
    """
    return rounded_to(remaining * units / left, places)


def _priced_line(item: BasketItem, places: int) -> PricedLine:
    subtotal = rounded_to(item.unit_price * item.quantity, places)
    nothing = rounded_to(ZERO, places)
    return PricedLine(item.sku, item.name, item.unit_price, item.quantity, subtotal, nothing)


def _line_step(line: PricedLine) -> PriceStep:
    facts = {"name": line.name, "quantity": line.quantity, "unit_price": str(line.unit_price)}
    return PriceStep(PriceStepKind.LINE, line.subtotal, line.sku, facts)


def _promo(
    promo: Terms | NoDiscount | None, eligible: Decimal, places: int
) -> tuple[PromoOutcome | None, list[PriceStep]]:
    if promo is None:
        return None, []
    if isinstance(promo, Terms):
        refusal = _refused_by_basket(promo, eligible)
        if refusal is None:
            return _apply(promo, eligible, places)
        promo = refusal
    nothing = rounded_to(ZERO, places)
    return PromoOutcome(promo.code, nothing, promo), [refused_step(promo, nothing)]


def refused_step(refusal: NoDiscount, nothing: Decimal) -> PriceStep:
    """Return the step of a refusal; `nothing` is the amount of zero."""
    facts = {**refusal.facts, "reason": refusal.reason}
    return PriceStep(PriceStepKind.PROMO_REFUSED, nothing, refusal.code, facts)


def _refused_by_basket(terms: Terms, eligible: Decimal) -> NoDiscount | None:
    if eligible <= 0:
        return NoDiscount(terms.code, PromoReason.NOTHING_ELIGIBLE)
    if eligible < terms.minimum_spend:
        missing = terms.minimum_spend - eligible
        facts = {"minimum_spend": str(terms.minimum_spend), "missing": str(missing)}
        return NoDiscount(terms.code, PromoReason.MINIMUM_SPEND, facts)
    return None


def _apply(terms: Terms, eligible: Decimal, places: int) -> tuple[PromoOutcome, list[PriceStep]]:
    if terms.percent_off is not None:
        facts = {"percent_off": str(terms.percent_off), "eligible": str(eligible)}
    else:
        facts = {"amount_off": str(terms.amount_off or ZERO)}
    requested = requested_of(terms, eligible, places)
    discount = discount_of(terms, eligible, places)
    steps = [PriceStep(PriceStepKind.PROMO, -requested, terms.code, facts)]
    if discount < requested:
        most = {"most": str(discount)}
        steps.append(PriceStep(PriceStepKind.PROMO_CAP, requested - discount, terms.code, most))
    return PromoOutcome(terms.code, discount), steps


def _shipping(shipping: Shipping, goods: Decimal, places: int) -> tuple[Decimal, PriceStep]:
    if shipping.free_from is not None and goods >= shipping.free_from:
        facts = {"free_from": str(shipping.free_from)}
        nothing = rounded_to(ZERO, places)
        return nothing, PriceStep(PriceStepKind.SHIPPING, nothing, facts=facts)
    fee = rounded_to(shipping.fee, places)
    return fee, PriceStep(PriceStepKind.SHIPPING, fee)
