"""Deciding whether a promo code may be used, using it, and giving the use back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.query import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.customers import key_of
from accounts.models import Customer
from backoffice.db.inserting import insert_unanswered
from backoffice.db.statements import Question, selecting, updating
from backoffice.db.transactions import Collision
from backoffice.errors import Fault, Invalid
from orders.models import (
    Order,
    PromoCode,
    PromoState,
    PromotionCategory,
    PromotionKind,
    PromotionProduct,
    Redemption,
    RedemptionState,
)
from orders.price_words import refusal_sentence
from orders.pricing import NoDiscount, PriceStepKind, PromoReason, Quote, Terms, refused_step

CODES = {
    PromoReason.MINIMUM_SPEND: "promo_minimum_spend",
    PromoReason.ALREADY_USED: "promo_already_used",
}
STATE_REASONS = {
    PromoState.PAUSED: PromoReason.PAUSED,
    PromoState.SCHEDULED: PromoReason.SCHEDULED,
    PromoState.EXPIRED: PromoReason.EXPIRED,
    PromoState.USED_UP: PromoReason.USED_UP,
}


class PromoRefused(Invalid):
    """The order's promo code gives no discount: the order is refused, never placed at full price."""

    code = "promo_not_usable"
    title = _("The promo code cannot be used")
    other_codes = tuple(CODES.values())

    def __init__(self, detail: str, *, code: str) -> None:
        super().__init__(detail, faults=[Fault("/promo_code", code, detail)])
        self.code = code  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A promo code that this customer may use now, as far as the basket allows."""

    promo_code: PromoCode
    terms: Terms
    use_number: int


def code_with_history(code: str, address: str, *, is_held: bool) -> Question[PromoCode]:
    """Ask for a code and for what the customer with this address has done with its promotion.

    Held, its row is locked until the transaction ends. The customer must be locked before.
    """
    return (_lock_code if is_held else _find_code).question(code, address)


def judged(code: str, found: list[Any], *, at: datetime) -> Candidate | NoDiscount:
    """Decide whether the customer may use the code at this moment; `found` is what was asked for with it."""
    if not found:
        return NoDiscount(code[:40], PromoReason.UNKNOWN)
    [row] = found
    reason = STATE_REASONS.get(row.state_at(at)) or _refused_by_history(row)
    if reason is not None:
        return NoDiscount(code, reason)
    return Candidate(promo_code=row, terms=terms_of(row), use_number=row.last_use_number + 1)


def redeem(
    candidate: Candidate, *, order: Order, customer: Customer, discount: Decimal, at: datetime
) -> None:
    """Count one more use: the database itself holds both limits, and that the code is not paused.

    Raises:
        Collision: somebody else was there first; try again.
    """
    promo_code = candidate.promo_code
    _count_use.one(promo_code.pk)
    redemption = Redemption(
        order=order,
        promo_code=promo_code,
        promotion_id=promo_code.promotion_id,
        customer=customer,
        use_number=candidate.use_number,
        discount=discount,
        redeemed_at=at,
    )
    try:
        insert_unanswered([redemption])
    except IntegrityError as error:
        raise Collision from error


@updating
def _count_use(promo_code: int) -> tuple[QuerySet[PromoCode], Mapping[str, Any]]:
    has_uses_left = Q(max_uses__isnull=True) | Q(times_used__lt=F("max_uses"))
    usable = PromoCode.objects.filter(has_uses_left, pk=promo_code, is_paused=False)
    return usable, {"times_used": F("times_used") + 1}


def release(order: Order, *, at: datetime) -> None:
    """Give the order's use back, exactly once however often this is called."""
    active = Redemption.objects.filter(order=order, state=RedemptionState.ACTIVE)
    released = list(active.values_list("promo_code_id", flat=True))
    if active.update(state=RedemptionState.RELEASED, released_at=at):
        PromoCode.objects.filter(pk__in=released).update(times_used=F("times_used") - 1)


def may_know_why(by: Actor) -> bool:
    """Tell whether to give the real reason, as to the system and to staff who place orders."""
    return by.user is None or by.user.has_perm("orders.add_order")


