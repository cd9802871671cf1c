"""Create, change, pause and expire promo codes. Their use is orders/redemption.py's business."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from backoffice.errors import Conflict, Fault, Invalid, NotFound
from backoffice.money import ZERO
from backoffice.transactions import write_transaction
from orders import emails
from orders.models import PromoCode, Promotion, PromotionEvent, PromotionKind
from orders.models.promo import normalised_code

FROZEN_ONCE_USED = ("kind", "percent_off", "amount_off", "max_discount")
FIRST_YEAR, LAST_YEAR = 2000, 9000
MOST_USES = 2_000_000_000


class UnknownPromoCode(NotFound):
    code = "unknown_promo_code"
    title = "No such promo code"


class PromoCodeTaken(Conflict):
    code = "promo_code_taken"
    title = "Another promotion has this code"


class PromoFrozen(Conflict):
    code = "promo_frozen"
    title = "Used promo codes keep their amounts"


@dataclass(frozen=True, slots=True)
class PromotionTerms:
    """Everything that can be said of a promotion; times are aware, the window is [starts_at, ends_at)."""

    name: str
    kind: PromotionKind | str = PromotionKind.PERCENTAGE
    percent_off: Decimal | None = None
    amount_off: Decimal | None = None
    max_discount: Decimal | None = None
    minimum_spend: Decimal = ZERO
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    max_uses_per_customer: int | None = 1
    first_order_only: bool = False
    category_ids: tuple[int, ...] = ()
    product_ids: tuple[int, ...] = ()
    is_paused: bool = False


def promo_code_named(code: str) -> PromoCode:
    """The code with its promotion, without regard to case.

    Raises:
        UnknownPromoCode.
    """
    found = PromoCode.objects.select_related("promotion").filter(code=normalised_code(code)).first()
    if found is None:
        raise UnknownPromoCode(f"There is no promo code {normalised_code(code)[:40]}.")
    return found


def terms_of_promotion(promotion: Promotion) -> PromotionTerms:
    return PromotionTerms(
        **{name: getattr(promotion, name) for name in _COLUMNS},
        category_ids=tuple(promotion.categories.order_by("pk").values_list("pk", flat=True)),
        product_ids=tuple(promotion.products.order_by("pk").values_list("pk", flat=True)),
    )


@write_transaction
def create_promo_code(code: str, terms: PromotionTerms, *, max_uses: int | None, by: Actor) -> PromoCode:
    """A promotion with this one code.

    Raises:
        Invalid, PromoCodeTaken.
    """
    _refuse_impossible(terms, max_uses)
    promotion = Promotion()
    promo_code = PromoCode(code=normalised_code(code), max_uses=max_uses)
    _write(promotion, promo_code, terms)
    _record(promo_code, "created", by, {})
    return promo_code


@write_transaction
def change_promo_code(code: str, terms: PromotionTerms, *, max_uses: int | None, by: Actor) -> PromoCode:
    """Change the terms; once the code was used its amounts stay: duplicate it instead.

    Raises:
        UnknownPromoCode, Invalid, PromoFrozen.
    """
    _refuse_impossible(terms, max_uses)
    promo_code = _locked(code)
    before = {**asdict(terms_of_promotion(promo_code.promotion)), "max_uses": promo_code.max_uses}
    after = {**asdict(terms), "max_uses": max_uses}
    changed = [name for name in after if after[name] != before[name]]
    frozen = [name for name in changed if name in FROZEN_ONCE_USED]
    if frozen and promo_code.promotion.redemptions.exists():
        raise PromoFrozen(
            f"{promo_code.code} was used already: its {', '.join(frozen)} stays. Duplicate it instead.",
            faults=[Fault(f"/{name}", PromoFrozen.code, "Frozen once used.") for name in frozen],
        )
    if not changed:
        return promo_code
    promo_code.max_uses = max_uses
    if terms.ends_at is None or terms.ends_at > timezone.now():
        promo_code.promotion.expired_at = None
    _write(promo_code.promotion, promo_code, terms)
    _record(promo_code, "changed", by, {name: [_told(before[name]), _told(after[name])] for name in changed})
    return promo_code


@write_transaction
def pause_promo_code(code: str, *, by: Actor) -> PromoCode:
    """Stop this code alone, at once."""
    return _set_paused(code, True, by)


@write_transaction
def resume_promo_code(code: str, *, by: Actor) -> PromoCode:
    """Let it be used again, as far as its promotion is not paused."""
    return _set_paused(code, False, by)


@write_transaction
def duplicate_promo_code(code: str, *, new_code: str, by: Actor) -> PromoCode:
    """A new code with the same terms, unused and not paused.

    Raises:
        UnknownPromoCode, Invalid, PromoCodeTaken.
    """
    original = promo_code_named(code)
    terms = replace(terms_of_promotion(original.promotion), is_paused=False)
    return create_promo_code(new_code, terms, max_uses=original.max_uses, by=by)


@write_transaction
def expire_ended_promotions(now: datetime | None = None) -> int:
    """Mark promotions whose end has passed, note it in their history, and send one digest.

    Only tidies: whether a code may be used is decided at the time of use. Run twice at once, the second
    finds nothing left to mark.
    """
    now = now or timezone.now()
    ended = list(
        Promotion.objects.filter(expired_at=None, ends_at__lte=now)
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )
    if not ended:
        return 0
    Promotion.objects.filter(pk__in=ended).update(expired_at=now)
    PromotionEvent.objects.bulk_create(
        PromotionEvent(promotion_id=pk, kind="expired", source=SYSTEM.source, at=now) for pk in ended
    )
    emails.promotions_ended(ended, at=now)
    return len(ended)


_COLUMNS = (
    "name",
    "kind",
    "percent_off",
    "amount_off",
    "max_discount",
    "minimum_spend",
    "starts_at",
    "ends_at",
    "max_uses_per_customer",
    "first_order_only",
    "is_paused",
)


def _locked(code: str) -> PromoCode:
    pk = promo_code_named(code).pk
    return PromoCode.objects.select_related("promotion").select_for_update(no_key=True).get(pk=pk)


def _set_paused(code: str, is_paused: bool, by: Actor) -> PromoCode:
    promo_code = _locked(code)
    if promo_code.is_paused != is_paused:
        promo_code.is_paused = is_paused
        promo_code.save(update_fields=["is_paused"])
        _record(promo_code, "paused" if is_paused else "resumed", by, {})
    return promo_code


def _refuse_impossible(terms: PromotionTerms, max_uses: int | None) -> None:
    _refuse_without_value(terms)
    _refuse_impossible_times(terms)
    _refuse_too_many_uses(terms, max_uses)


def _refuse_impossible_times(terms: PromotionTerms) -> None:
    """Within these years a moment can be shown in every time zone."""
    for field in ("starts_at", "ends_at"):
        moment = getattr(terms, field)
        if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            detail = f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}, or leave it empty."
            raise Invalid(detail, faults=[Fault(f"/{field}", "validation", detail)])


def _refuse_too_many_uses(terms: PromotionTerms, max_uses: int | None) -> None:
    for field, uses in (("max_uses", max_uses), ("max_uses_per_customer", terms.max_uses_per_customer)):
        if uses is not None and not 1 <= uses <= MOST_USES:
            detail = f"Between 1 and {MOST_USES:,}, or empty for no limit."
            raise Invalid(f"{field}: {detail}", faults=[Fault(f"/{field}", "validation", detail)])


def _refuse_without_value(terms: PromotionTerms) -> None:
    field = "percent_off" if terms.kind == PromotionKind.PERCENTAGE else "amount_off"
    if getattr(terms, field) is None:
        detail = f"A promotion of kind {terms.kind} needs {field}."
        raise Invalid(detail, faults=[Fault(f"/{field}", "missing", detail)])


def _write(promotion: Promotion, promo_code: PromoCode, terms: PromotionTerms) -> None:
    for name in _COLUMNS:
        setattr(promotion, name, getattr(terms, name))
    promo_code.promotion = promotion
    try:
        promotion.full_clean()
        promo_code.full_clean(exclude=["promotion", "code"], validate_unique=False)
        promo_code.clean_fields(exclude=["promotion"])
    except ValidationError as error:
        raise _invalid(error) from error
    try:
        with transaction.atomic():
            promotion.save()
            promo_code.promotion = promotion
            promo_code.save()
            promotion.categories.set(terms.category_ids)
            promotion.products.set(terms.product_ids)
    except IntegrityError as error:
        raise PromoCodeTaken(
            f"{promo_code.code} is taken. Choose another code.",
            faults=[Fault("/code", PromoCodeTaken.code, "Taken.")],
        ) from error


def _invalid(error: ValidationError) -> Invalid:
    faults = [
        Fault("" if name == "__all__" else f"/{name}", "validation", " ".join(messages))
        for name, messages in error.message_dict.items()
    ]
    told = " ".join(
        f"{fault.pointer[1:]}: {fault.detail}" if fault.pointer else fault.detail for fault in faults
    )
    return Invalid(told, faults=faults)


def _record(promo_code: PromoCode, kind: str, by: Actor, details: dict[str, Any]) -> None:
    PromotionEvent.objects.create(
        promotion_id=promo_code.promotion_id,
        promo_code=promo_code,
        kind=kind,
        details=details,
        actor=by.user,
        source=by.source,
    )


def _told(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_told(each) for each in value]
    return value if value is None or isinstance(value, bool | int) else str(value)
