"""Prices are exact and explain themselves."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.pricing import (
    BasketItem,
    NoDiscount,
    PriceStep,
    PriceStepKind,
    PromoOutcome,
    PromoReason,
    Quote,
    Shipping,
    Terms,
    credit_of,
    quote,
    spread,
    step_from_json,
)

pytestmark = pytest.mark.once

FREE = Shipping()
cents = st.integers(min_value=0, max_value=10_000_00).map(lambda amount: Decimal(amount) / 100)
items = st.lists(
    st.builds(
        BasketItem,
        sku=st.just("X"),
        name=st.just("Thing"),
        unit_price=cents,
        quantity=st.integers(1, 999),
        is_named=st.booleans(),
    ),
    min_size=1,
    max_size=12,
)
percentages = st.integers(min_value=1, max_value=100_00).map(lambda amount: Decimal(amount) / 100)
positive = st.integers(min_value=1, max_value=5_000_00).map(lambda amount: Decimal(amount) / 100)
terms = st.one_of(
    st.builds(
        Terms,
        code=st.just("CODE"),
        percent_off=percentages,
        max_discount=st.none() | positive,
        minimum_spend=cents,
        is_restricted=st.booleans(),
    ),
    st.builds(
        Terms,
        code=st.just("CODE"),
        amount_off=positive,
        minimum_spend=cents,
        is_restricted=st.booleans(),
    ),
)


def price(*lines: BasketItem, promo: Terms | NoDiscount | None = None, shipping: Shipping = FREE) -> Quote:
    return quote(lines, places=2, promo=promo, shipping=shipping)


def half_up(amount: Fraction, units: int) -> Fraction:
    """Round to the smallest amounts, of which so many `units` are one of the currency."""
    return Fraction(int(amount * units + Fraction(1, 2)), units)


def in_currency(places: int, lines: list[BasketItem], promo: Terms) -> tuple[list[BasketItem], Terms]:
    """Turn cents into as many of the smallest amounts of a currency with these places: 12.34 into ¥1234."""

    def scaled(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else amount.scaleb(2 - places)

    items = [replace(line, unit_price=line.unit_price.scaleb(2 - places)) for line in lines]
    return items, replace(
        promo,
        amount_off=scaled(promo.amount_off),
        max_discount=scaled(promo.max_discount),
        minimum_spend=promo.minimum_spend.scaleb(2 - places),
    )


def is_eligible(line: BasketItem, promo: Terms) -> bool:
    return line.is_named if promo.is_restricted else True


def expected_discount(lines: list[BasketItem], promo: Terms, units: int) -> Fraction:
    eligible = sum(
        (Fraction(line.unit_price) * line.quantity for line in lines if is_eligible(line, promo)), Fraction(0)
    )
    if eligible == 0 or eligible < Fraction(promo.minimum_spend):
        return Fraction(0)
    if promo.percent_off is None:
        return min(Fraction(promo.amount_off or 0), eligible)
    discount = min(half_up(eligible * Fraction(promo.percent_off) / 100, units), eligible)
    return discount if promo.max_discount is None else min(discount, Fraction(promo.max_discount))


def expected_shares(discount: Fraction, lines: list[BasketItem], promo: Terms, units: int) -> list[Fraction]:
    """Every line its whole cents of the exact share; the cents left over to the largest remainders."""
    eligible = [Fraction(line.unit_price) * line.quantity * is_eligible(line, promo) for line in lines]
    if not discount:
        return [Fraction(0)] * len(lines)
    exact = [discount * amount / sum(eligible) for amount in eligible]
    shares = [Fraction(int(share * units), units) for share in exact]
    missing = round((discount - sum(shares)) * units)
    for index in sorted(range(len(lines)), key=lambda index: (shares[index] - exact[index], index))[:missing]:
        shares[index] += Fraction(1, units)
    return shares


@settings(max_examples=5_000, deadline=None)
@given(items, terms, cents, st.sampled_from([0, 2, 2, 2, 3]))
def test_any_basket_agrees_with_an_oracle_in_fractions(
    lines: list[BasketItem], promo: Terms, fee: Decimal, places: int
) -> None:
    lines, promo = in_currency(places, lines, promo)
    units, fee = 10**places, fee.scaleb(2 - places)
    quoted = quote(lines, places=places, promo=promo, shipping=Shipping(fee))

    assert Fraction(quoted.discount) == expected_discount(lines, promo, units)
    assert [Fraction(line.discount) for line in quoted.lines] == expected_shares(
        Fraction(quoted.discount), lines, promo, units
    )
    told = [quoted.subtotal, quoted.discount, quoted.shipping, quoted.total]
    told += [step.amount for step in quoted.explanation]
    told += [amount for line in quoted.lines for amount in (line.subtotal, line.discount, line.total)]
    assert {amount.as_tuple().exponent for amount in told} == {-places}
    assert sum(line.discount for line in quoted.lines) == quoted.discount
    assert all(0 <= line.discount <= line.subtotal for line in quoted.lines)
    assert all(
        line.discount == 0
        for line, item in zip(quoted.lines, lines, strict=True)
        if not is_eligible(item, promo)
    )
    assert quoted.total == quoted.subtotal - quoted.discount + fee >= 0
    addends = [
        step.amount or 0
        for step in quoted.explanation
        if step.step in {"line", "promo", "promo_cap", "promo_refused", "shipping"}
    ]
    assert sum(addends) == quoted.total


def test_shares_follow_the_largest_remainders_and_ties_go_to_the_earlier_line() -> None:
    assert spread(Decimal("0.02"), [Decimal("1.00")] * 3, 2) == [
        Decimal("0.01"),
        Decimal("0.01"),
        Decimal("0.00"),
    ]
    assert spread(Decimal("1.00"), [Decimal("1.00"), Decimal("0.00"), Decimal("2.00")], 2) == [
        Decimal("0.33"),
        Decimal("0.00"),
        Decimal("0.67"),
    ]


def test_percentages_round_half_up() -> None:
    quoted = price(BasketItem("A", "A", Decimal("0.05"), 1), promo=Terms("TEN", percent_off=Decimal(10)))
    assert quoted.discount == Decimal("0.01")


def test_a_cap_is_told_with_what_it_took_away() -> None:
    promo = Terms("TWENTY", percent_off=Decimal(20), max_discount=Decimal("40.00"))
    quoted = price(BasketItem("A", "Lamp", Decimal("300.00"), 1), promo=promo)

    told = [(step.step, step.facts, step.amount) for step in quoted.explanation if "promo" in step.step]
    assert told == [
        ("promo", {"percent_off": "20", "eligible": "300.00"}, Decimal("-60.00")),
        ("promo_cap", {"most": "40.00"}, Decimal("20.00")),
    ]


def test_minimum_spend_looks_at_eligible_goods_before_the_discount() -> None:
    promo = Terms("FIVE", amount_off=Decimal("5.00"), minimum_spend=Decimal("20.00"), is_restricted=True)
    lines = [
        BasketItem("A", "A", Decimal("15.00"), 1, is_named=True),
        BasketItem("B", "B", Decimal("15.00"), 1),
    ]
    refused = price(*lines, promo=promo).promo
    facts = {"minimum_spend": "20.00", "missing": "5.00"}
    refusal = NoDiscount("FIVE", PromoReason.MINIMUM_SPEND, facts)
    assert refused == PromoOutcome("FIVE", Decimal("0.00"), refusal)


def test_a_restricted_promo_that_names_nothing_applies_to_nothing() -> None:
    promo = Terms("HALF", percent_off=Decimal(50), is_restricted=True)
    quoted = price(BasketItem("A", "A", Decimal("15.00"), 2), promo=promo)

    assert quoted.promo is not None
    assert quoted.promo.refusal == NoDiscount("HALF", PromoReason.NOTHING_ELIGIBLE)
    assert (quoted.discount, quoted.total) == (Decimal("0.00"), Decimal("30.00"))


def test_a_refused_code_is_explained() -> None:
    refusal = NoDiscount("OLD", PromoReason.EXPIRED)
    quoted = price(BasketItem("A", "A", Decimal("1.00"), 1), promo=refusal)
    assert quoted.discount == 0
    assert PriceStep(PriceStepKind.PROMO_REFUSED, Decimal("0.00"), "OLD", {"reason": "expired"}) in (
        quoted.explanation
    )


def test_a_step_is_kept_as_plain_json_and_read_back_the_same() -> None:
    promo = Terms("TWENTY", percent_off=Decimal(20), max_discount=Decimal("40.00"))
    shipping = Shipping(Decimal("4.90"), free_from=Decimal("50.00"))
    for fee in (shipping, FREE):
        steps = price(BasketItem("A", "Lamp", Decimal("300.00"), 2), promo=promo, shipping=fee).explanation
        kept = json.loads(json.dumps([step.as_json() for step in steps]))
        assert tuple(map(step_from_json, kept)) == steps


@pytest.mark.parametrize(("price_each", "fee"), [("49.99", "4.90"), ("50.00", "0.00"), ("50.01", "0.00")])
def test_shipping_is_free_from_the_subtotal_after_discount(price_each: str, fee: str) -> None:
    shipping = Shipping(Decimal("4.90"), free_from=Decimal("50.00"))
    assert price(BasketItem("A", "A", Decimal(price_each), 1), shipping=shipping).shipping == Decimal(fee)


@settings(deadline=None)
@given(cents, st.lists(st.integers(1, 5), min_size=1, max_size=6), st.sampled_from([0, 2, 3]))
def test_credits_of_all_units_sum_to_what_was_charged(
    charged: Decimal, portions: list[int], places: int
) -> None:
    charged = charged.scaleb(2 - places)
    quantity, done, credited = sum(portions), 0, Decimal(0)
    for portion in portions:
        credit = credit_of(paid=charged, quantity=quantity, done=done, units=portion, places=places)
        assert credit >= 0
        done, credited = done + portion, credited + credit
        exact = Fraction(charged) * done / quantity
        assert abs(Fraction(credited) - exact) <= Fraction(1, 2 * 10**places)
    assert credited == charged
