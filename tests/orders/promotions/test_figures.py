"""What a promotion brought and cost, and how far its codes are used up."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.fulfilment.lifecycle import cancel_order
from orders.models import PromoCode, PromoState, Promotion
from orders.promotions import (
    CodesUsed,
    PromoFigures,
    codes_used,
    codes_used_of,
    pause_promo_code,
    promo_figures,
    promotion_state,
    uses_by_day,
)
from tests.factories import CLI, make_batch, make_customer, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db


def codes(promotion: Promotion) -> list[str]:
    return sorted(promotion.codes.values_list("code", flat=True))


def figures(revenue: str, discount: str, revenue_since: str) -> PromoFigures:
    return PromoFigures(1, 1, Decimal(revenue), Decimal(discount), None, Decimal(revenue_since))


@pytest.mark.parametrize(
    ("found", "discount_share", "revenue_share"),
    [
        (figures("85.00", "15.00", "85.00"), "15.0", "100.0"),
        (figures("2.00", "1.00", "6.00"), "33.3", "33.3"),
        (figures("0.00", "10.00", "40.00"), "100.0", "0.0"),
        (figures("9999999999.99", "0.01", "9999999999.99"), "0.0", "100.0"),
    ],
)
def test_shares_are_percentages_to_one_place(
    found: PromoFigures, discount_share: str, revenue_share: str
) -> None:
    assert (found.discount_share, found.revenue_share) == (Decimal(discount_share), Decimal(revenue_share))


def test_without_any_revenue_there_is_no_share_of_it() -> None:
    none = figures("0.00", "0.00", "0.00")

    assert (none.discount_share, none.revenue_share) == (None, None)


def test_a_code_that_nobody_used_brought_nothing() -> None:
    code = make_promo_code("NEW")

    assert promo_figures(code) == PromoFigures(0, 0, Decimal("0.00"), Decimal("0.00"), None, Decimal("0.00"))
    assert codes_used(code.promotion) == CodesUsed(codes=1, used=0, used_up=0, paused=0, uses=0, limit=None)


def test_the_revenue_of_the_shop_counts_from_its_first_use() -> None:
    make_product("A", on_hand=10, price="10.00")
    code = make_promo_code("TEN", percent_off="10", max_uses_per_customer=None)
    first = datetime(2026, 6, 1, 12, tzinfo=UTC)
    ann = make_customer()
    place({"A": 1}, at=first - timedelta(microseconds=1))
    place({"A": 1}, at=first, customer=ann, promo_code="TEN")
    place({"A": 1}, at=first + timedelta(days=1), customer=ann, promo_code="TEN")
    place({"A": 2}, at=first + timedelta(days=1))

    found = promo_figures(code)

    assert (found.first_used_at, found.orders, found.customers) == (first, 2, 1)
    amounts = (found.revenue, found.discount, found.revenue_since)
    assert amounts == (Decimal(18), Decimal(2), Decimal(38))


def test_uses_are_counted_by_the_shops_days_and_what_was_given_back_is_none() -> None:
    make_product("A", on_hand=10)
    code = make_promo_code("TEN")
    midnight = datetime(2026, 6, 1, 22, tzinfo=UTC)
    place({"A": 1}, at=midnight - timedelta(microseconds=1), promo_code="TEN")
    place({"A": 1}, at=midnight, promo_code="TEN")
    cancel_order(place({"A": 1}, at=midnight, promo_code="TEN").number, by=CLI)

    june = date(2026, 6, 1)
    assert uses_by_day(code, june, june + timedelta(days=2)) == [
        (june, 1),
        (june + timedelta(days=1), 1),
        (june + timedelta(days=2), 0),
    ]
    assert uses_by_day(code.promotion, june, june) == [(june, 1)]


def test_a_code_without_a_limit_leaves_no_end_to_the_uses_of_its_promotion() -> None:
    promotion = make_batch(2, max_uses=3)
    PromoCode.objects.filter(code=codes(promotion)[0]).update(max_uses=None, times_used=4)
    PromoCode.objects.filter(code=codes(promotion)[1]).update(times_used=3)

    assert codes_used(promotion) == CodesUsed(codes=2, used=2, used_up=1, paused=0, uses=7, limit=None)


def test_many_promotions_are_asked_for_in_one_statement_and_one_without_codes_is_left_out() -> None:
    first, second, empty = make_batch(1), make_batch(2), make_batch(1)
    empty.codes.all().delete()

    with CaptureQueriesContext(connection) as queries:
        found = codes_used_of([first.pk, second.pk, empty.pk])

    assert len(queries) == 1
    assert {pk: used.codes for pk, used in found.items()} == {first.pk: 1, second.pk: 2}
    assert codes_used(empty) == CodesUsed(0, 0, 0, 0, 0, 0)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "is_paused", "has_uses_left", "state"),
    [
        (None, None, False, True, "active"),
        (None, None, False, False, "used_up"),
        (None, None, True, True, "paused"),
        (HOUR, None, False, True, "scheduled"),
        (HOUR, None, False, False, "used_up"),
        (None, -HOUR, False, True, "expired"),
        (None, -HOUR, False, False, "expired"),
    ],
)
def test_a_promotion_without_uses_left_is_used_up_unless_it_is_over(
    starts_in: timedelta | None, ends_in: timedelta | None, is_paused: bool, has_uses_left: bool, state: str
) -> None:
    now = timezone.now()
    starts_at = None if starts_in is None else now + starts_in
    ends_at = None if ends_in is None else now + ends_in
    promotion = Promotion(starts_at=starts_at, ends_at=ends_at, is_paused=is_paused)

    assert promotion_state(promotion, has_uses_left=has_uses_left) == PromoState(state)


def test_its_figures_count_the_uses_of_all_its_codes() -> None:
    make_product("A", on_hand=10, price="100.00")
    promotion = make_batch(4, percent_off=15, max_discount=Decimal("30.00"))
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
    promotion = make_batch(2, max_uses=None)

    assert (codes_used(promotion).limit, codes_used(promotion).left) == (None, None)
