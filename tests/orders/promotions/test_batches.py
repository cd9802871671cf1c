"""Thousands of codes of one promotion."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.errors import Invalid
from orders.models import PromoCode, Promotion, PromotionEvent
from orders.promotions import (
    CodeShape,
    PromotionTerms,
    generate_batch,
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


def test_the_statements_do_not_grow_with_the_codes() -> None:
    counts = []
    for count in (1, 300):
        with CaptureQueriesContext(connection) as queries:
            batch(count)
        counts.append(len(queries))

    assert counts[0] == counts[1]