def refusal_told_to(by: Actor, refusal: NoDiscount) -> PromoRefused:
    told = refusal if may_know_why(by) else _public_refusal(refusal)
    detail = refusal_sentence(told, settings.SHOP_CURRENCY)
    return PromoRefused(detail, code=CODES.get(refusal.reason, "promo_not_usable"))


def quote_told_to(by: Actor, quote: Quote) -> Quote:
    """Return the quote as `by` may see it: customers learn no more of a useless code than from a refusal."""
    promo = quote.promo
    if promo is None or promo.refusal is None or may_know_why(by):
        return quote
    told = _public_refusal(promo.refusal)
    steps = (
        refused_step(told, step.amount) if step.step == PriceStepKind.PROMO_REFUSED else step
        for step in quote.explanation
    )
    return replace(quote, promo=replace(promo, code=told.code, refusal=told), explanation=tuple(steps))


def _public_refusal(refusal: NoDiscount) -> NoDiscount:
    """Make unknown, paused, early, expired and used-up codes look alike, without repeating the code."""
    if refusal.reason == PromoReason.MINIMUM_SPEND:
        return refusal
    if refusal.reason == PromoReason.ALREADY_USED:
        return replace(refusal, facts={"by_you": True})
    return NoDiscount("", PromoReason.NOT_USABLE)


@selecting
def _find_code(code: str, address: str) -> QuerySet[PromoCode]:
    return _with_history(code, address)


@selecting
def _lock_code(code: str, address: str) -> QuerySet[PromoCode]:
    return _with_history(code, address).select_for_update(of=("self",), no_key=True)


def _with_history(code: str, address: str) -> QuerySet[PromoCode]:
    """Find a code with its promotion and this customer's history, in one statement."""
    uses = (
        Redemption.objects.filter(
            promotion=OuterRef("promotion"), customer=key_of(address), state=RedemptionState.ACTIVE
        )
        .order_by()
        .values("promotion")
    )
    codes = PromoCode.objects.filter(code=code).select_related("promotion")
    return codes.annotate(
        customer_uses=Coalesce(Subquery(uses.annotate(uses=Count("pk")).values("uses")), 0),
        last_use_number=Coalesce(Subquery(uses.annotate(last=Max("use_number")).values("last")), 0),
        has_ordered=Exists(Order.objects.kept().filter(customer=key_of(address))),
    )


def _refused_by_history(row: Any) -> PromoReason | None:
    limit = row.promotion.max_uses_per_customer
    if limit is not None and row.customer_uses >= limit:
        return PromoReason.ALREADY_USED
    if row.promotion.first_order_only and row.has_ordered:
        return PromoReason.NOT_FIRST_ORDER
    return None


def terms_of(promo_code: PromoCode) -> Terms:
    promotion = promo_code.promotion
    is_percentage = promotion.kind == PromotionKind.PERCENTAGE
    return Terms(
        code=promo_code.code,
        percent_off=promotion.percent_off if is_percentage else None,
        amount_off=None if is_percentage else promotion.amount_off,
        max_discount=promotion.max_discount,
        minimum_spend=promotion.minimum_spend,
        is_restricted=promotion.is_restricted,
    )


def kept_terms(candidate: Candidate) -> Mapping[str, str | bool | None]:
    """Return the terms as the order stores them, in plain JSON."""
    promotion, terms = candidate.promo_code.promotion, candidate.terms
    return {
        "promotion": promotion.name,
        "kind": promotion.kind,
        "percent_off": None if terms.percent_off is None else str(terms.percent_off),
        "amount_off": None if terms.amount_off is None else str(terms.amount_off),
        "max_discount": None if terms.max_discount is None else str(terms.max_discount),
        "minimum_spend": str(terms.minimum_spend),
        "is_restricted": terms.is_restricted,
    }


def is_named_by(code: str) -> Q:
    """Return a condition on products: the restricted promotion of this code names them or their category."""
    promotion = Subquery(
        PromoCode.objects.filter(code=code, promotion__is_restricted=True).values("promotion")[:1]
    )
    products = PromotionProduct.objects.filter(promotion=promotion, product=OuterRef("pk"))
    categories = PromotionCategory.objects.filter(promotion=promotion, category=OuterRef("category"))
    return Q(Exists(products)) | Q(Exists(categories))
