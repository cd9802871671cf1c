"""Thousands of codes of one promotion."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.errors import Invalid
from orders.fulfilment.lifecycle import cancel_order
from orders.models import PromoCode, Promotion, PromotionEvent
from orders.promotions import (
    CodeShape,
    CodesUsed,
    PartOfBatch,
    PromoFrozen,
    PromotionTerms,
    UnknownPromotion,
    change_promo_code,
    change_promotion,
    codes_used,
    end_promotion,
    generate_batch,
    pause_promo_code,
    pause_promotion,
    promo_figures,
    resume_promotion,
    terms_of_promotion,
)
from orders.promotions.batches import ALPHABET, random_codes, unused_codes
from orders.promotions.redemption import PromoRefused
from tests.factories import CLI, make_customer, make_product, place

pytestmark = pytest.mark.django_db

TERMS = PromotionTerms(name="Black Friday", percent_off=Decimal(15), max_discount=Decimal("30.00"))


def batch(count: int = 3, **shape: Any) -> Promotion:
    return generate_batch(count, TERMS, by=CLI, shape=CodeShape(**shape))


def codes(promotion: Promotion) -> list[str]:
    return sorted(promotion.codes.values_list("code", flat=True))


def test_generated_codes_are_unique_and_have_the_prefix_and_no_look_alikes() -> None:
    made = codes(batch(5_000, prefix="bf-"))

    assert len(set(made)) == 5_000
    assert all(code.startswith("BF-") and len(code) == 15 for code in made)
    assert set("".join(made).replace("BF-", "")) == set(ALPHABET)
    assert not set(ALPHABET) & set("0O1IL")


def test_twelve_characters_are_59_bits() -> None:
    assert CodeShape().bits >= 59
    assert PromotionEvent.objects.get(promotion=batch()).details == {
        "count": 3,
        "prefix": "",
        "bits": 59.5,
        "max_uses": 1,
    }


def test_every_character_is_as_likely_as_any_other() -> None:
    source = random_codes(CodeShape(length=100))
    drawn = "".join(next(source) for _ in range(3_100))

    counts = [drawn.count(character) for character in ALPHABET]

    # 10,000 each; five standard deviations are 492.
    assert max(abs(count - 10_000) for count in counts) < 600


def test_each_code_of_a_batch_is_used_once_and_a_customer_uses_one_of_them() -> None:
    make_product("A", on_hand=10, price="100.00")
    first, second, third = codes(batch())
    ana = make_customer()

    assert place({"A": 1}, customer=ana, promo_code=first.lower()).discount == Decimal("15.00")
    with pytest.raises(PromoRefused, match="as often as it may"):
        place({"A": 1}, promo_code=first)
    with pytest.raises(PromoRefused, match="as often as one customer may"):
        place({"A": 1}, customer=ana, promo_code=second)
    assert place({"A": 1}, promo_code=third).discount == Decimal("15.00")


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


def test_its_figures_count_the_uses_of_all_its_codes() -> None:
    make_product("A", on_hand=10, price="100.00")
    promotion = batch(4)
    first, second, third, fourth = codes(promotion)
    place({"A": 1}, promo_code=first)
    place({"A": 2}, promo_code=second)
    cancel_order(place({"A": 1}, promo_code=third).number, by=CLI)
    pause_promo_code(fourth, by=CLI)
    place({"A": 1})

    figures = promo_figures(promotion)
    used = codes_used(promotion)

    assert (figures.orders, figures.customers) == (2, 2)
    assert (figures.revenue, figures.discount) == (Decimal("255.00"), Decimal("45.00"))
    assert (figures.discount_share, figures.revenue_share) == (Decimal("15.0"), Decimal("71.8"))
    assert promo_figures(PromoCode.objects.get(code=second)).discount == Decimal("30.00")
    assert used == CodesUsed(codes=4, used=2, used_up=2, paused=1, uses=2, limit=4)
    assert used.left == 2


def test_codes_without_a_limit_have_no_uses_left_to_count() -> None:
    promotion = generate_batch(2, TERMS, by=CLI, max_uses=None)

    assert (codes_used(promotion).limit, codes_used(promotion).left) == (None, None)


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


@pytest.mark.parametrize(
    ("count", "shape", "said"),
    [
        (0, {}, "Between 1 and 100,000"),
        (100_001, {}, "Between 1 and 100,000"),
        (10_000, {"length": 5}, "at least 7 random characters"),
        (1, {"length": 41}, "at most 40 long"),
        (1, {"prefix": "X" * 30}, "at most 40 long"),
        (1, {"prefix": "BF "}, ""),
        (1, {"prefix": "B/F"}, "letters A–Z"),
    ],
)
def test_impossible_batches_are_refused_and_leave_nothing(count: int, shape: dict, said: str) -> None:
    if not said:
        assert batch(count, **shape).codes.get().code.startswith("BF")
        return
    with pytest.raises(Invalid, match=said):
        batch(count, **shape)

    assert Promotion.objects.count() == PromoCode.objects.count() == 0


def test_codes_that_exist_already_are_passed_by() -> None:
    promotion = batch(1)
    possible = {f"S-{first}{second}" for first in ALPHABET for second in ALPHABET}
    kept = set(sorted(possible)[:20])
    PromoCode.objects.bulk_create(PromoCode(promotion=promotion, code=code) for code in possible - kept)

    assert set(unused_codes(20, CodeShape("S-", 2))) == kept


def test_an_unknown_batch_is_named() -> None:
    with pytest.raises(UnknownPromotion, match="no promotion 77"):
        pause_promotion(77, by=CLI)


def test_the_statements_do_not_grow_with_the_codes() -> None:
    counts = []
    for count in (1, 300):
        with CaptureQueriesContext(connection) as queries:
            batch(count)
        counts.append(len(queries))

    assert counts[0] == counts[1]
