"""A promotion with all its codes: found by its number, changed, paused, ended."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Source
from backoffice.errors import Invalid
from orders.models import PromoCode, Promotion, PromotionEvent
from orders.promotions import (
    PartOfBatch,
    PromoFrozen,
    PromotionTerms,
    UnknownPromotion,
    change_promo_code,
    change_promotion,
    end_promotion,
    pause_promo_code,
    pause_promotion,
    promotion_numbered,
    resume_promotion,
    terms_of_promotion,
)
from orders.promotions.redemption import PromoRefused
from orders.promotions.terms import NotStarted
from tests.factories import CLI, make_batch, make_product, make_user, place

pytestmark = pytest.mark.django_db

TERMS = PromotionTerms(name="Black Friday", percent_off=Decimal(15), max_discount=Decimal("30.00"))


def batch() -> Promotion:
    return make_batch(3, percent_off=15, max_discount=Decimal("30.00"))


def codes(promotion: Promotion) -> list[str]:
    return sorted(promotion.codes.values_list("code", flat=True))


def history(promotion: Promotion) -> list[str]:
    return list(promotion.events.order_by("pk").values_list("kind", flat=True))


def test_a_promotion_is_found_by_its_number() -> None:
    promotion = batch()

    assert promotion_numbered(promotion.pk) == promotion
    for unknown in (promotion.pk + 1, 0, -1):
        with pytest.raises(UnknownPromotion) as refused:
            promotion_numbered(unknown)
        assert refused.value.code == "unknown_promotion"


def test_what_was_changed_is_kept_with_who_did_it_and_what_it_was_before() -> None:
    promotion, manager = batch(), make_user(role="Manager")

    change_promotion(promotion.pk, replace(TERMS, percent_off=Decimal(20)), by=Actor(manager, Source.ADMIN))

    assert Promotion.objects.get().percent_off == Decimal(20)
    event = PromotionEvent.objects.get(kind="changed")
    assert event.details == {"percent_off": ["15.00", "20"]}
    assert (event.actor, event.source, event.promo_code) == (manager, "admin", None)


def test_the_same_terms_again_change_nothing() -> None:
    promotion = batch()
    before = Promotion.objects.values().get()

    change_promotion(promotion.pk, TERMS, by=CLI)

    assert Promotion.objects.values().get() == before
    assert history(promotion) == ["generated"]


def test_terms_that_cannot_be_are_refused_and_nothing_changes() -> None:
    promotion = batch()
    before = Promotion.objects.values().get()

    with pytest.raises(Invalid):
        change_promotion(promotion.pk, replace(TERMS, percent_off=Decimal(101)), by=CLI)

    assert Promotion.objects.values().get() == before
    assert history(promotion) == ["generated"]


def test_pausing_and_resuming_twice_is_noted_once() -> None:
    promotion = batch()

    for change in (pause_promotion, pause_promotion, resume_promotion, resume_promotion):
        change(promotion.pk, by=CLI)

    assert history(promotion) == ["generated", "paused", "resumed"]


def test_what_has_not_started_cannot_end() -> None:
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    promotion = make_batch(1, starts_at=moment, ends_at=moment + timedelta(days=9))

    with pytest.raises(NotStarted) as refused:
        end_promotion(promotion.pk, by=CLI, at=moment)

    assert refused.value.code == "promo_not_started"
    assert Promotion.objects.get().ends_at == moment + timedelta(days=9)
    later = moment + timedelta(microseconds=1)
    assert end_promotion(promotion.pk, by=CLI, at=later).ends_at == later


def test_what_would_end_later_ends_now() -> None:
    now = timezone.now()
    promotion = make_batch(1, ends_at=now + timedelta(days=9))

    assert end_promotion(promotion.pk, by=CLI, at=now).ends_at == now
    assert history(promotion) == ["generated", "changed"]


def test_a_paused_batch_stops_all_its_codes_and_a_paused_code_itself_alone() -> None:
    make_product("A", on_hand=10)
    promotion = batch()
    first, second, _ = codes(promotion)

    pause_promo_code(first, by=CLI)
    with pytest.raises(PromoRefused):
        place({"A": 1}, promo_code=first)
    place({"A": 1}, promo_code=second)

    pause_promotion(promotion.pk, by=CLI)
    third = codes(promotion)[2]
    with pytest.raises(PromoRefused):
        place({"A": 1}, promo_code=third)

    resume_promotion(promotion.pk, by=CLI)
    place({"A": 1}, promo_code=third)
    with pytest.raises(PromoRefused):
        place({"A": 1}, promo_code=first)


def test_the_terms_of_a_batch_are_changed_for_all_and_not_through_one_of_its_codes() -> None:
    promotion = batch()
    code = codes(promotion)[0]
    dearer = PromotionTerms(name="Black Friday", percent_off=Decimal(20))

    with pytest.raises(PartOfBatch, match="change the promotion"):
        change_promo_code(code, dearer, max_uses=1, by=CLI)
    assert change_promotion(promotion.pk, dearer, by=CLI).percent_off == Decimal(20)
    assert change_promo_code(code, dearer, max_uses=5, by=CLI).max_uses == 5


def test_once_a_code_was_used_the_amounts_of_its_batch_stay() -> None:
    make_product("A", on_hand=10)
    promotion = batch()
    place({"A": 1}, promo_code=codes(promotion)[0])

    with pytest.raises(PromoFrozen):
        change_promotion(promotion.pk, PromotionTerms(name="Now", percent_off=Decimal(20)), by=CLI)

    assert terms_of_promotion(Promotion.objects.get()) == TERMS


def test_ending_a_batch_ends_all_its_codes_and_ending_it_again_changes_nothing() -> None:
    promotion = batch()

    ended = end_promotion(promotion.pk, by=CLI).ends_at

    assert end_promotion(promotion.pk, by=CLI).ends_at == ended
    assert PromoCode.objects.in_state("expired").count() == 3
    assert sorted(promotion.events.values_list("kind", flat=True)) == ["changed", "generated"]


def test_an_unknown_batch_is_named() -> None:
    with pytest.raises(UnknownPromotion, match="no promotion 77"):
        pause_promotion(77, by=CLI)
