"""A promotion's terms run over past orders."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.errors import Invalid
from catalog.models import Category
from orders.fulfilment.lifecycle import cancel_order
from orders.models import Order, Redemption
from orders.placing.placement import LineRequest, OrderRequest, quote_order
from orders.pricing import PromoReason
from orders.promotions import (
    Backtest,
    PromotionTerms,
    UnknownPromoCode,
    backtest,
    backtest_promo_code,
    generate_batch,
)
from tests.factories import CLI, make_customer, make_product, make_promo_code, place, restricted

pytestmark = pytest.mark.django_db

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)


def terms(**fields: Any) -> PromotionTerms:
    given: dict[str, Any] = {"percent_off": Decimal(10), "max_uses_per_customer": None, **fields}
    return PromotionTerms(name="Tried", **restricted(given))


def run(max_uses: int | None = None, **fields: Any) -> Backtest:
    return backtest(terms(**fields), start=JUNE, end=JULY, max_uses=max_uses)


def on(day: int, lines: dict[str, int], **more: Any) -> Order:
    return place(lines, at=JUNE + timedelta(days=day - 1, hours=12), **more)


def shop() -> None:
    make_product("CUP", price=Decimal("10.00"), on_hand=1_000)
    make_product("LAMP", price=Decimal("99.99"), on_hand=1_000)


def test_it_tells_how_many_orders_would_have_qualified_and_what_they_would_have_cost() -> None:
    shop()
    on(1, {"CUP": 1})
    on(2, {"CUP": 3})
    on(3, {"LAMP": 1})

    found = run()

    assert (found.orders, found.qualifying, found.customers) == (3, 3, 3)
    assert found.cost == Decimal("14.00")
    assert found.revenue == Decimal("139.99")
    assert (found.average_before, found.average_after) == (Decimal("46.66"), Decimal("42.00"))
    assert (found.share_of_orders, found.share_of_revenue) == (Decimal("100.0"), Decimal("10.0"))
    assert (found.smallest, found.median, found.largest) == tuple(map(Decimal, ("1.00", "3.00", "10.00")))


def test_a_cap_and_a_minimum_spend_are_kept() -> None:
    shop()
    on(1, {"CUP": 1})
    on(2, {"LAMP": 2})

    found = run(max_discount=Decimal("5.00"), minimum_spend=Decimal("20.00"))

    assert found.cost == Decimal("5.00")
    assert found.refused == {PromoReason.MINIMUM_SPEND: 1}


def test_it_takes_off_what_a_quote_takes_off() -> None:
    category = Category.objects.create(name="Lamps", slug="lamps")
    shop()
    make_product("SPOT", price=Decimal("7.77"), on_hand=100, category=category)
    fields: dict[str, Any] = {"percent_off": Decimal("12.5"), "max_discount": Decimal("9.00")}
    limits: dict[str, Any] = {"category_ids": (category.pk,)}
    make_promo_code("REAL", **fields, **limits)
    basket = {"SPOT": 7, "CUP": 2}
    on(5, basket)
    quoted = quote_order(
        OrderRequest(lines=tuple(LineRequest(*line) for line in basket.items()), promo_code="REAL"),
        email="somebody@example.com",
        by=CLI,
    )

    assert run(**fields, **limits).cost == quoted.discount == Decimal("6.80")


def test_restricted_terms_pass_orders_by_that_have_nothing_of_theirs() -> None:
    shop()
    lamp = on(1, {"LAMP": 1, "CUP": 1}).lines.get(sku="LAMP").product
    on(2, {"CUP": 5})

    found = run(product_ids=(lamp.pk,))

    assert found.cost == Decimal("10.00")
    assert found.refused == {PromoReason.NOTHING_ELIGIBLE: 1}


def test_limits_in_total_and_per_customer_count_in_the_order_of_time() -> None:
    shop()
    ana, ben = make_customer(), make_customer()
    on(4, {"LAMP": 1}, customer=ana)
    on(1, {"CUP": 1}, customer=ana)
    on(2, {"CUP": 2}, customer=ben)

    once_each = run(max_uses_per_customer=1)
    first_alone = run(max_uses=1)

    assert once_each.cost == Decimal("3.00")
    assert once_each.refused == {PromoReason.ALREADY_USED: 1}
    assert first_alone.cost == Decimal("1.00")
    assert first_alone.refused == {PromoReason.USED_UP: 2}


def test_a_first_order_is_the_first_ever_and_not_the_first_of_the_period() -> None:
    shop()
    ana, ben = make_customer(), make_customer()
    place({"CUP": 1}, customer=ana, at=JUNE - timedelta(days=100))
    on(1, {"CUP": 1}, customer=ana)
    on(2, {"CUP": 2}, customer=ben)
    on(3, {"CUP": 4}, customer=ben)

    found = run(first_order_only=True)

    assert found.cost == Decimal("2.00")
    assert found.refused == {PromoReason.NOT_FIRST_ORDER: 2}


def test_an_order_that_was_wholly_cancelled_is_no_earlier_order() -> None:
    shop()
    ana = make_customer()
    cancelled = place({"CUP": 1}, customer=ana, at=JUNE - timedelta(days=100))
    cancel_order(cancelled.number, by=CLI)
    on(1, {"CUP": 1}, customer=ana)
    on(2, {"CUP": 2}, customer=ana)

    found = run(first_order_only=True)

    assert found.qualifying == 1
    assert found.refused == {PromoReason.NOT_FIRST_ORDER: 1}


def test_the_period_is_half_open_and_cancelled_orders_do_not_count() -> None:
    shop()
    place({"CUP": 1}, at=JUNE)
    place({"CUP": 1}, at=JULY)
    place({"CUP": 1}, at=JUNE - timedelta(microseconds=1))
    cancel_order(on(3, {"CUP": 1}).number, by=CLI)

    assert run().orders == 1


def test_orders_that_really_had_a_discount_are_told_and_taken_at_full_price() -> None:
    shop()
    make_promo_code("HALF", percent_off=Decimal(50))
    on(1, {"CUP": 2}, promo_code="HALF")

    found = run()

    assert (found.had_discount, found.cost, found.goods) == (1, Decimal("2.00"), Decimal("20.00"))
    assert found.revenue == Decimal("10.00")


def test_weeks_begin_on_monday_and_bands_have_round_widths() -> None:
    shop()
    on(1, {"CUP": 1})
    on(7, {"CUP": 1})
    on(22, {"LAMP": 3})

    found = run()

    assert [(f"{week.monday:%m-%d}", week.orders, str(week.cost)) for week in found.weeks] == [
        ("06-01", 2, "2.00"),
        ("06-08", 0, "0.00"),
        ("06-15", 0, "0.00"),
        ("06-22", 1, "30.00"),
    ]
    assert [(str(band.at_least), band.orders) for band in found.bands if band.orders] == [
        ("0.00", 2),
        ("30.00", 1),
    ]
    assert len(found.bands) <= 8
    assert sum(band.cost for band in found.bands) == found.cost


def test_nothing_is_written_and_the_statements_do_not_grow_with_the_orders() -> None:
    shop()
    counts = []
    for day in (1, 2, 3):
        on(day, {"CUP": 1, "LAMP": 1})
        with CaptureQueriesContext(
            connection,
        ) as queries:
            run(category_ids=(1,), first_order_only=True)
        counts.append(len(queries))

    assert counts == [3, 3, 3]
    assert Redemption.objects.count() == 0


def test_a_period_without_orders_gives_no_figures() -> None:
    found = run()

    assert (found.orders, found.cost, found.median, found.share_of_revenue) == (
        0,
        Decimal("0.00"),
        None,
        None,
    )
    assert (found.average_before, found.weeks, found.bands) == (None, (), ())


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(Invalid, match="must end after it starts"):
        backtest(terms(), start=JULY, end=JUNE)


def test_a_code_is_tried_with_its_terms_and_limit_and_a_batch_with_that_of_all_its_codes() -> None:
    shop()
    for day in (1, 2, 3):
        on(day, {"CUP": day})
    make_promo_code("ONCE", percent_off=Decimal(10), max_uses=1)
    batch = generate_batch(2, terms(), by=CLI)

    once = backtest_promo_code("once", start=JUNE, end=JULY)
    twice = backtest_promo_code(batch.codes.order_by("pk")[0].code, start=JUNE, end=JULY)

    assert (once.qualifying, once.cost) == (1, Decimal("1.00"))
    assert (twice.qualifying, twice.cost) == (2, Decimal("3.00"))
    with pytest.raises(UnknownPromoCode):
        backtest_promo_code("NOPE", start=JUNE, end=JULY)
