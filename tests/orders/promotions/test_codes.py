"""Single promo codes: paused and resumed with their promotion, deleted while nobody used them."""

from functools import partial

import pytest

from orders.fulfilment.lifecycle import cancel_order
from orders.models import Order, PromoCode, Promotion, PromotionEvent
from orders.promotions import (
    PromoCodeUsed,
    PromotionTerms,
    UnknownPromoCode,
    delete_promo_code,
    generate_batch,
    pause_promotion,
    resume_promo_code,
)
from orders.promotions.redemption import PromoRefused
from tests.factories import CLI, make_category, make_product, make_promo_code, place
from tests.races.harness import race

TERMS = PromotionTerms(name="Batch", percent_off=10)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_code_made_paused_is_paused_itself_and_resumed_like_one_paused_later() -> None:
    code = make_promo_code("ASLEEP", is_paused=True)
    assert (code.is_paused, code.promotion.is_paused) == (True, False)

    assert resume_promo_code("asleep", by=CLI).state == "active"


@pytest.mark.django_db
def test_resuming_a_single_code_resumes_its_promotion_too() -> None:
    code = make_promo_code("TEN")
    pause_promotion(code.promotion_id, by=CLI)

    assert resume_promo_code("TEN", by=CLI).state == "active"
    assert list(PromotionEvent.objects.order_by("pk").values_list("kind", flat=True)) == [
        "created",
        "paused",
        "resumed",
    ]


@pytest.mark.django_db
def test_resuming_one_code_of_a_paused_batch_leaves_the_batch_paused() -> None:
    batch = generate_batch(2, TERMS, by=CLI)
    pause_promotion(batch.pk, by=CLI)

    code = resume_promo_code(batch.codes.order_by("pk")[0].code, by=CLI)

    assert code.state == "paused"


@pytest.mark.django_db
def test_a_code_that_nobody_used_is_deleted_with_its_promotion() -> None:
    category = make_category("Lanterns")
    make_promo_code("TYPO", category_ids=(category.pk,))
    make_promo_code("KEPT")

    delete_promo_code(" typo ", by=CLI)

    assert list(PromoCode.objects.values_list("code", flat=True)) == ["KEPT"]
    assert Promotion.objects.count() == 1
    with pytest.raises(UnknownPromoCode):
        delete_promo_code("TYPO", by=CLI)


@pytest.mark.django_db
def test_a_code_that_was_ever_used_is_kept_even_when_the_use_was_given_back() -> None:
    make_product("A", on_hand=5)
    make_promo_code("USED")
    cancel_order(place({"A": 1}, promo_code="USED").number, by=CLI)

    with pytest.raises(PromoCodeUsed, match="pause it instead"):
        delete_promo_code("USED", by=CLI)

    assert PromoCode.objects.get().code == "USED"
    assert Promotion.objects.count() == 1


@pytest.mark.django_db
def test_one_code_of_a_batch_is_deleted_and_the_others_stay() -> None:
    batch = generate_batch(3, TERMS, by=CLI)
    code = batch.codes.order_by("pk")[1].code

    delete_promo_code(code, by=CLI)

    assert batch.codes.count() == 2
    assert batch.events.order_by("-pk")[0].details == {"code": code}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_code_is_either_used_or_deleted_never_both() -> None:
    make_product("A", on_hand=100)
    codes = [make_promo_code(f"CODE-{number}").code for number in range(12)]
    calls = [
        call
        for code in codes
        for call in (partial(delete_promo_code, code, by=CLI), partial(order_with, code))
    ]

    outcomes = race(8, calls)

    kept = set(PromoCode.objects.values_list("code", flat=True))
    for code, deleted, placed in zip(codes, outcomes[::2], outcomes[1::2], strict=True):
        if isinstance(placed, Order):
            assert isinstance(deleted, PromoCodeUsed)
        else:
            assert isinstance(placed, PromoRefused)
            assert deleted is None
        assert (code in kept) == isinstance(placed, Order)


def order_with(code: str) -> Order:
    return place({"A": 1}, promo_code=code)
