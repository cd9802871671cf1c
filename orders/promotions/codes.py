"""Changes to single codes and to one code of a batch. For the use of codes see redemption.py."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Invalid, NotFound
from orders.models import PromoCode, PromoState, Promotion
from orders.models.promo import PromoCodeQuerySet, normalised_code
from orders.promotions.terms import (
    PromotionTerms,
    changed_terms,
    changes_between,
    record,
    refuse_frozen,
    refuse_impossible,
    refuse_impossible_uses,
    refuse_to_end_before_start,
    refuse_unclean,
    rule_of,
    set_terms,
    terms_of_promotion,
    write_terms,
)


class UnknownPromoCode(NotFound):
    code = "unknown_promo_code"
    title = gettext_lazy("No such promo code")


class PromoCodeTaken(Conflict):
    code = "promo_code_taken"
    title = gettext_lazy("Another promotion has this code")


class PartOfBatch(Conflict):
    """The terms belong to all codes of the batch and cannot be changed through one of them."""

    code = "part_of_batch"
    title = gettext_lazy("The code belongs to a batch")


class PromoCodeUsed(Conflict):
    """The code was used and is kept: it is part of the history of the orders that name it."""

    code = "promo_code_used"
    title = gettext_lazy("Used promo codes are kept")


def promo_code_named(code: str) -> PromoCode:
    """Return the code with its promotion, found in any case.

    Raises:
        UnknownPromoCode.
    """
    return _find(code, PromoCode.objects.select_related("promotion"))


def locked_promo_code(code: str) -> PromoCode:
    """Return the code with its promotion, locked until the transaction ends. Raises UnknownPromoCode."""
    return _find(code, PromoCode.objects.select_related("promotion").select_for_update(no_key=True))


def new_promo_code(code: str, terms: PromotionTerms, *, max_uses: int | None) -> PromoCode:
    """Return the code as it would be created, writing nothing. A pause is set on the code, not the terms.

    Raises:
        Invalid.
    """
    refuse_impossible_uses("max_uses", max_uses)
    promo_code = PromoCode(
        code=normalised_code(code), max_uses=max_uses, is_paused=terms.is_paused, promotion=Promotion()
    )
    _judge(promo_code, replace(terms, is_paused=False))
    return promo_code


@write_transaction
def create_promo_code(code: str, terms: PromotionTerms, *, max_uses: int | None, by: Actor) -> PromoCode:
    """Create a promotion with this one code.

    Raises:
        Invalid, PromoCodeTaken.
    """
    promo_code = new_promo_code(code, terms, max_uses=max_uses)
    _write(promo_code, replace(terms, is_paused=False))
    record(promo_code.promotion, "created", by, {}, promo_code)
    return promo_code


def judge_change(
    promo_code: PromoCode, terms: PromotionTerms, *, max_uses: int | None
) -> dict[str, list[Any]]:
    """Set the terms, except restrictions, on the code in memory and return what changes; writes nothing.

    Raises:
        Invalid, PromoFrozen, PartOfBatch.
    """
    refuse_impossible(terms)
    refuse_impossible_uses("max_uses", max_uses)
    changed = changed_terms(promo_code.promotion, terms)
    if changed and promo_code.promotion.is_batch:
        raise PartOfBatch(
            _(
                "%(code)s shares its terms with all codes of %(promotion)s: change the promotion, or pause "
                "this code alone."
            )
            % {"code": promo_code.code, "promotion": promo_code.promotion}
        )
    refuse_frozen(promo_code.promotion, changed, promo_code.code)
    changed |= changes_between({"max_uses": promo_code.max_uses}, {"max_uses": max_uses})
    if changed:
        promo_code.max_uses = max_uses
        _judge(promo_code, terms)
    return changed


@write_transaction
def change_promo_code(code: str, terms: PromotionTerms, *, max_uses: int | None, by: Actor) -> PromoCode:
    """Change the terms; once the code was used its amounts stay: duplicate it instead.

    Raises:
        UnknownPromoCode, Invalid, PromoFrozen, PartOfBatch.
    """
    # These terms are impossible for any code, so they are refused before it is looked up.
    refuse_impossible(terms)
    refuse_impossible_uses("max_uses", max_uses)
    promo_code = locked_promo_code(code)
    if changed := judge_change(promo_code, terms, max_uses=max_uses):
        _write(promo_code, terms)
        record(promo_code.promotion, "changed", by, changed, promo_code)
    return promo_code


@write_transaction
def pause_promo_code(code: str, *, by: Actor) -> PromoCode:
    """Stop this code alone, at once."""
    return _set_paused(code, True, by)


@write_transaction
def resume_promo_code(code: str, *, by: Actor) -> PromoCode:
    """Let the code be used again. Its promotion is resumed too if this is its only code; a batch is not."""
    promo_code = _set_paused(code, False, by)
    promotion = promo_code.promotion
    if promotion.is_paused and not promotion.is_batch:
        promotion.is_paused = False
        promotion.save(update_fields=["is_paused", "updated_at"])
        record(promotion, "resumed", by, {})
    return promo_code


@write_transaction
def duplicate_promo_code(code: str, *, new_code: str, by: Actor) -> PromoCode:
    """Create a code with the same terms, unused and not paused.

    Raises:
        UnknownPromoCode, Invalid, PromoCodeTaken.
    """
    original = promo_code_named(code)
    terms = replace(terms_of_promotion(original.promotion), is_paused=False)
    return create_promo_code(new_code, terms, max_uses=original.max_uses, by=by)


@write_transaction
def end_promo_code(code: str, *, by: Actor, at: datetime | None = None) -> PromoCode:
    """Let the window end now, which unlike a pause is final. A code that has ended stays as it is.

    Raises:
        UnknownPromoCode, NotStarted, PartOfBatch.
    """
    now = at or timezone.now()
    promo_code = locked_promo_code(code)
    if promo_code.state_at(now) == PromoState.EXPIRED:
        return promo_code
    terms = terms_of_promotion(promo_code.promotion)
    refuse_to_end_before_start(terms, promo_code.code, now)
    return change_promo_code(code, replace(terms, ends_at=now), max_uses=promo_code.max_uses, by=by)


@write_transaction
def delete_promo_code(code: str, *, by: Actor) -> None:
    """Delete a code that no order ever used, and a single code's promotion with it.

    Raises:
        UnknownPromoCode, PromoCodeUsed.
    """
    promo_code = locked_promo_code(code)
    if promo_code.redemptions.exists():
        raise PromoCodeUsed(_("Orders have used %(code)s: pause it instead.") % {"code": promo_code.code})
    promotion = promo_code.promotion
    promo_code.delete()
    if promotion.is_batch:
        record(promotion, "deleted", by, {"code": promo_code.code})
    else:
        promotion.delete()


def _find(code: str, codes: PromoCodeQuerySet) -> PromoCode:
    found = codes.filter(code=normalised_code(code)).first()
    if found is None:
        raise UnknownPromoCode(_("There is no promo code %(code)s.") % {"code": normalised_code(code)[:40]})
    return found


def _set_paused(code: str, is_paused: bool, by: Actor) -> PromoCode:
    promo_code = locked_promo_code(code)
    if promo_code.is_paused != is_paused:
        promo_code.is_paused = is_paused
        promo_code.save(update_fields=["is_paused"])
        record(promo_code.promotion, "paused" if is_paused else "resumed", by, {}, promo_code)
    return promo_code


def _judge(promo_code: PromoCode, terms: PromotionTerms) -> None:
    refuse_unclean(promo_code)
    if promo_code.max_uses is not None and promo_code.times_used > promo_code.max_uses:
        detail = rule_of("promo_code_within_max_uses")
        raise Invalid(detail, faults=[Fault("/max_uses", "validation", detail)])
    set_terms(promo_code.promotion, terms)


def _write(promo_code: PromoCode, terms: PromotionTerms) -> None:
    write_terms(promo_code.promotion, terms)
    # Assigned again, now that the promotion has a primary key.
    promo_code.promotion = promo_code.promotion
    try:
        with transaction.atomic():
            promo_code.save()
    except IntegrityError as error:
        raise PromoCodeTaken(
            _("%(code)s is taken. Choose another code.") % {"code": promo_code.code},
            faults=[Fault("/code", PromoCodeTaken.code, _("Taken."))],
        ) from error
