"""A price explains itself in sentences, made of the facts that were kept with it."""

from decimal import Decimal

import pytest

from orders.price_words import REFUSALS, SENTENCES, ExplainedStep, explained, refusal_sentence
from orders.pricing import (
    BasketItem,
    NoDiscount,
    PriceStep,
    PriceStepKind,
    PromoReason,
    Shipping,
    Terms,
    quote,
)

pytestmark = pytest.mark.once
NO_FEE = Shipping()
LAMPS = BasketItem("A", "Lamp", Decimal("300.00"), 2)
TWENTY = Terms("TWENTY", percent_off=Decimal(20), max_discount=Decimal("40.00"))


def said(
    promo: Terms | NoDiscount | None, shipping: Shipping = NO_FEE, *, names_promo: bool = True
) -> list[str]:
    steps = quote([LAMPS], places=2, promo=promo, shipping=shipping).explanation
    return [each.detail for each in explained(steps, "EUR", names_promo=names_promo)]


@pytest.mark.parametrize(
    ("promo", "details"),
    [
        (None, []),
        (TWENTY, ["TWENTY: 20 % of €600.00", "TWENTY gives at most €40.00 here"]),
        (Terms("HALF", percent_off=Decimal("12.50")), ["HALF: 12.5 % of €600.00"]),
        (Terms("FIVE", amount_off=Decimal("5.00")), ["FIVE: €5.00 off"]),
        (
            Terms("ALL", amount_off=Decimal("900.00")),
            ["ALL: €900.00 off", "ALL gives at most €600.00 here"],
        ),
        (NoDiscount("OLD", PromoReason.EXPIRED), ["OLD has expired."]),
        (
            Terms("RICH", amount_off=Decimal("5.00"), minimum_spend=Decimal("1000.00")),
            ["RICH needs €1,000.00 of eligible goods; €400.00 are missing."],
        ),
    ],
)
def test_each_step_has_its_sentence(promo: Terms | NoDiscount | None, details: list[str]) -> None:
    assert said(promo) == ["2 × Lamp (A) at €300.00", "Subtotal", *details, "Shipping", "Total"]


def test_shipping_says_from_when_it_is_free() -> None:
    shipping = Shipping(Decimal("4.90"), free_from=Decimal("50.00"))
    assert said(None, shipping)[-2] == "Shipping is free from €50.00"


def test_whoever_may_not_know_promo_codes_reads_of_a_promo_and_the_sums_still_add_up() -> None:
    steps = quote([LAMPS], places=2, promo=TWENTY).explanation
    told = [each for each in explained(steps, "EUR", names_promo=False) if "promo" in each.step]

    assert told == [
        ExplainedStep(PriceStepKind.PROMO, "Promo", Decimal("-120.00"), None),
        ExplainedStep(PriceStepKind.PROMO_CAP, "Promo", Decimal("80.00"), None),
    ]


def test_amounts_are_of_the_currency_that_the_order_was_placed_in() -> None:
    step = PriceStep(PriceStepKind.SHIPPING, Decimal("0.00"), facts={"free_from": "50.00"})
    assert explained([step], "GBP")[0].detail == "Shipping is free from £50.00"


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (NoDiscount("NOPE", PromoReason.UNKNOWN), "No promo code is called NOPE."),
        (
            NoDiscount("ONCE", PromoReason.ALREADY_USED),
            "This customer has used ONCE as often as one customer may.",
        ),
        (
            NoDiscount("ONCE", PromoReason.ALREADY_USED, {"by_you": True}),
            "You have used this promo code already.",
        ),
        (NoDiscount("", PromoReason.NOT_USABLE), "This promo code cannot be used."),
    ],
)
def test_a_refusal_says_why(refusal: NoDiscount, sentence: str) -> None:
    assert refusal_sentence(refusal, "EUR") == sentence


def test_every_step_and_every_refusal_has_its_sentence() -> None:
    assert set(SENTENCES) == set(PriceStepKind)
    assert set(REFUSALS) == set(PromoReason)
