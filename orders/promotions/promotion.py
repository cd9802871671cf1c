"""A promotion with all its codes, one or thousands: found by its number, changed, paused, ended."""

from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import NotFound
from orders.models import Promotion
from orders.promotions.terms import (
    PromotionTerms,
    changed_terms,
    record,
    refuse_frozen,
    refuse_impossible,
    refuse_to_end_before_start,
    terms_of_promotion,
    write_terms,
)


class UnknownPromotion(NotFound):
    code = "unknown_promotion"
    title = gettext_lazy("No such promotion")


def promotion_numbered(number: int) -> Promotion:
    """Return the promotion with this number. Raises UnknownPromotion."""
    return _find(number, Promotion.objects.all())


def locked_promotion(number: int) -> Promotion:
    """Return the promotion, its terms locked until the transaction ends. Raises UnknownPromotion."""
    return _find(number, Promotion.objects.select_for_update(no_key=True))


@write_transaction
def change_promotion(number: int, terms: PromotionTerms, *, by: Actor) -> Promotion:
    """Change the terms of all its codes; once one of them was used, kind and amounts stay.

    Raises:
        UnknownPromotion, Invalid, PromoFrozen.
    """
    refuse_impossible(terms)
    promotion = locked_promotion(number)
    changed = changed_terms(promotion, terms)
    refuse_frozen(promotion, changed, promotion.name)
    if changed:
        write_terms(promotion, terms)
        record(promotion, "changed", by, changed)
    return promotion


@write_transaction
def pause_promotion(number: int, *, by: Actor) -> Promotion:
    """Stop all its codes, at once."""
    return _set_paused(number, True, by)


@write_transaction
def resume_promotion(number: int, *, by: Actor) -> Promotion:
    """Let its codes be used again, except those that are paused alone."""
    return _set_paused(number, False, by)


@write_transaction
def end_promotion(number: int, *, by: Actor, at: datetime | None = None) -> Promotion:
    """Let the window of all its codes end now; one that has ended stays as it is.

    Raises:
        UnknownPromotion, NotStarted.
    """
    now = at or timezone.now()
    promotion = locked_promotion(number)
    terms = terms_of_promotion(promotion)
    if terms.ends_at is not None and terms.ends_at <= now:
        return promotion
    refuse_to_end_before_start(terms, promotion.name, now)
    return change_promotion(number, replace(terms, ends_at=now), by=by)


def _find(number: int, promotions: QuerySet[Promotion]) -> Promotion:
    found = promotions.filter(pk=number).first()
    if found is None:
        raise UnknownPromotion(_("There is no promotion %(number)s.") % {"number": number})
    return found


def _set_paused(number: int, is_paused: bool, by: Actor) -> Promotion:
    promotion = locked_promotion(number)
    if promotion.is_paused != is_paused:
        promotion.is_paused = is_paused
        promotion.save(update_fields=["is_paused", "updated_at"])
        record(promotion, "paused" if is_paused else "resumed", by, {})
    return promotion
