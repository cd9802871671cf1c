"""The price of a basket: pure, exact and explained. No Django, no clock, no database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from backoffice.money import ZERO, formatted, percent, rounded


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
class Item:
    """A line as asked for: `is_named` tells whether the promo names it, or its category."""

    sku: str
    name: str
    unit_price: Decimal
    quantity: int
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What a promo code takes off: either `percent_off`, perhaps capped, or `amount_off`.

    One that `is_restricted` applies to what it names alone: to nothing, when it names nothing.
    """

    code: str
    percent_off: Decimal | None = None
    amount_off: Decimal | None = None
    max_discount: Decimal | None = None
    minimum_spend: Decimal = ZERO
    is_restricted: bool = False

    def applies_to(self, item: Item) -> bool:
        return item.is_named or not self.is_restricted


@dataclass(frozen=True, slots=True)
class PromoRefusal:
    """A code that gives nothing: `sentence` is for staff."""

    code: str
    reason: PromoReason
    sentence: str


@dataclass(frozen=True, slots=True)
class Shipping:
    """The fee, and the subtotal after discount from which it is free (`None`: never)."""

    fee: Decimal = ZERO
    free_from: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the explanation. The amounts of line, promo, promo_cap and shipping add up to total."""

    step: str
    detail: str
    amount: Decimal | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class PricedLine:
    sku: str
    name: str
    unit_price: Decimal
    quantity: int
    subtotal: Decimal
    discount: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount


@dataclass(frozen=True, slots=True)
class PromoOutcome:
    code: str
    applied: bool
    discount: Decimal
    reason: str | None = None
    reason_code: PromoReason | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    lines: tuple[PricedLine, ...]
    subtotal: Decimal
    discount: Decimal
    shipping: Decimal
    total: Decimal
    promo: PromoOutcome | None
    explanation: tuple[Step, ...]


def quote(
    items: Sequence[Item],
    *,
    promo: Terms | PromoRefusal | None = None,
    shipping: Shipping = Shipping(),
    currency: str,
) -> Quote:
    """Price a basket whose SKUs are distinct, keeping the order of its lines."""
    lines = [
        PricedLine(
            item.sku, item.name, item.unit_price, item.quantity, rounded(item.unit_price * item.quantity)
        )
        for item in items
    ]
    subtotal = sum((line.subtotal for line in lines), ZERO)
    eligible = [
        line.subtotal if isinstance(promo, Terms) and promo.applies_to(item) else ZERO
        for line, item in zip(lines, items, strict=True)
    ]
    outcome, promo_steps = _promo(promo, sum(eligible, ZERO), currency)
    discount = outcome.discount if outcome else ZERO
    shares = spread(discount, eligible)
    lines = [replace(line, discount=share) for line, share in zip(lines, shares, strict=True)]
    fee, shipping_step = _shipping(shipping, subtotal - discount, currency)
    total = subtotal - discount + fee
    return Quote(
        lines=tuple(lines),
        subtotal=subtotal,
        discount=discount,
        shipping=fee,
        total=total,
        promo=outcome,
        explanation=(
            *(_line_step(line, currency) for line in lines),
            Step("subtotal", "Subtotal", subtotal),
            *promo_steps,
            shipping_step,
            Step("total", "Total", total),
        ),
    )


def requested_of(terms: Terms, eligible: Decimal) -> Decimal:
    """What the terms ask for before any cap."""
    if terms.percent_off is not None:
        return rounded(eligible * terms.percent_off / 100)
    return rounded(terms.amount_off or ZERO)


def discount_of(terms: Terms, eligible: Decimal) -> Decimal:
    """What the terms take off goods of this value: never more than their cap, nor than the goods."""
    limits = [eligible] if terms.max_discount is None else [eligible, terms.max_discount]
    return min(requested_of(terms, eligible), *limits)


def spread(discount: Decimal, eligible: Sequence[Decimal]) -> list[Decimal]:
    """Shares of the discount in proportion to the eligible totals, by the largest remainder method.

    They sum to the discount exactly, none exceeds its line, and ties go to the earlier line.
    """
    cents = [int(amount * 100) for amount in eligible]
    whole, to_spread = sum(cents), int(discount * 100)
    if not to_spread:
        return [ZERO] * len(cents)
    shares, remainders = zip(*(divmod(to_spread * amount, whole) for amount in cents), strict=True)
    left = to_spread - sum(shares)
    by_remainder = sorted(range(len(cents)), key=lambda index: (-remainders[index], index))
    raised = set(by_remainder[:left])
    return [rounded(Decimal(share + (index in raised)) / 100) for index, share in enumerate(shares)]


def credit_of(*, paid: Decimal, credited: Decimal, quantity: int, credited_units: int, units: int) -> Decimal:
    """What `units` more of a line are worth: net paid per unit, the line's last unit taking the remainder."""
    if credited_units + units == quantity:
        return paid - credited
    return min(rounded(paid / quantity) * units, paid - credited)


def _line_step(line: PricedLine, currency: str) -> Step:
    detail = f"{line.quantity} × {line.name} ({line.sku}) at {formatted(line.unit_price, currency)}"
    return Step("line", detail, line.subtotal, code=line.sku)


def _promo(
    promo: Terms | PromoRefusal | None, eligible: Decimal, currency: str
) -> tuple[PromoOutcome | None, list[Step]]:
    if promo is None:
        return None, []
    if isinstance(promo, Terms):
        refusal = _refused_by_basket(promo, eligible, currency)
        if refusal is None:
            return _applied(promo, eligible, currency)
        promo = refusal
    outcome = PromoOutcome(promo.code, False, ZERO, promo.sentence, promo.reason)
    return outcome, [Step("promo_refused", promo.sentence, ZERO, code=promo.code)]


def _refused_by_basket(terms: Terms, eligible: Decimal, currency: str) -> PromoRefusal | None:
    if eligible <= 0:
        return PromoRefusal(
            terms.code, PromoReason.NOTHING_ELIGIBLE, f"{terms.code} applies to nothing in this basket."
        )
    if eligible < terms.minimum_spend:
        missing = formatted(terms.minimum_spend - eligible, currency)
        return PromoRefusal(
            terms.code,
            PromoReason.MINIMUM_SPEND,
            f"{terms.code} needs {formatted(terms.minimum_spend, currency)} of eligible goods; "
            f"{missing} are missing.",
        )
    return None


def _applied(terms: Terms, eligible: Decimal, currency: str) -> tuple[PromoOutcome, list[Step]]:
    if terms.percent_off is not None:
        detail = f"{percent(terms.percent_off)} of {formatted(eligible, currency)}"
    else:
        detail = f"{formatted(terms.amount_off or ZERO, currency)} off"
    requested, discount = requested_of(terms, eligible), discount_of(terms, eligible)
    steps = [Step("promo", f"{terms.code}: {detail}", -requested, code=terms.code)]
    if discount < requested:
        steps.append(
            Step(
                "promo_cap",
                f"{terms.code} gives at most {formatted(discount, currency)} here",
                requested - discount,
                code=terms.code,
            )
        )
    return PromoOutcome(terms.code, True, discount), steps


def _shipping(shipping: Shipping, goods: Decimal, currency: str) -> tuple[Decimal, Step]:
    if shipping.free_from is not None and goods >= shipping.free_from:
        detail = f"Shipping is free from {formatted(shipping.free_from, currency)}"
        return ZERO, Step("shipping", detail, ZERO)
    return shipping.fee, Step("shipping", "Shipping", shipping.fee)
