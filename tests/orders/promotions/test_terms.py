"""What can be said of a promotion, and what cannot be."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.errors import Invalid
from orders.models import Promotion, PromotionEvent, PromotionKind
from orders.promotions import PromoFrozen, PromotionTerms, terms_of_promotion
from orders.promotions.terms import (
    FROZEN_ONCE_USED,
    MOST_USES,
    NotStarted,
    changed_terms,
    changes_between,
    record,
    refuse_frozen,
    refuse_impossible,
    refuse_impossible_uses,
    refuse_to_end_before_start,
    set_terms,
    terms_of_promotions,
    write_terms,
)
from tests.factories import CLI, make_category, make_product, make_promo_code, place

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TEN = PromotionTerms(name="Ten", percent_off=Decimal(10))
FIVE = PromotionTerms(name="Five", kind=PromotionKind.FIXED, amount_off=Decimal(5))


def pointers(terms: PromotionTerms) -> list[str]:
    with pytest.raises(Invalid) as refused:
        refuse_impossible(terms)
    return [fault.pointer for fault in refused.value.faults]


@pytest.mark.once
@pytest.mark.parametrize(
    "terms",
    [
        TEN,
        FIVE,
        replace(TEN, percent_off=Decimal("0.01")),
        replace(TEN, percent_off=Decimal(100), max_discount=Decimal("0.01")),
        replace(FIVE, amount_off=Decimal("0.01")),
        replace(TEN, starts_at=JUNE, ends_at=JUNE + timedelta(microseconds=1)),
        replace(TEN, starts_at=datetime(2000, 1, 1, tzinfo=UTC), ends_at=datetime(9000, 12, 31, tzinfo=UTC)),
        replace(TEN, max_uses_per_customer=None),
        replace(TEN, max_uses_per_customer=MOST_USES),
        replace(TEN, is_restricted=True, product_ids=(1,)),
    ],
)
def test_what_can_be_said_is_not_refused(terms: PromotionTerms) -> None:
    refuse_impossible(terms)


@pytest.mark.once
@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        (replace(TEN, percent_off=None), "/percent_off"),
        (replace(TEN, percent_off=Decimal(0)), "/percent_off"),
        (replace(TEN, percent_off=Decimal("-0.01")), "/percent_off"),
        (replace(TEN, percent_off=Decimal("100.01")), "/percent_off"),
        (replace(TEN, amount_off=Decimal(5)), "/percent_off"),
        (replace(FIVE, amount_off=None), "/amount_off"),
        (replace(FIVE, amount_off=Decimal("0.00")), "/amount_off"),
        (replace(FIVE, amount_off=Decimal(-5)), "/amount_off"),
        (replace(FIVE, percent_off=Decimal(10)), "/amount_off"),
        (replace(FIVE, max_discount=Decimal(10)), "/amount_off"),
        (replace(TEN, starts_at=JUNE, ends_at=JUNE), "/ends_at"),
        (replace(TEN, starts_at=JUNE, ends_at=JUNE - SECOND), "/ends_at"),
        (replace(TEN, starts_at=datetime(1999, 12, 31, tzinfo=UTC)), "/starts_at"),
        (replace(TEN, ends_at=datetime(9001, 1, 1, tzinfo=UTC)), "/ends_at"),
        (replace(TEN, max_uses_per_customer=0), "/max_uses_per_customer"),
        (replace(TEN, max_uses_per_customer=MOST_USES + 1), "/max_uses_per_customer"),
        (replace(TEN, is_restricted=True), "/categories"),
        (replace(TEN, category_ids=(1,)), "/categories"),
        (replace(TEN, product_ids=(1,)), "/products"),
    ],
)
def test_what_cannot_be_is_named_by_its_field(terms: PromotionTerms, pointer: str) -> None:
    assert pointers(terms) == [pointer]


@pytest.mark.once
@pytest.mark.parametrize("uses", [None, 1, 2_000_000_000])
def test_a_limit_is_a_number_of_uses_or_none(uses: int | None) -> None:
    refuse_impossible_uses("max_uses", uses)


@pytest.mark.once
@pytest.mark.parametrize("uses", [0, -1, 2_000_000_001])
def test_a_limit_that_no_use_could_meet_or_none_could_reach_is_refused(uses: int) -> None:
    with pytest.raises(Invalid) as refused:
        refuse_impossible_uses("max_uses", uses)
    assert [fault.pointer for fault in refused.value.faults] == ["/max_uses"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (TEN, "10 %"),
        (replace(TEN, percent_off=Decimal("12.50"), max_discount=Decimal(40)), "12.5 %, up to €40.00"),
        (FIVE, "€5.00"),
    ],
)
def test_terms_tell_their_discount_in_words(terms: PromotionTerms, words: str) -> None:
    assert terms.discount_in_words == words


@pytest.mark.once
def test_only_what_differs_is_a_change_and_is_told_as_plain_json() -> None:
    before: dict[str, Any] = {
        "name": "A",
        "percent_off": Decimal("10.00"),
        "starts_at": None,
        "category_ids": (),
    }
    after = {"name": "A", "percent_off": Decimal("10.50"), "starts_at": JUNE, "category_ids": (2, 1)}

    assert changes_between(before, before | {"percent_off": Decimal(10)}) == {}
    assert changes_between(before, after) == {
        "percent_off": ["10.00", "10.50"],
        "starts_at": [None, "2026-06-01 00:00:00+00:00"],
        "category_ids": [[], [2, 1]],
    }


@pytest.mark.once
def test_a_window_without_any_moment_in_it_is_not_made() -> None:
    refuse_to_end_before_start(TEN, "TEN", JUNE)
    refuse_to_end_before_start(replace(TEN, starts_at=JUNE - SECOND), "TEN", JUNE)
    for starts_at in (JUNE, JUNE + SECOND):
        with pytest.raises(NotStarted, match="TEN"):
            refuse_to_end_before_start(replace(TEN, starts_at=starts_at), "TEN", JUNE)


@pytest.mark.django_db
def test_what_is_written_is_what_is_read() -> None:
    everything = PromotionTerms(
        name="Everything",
        percent_off=Decimal("12.50"),
        max_discount=Decimal("40.00"),
        minimum_spend=Decimal("25.00"),
        starts_at=JUNE,
        ends_at=JUNE + SECOND,
        max_uses_per_customer=3,
        first_order_only=True,
        is_restricted=True,
        category_ids=(make_category("Teas").pk,),
        product_ids=(make_product("MUG").pk,),
        is_paused=True,
    )
    usual = {field.name: field.default for field in fields(PromotionTerms)}
    # amount_off alone is of the other kind.
    assert [name for name in usual if getattr(everything, name) == usual[name]] == ["kind", "amount_off"]
    for terms in (everything, FIVE, TEN):
        promotion = Promotion()
        write_terms(promotion, terms)
        assert terms_of_promotion(Promotion.objects.get(pk=promotion.pk)) == terms


@pytest.mark.django_db
def test_what_a_promotion_is_restricted_to_is_taken_away_again() -> None:
    promotion = make_promo_code("TEAS", category_ids=(make_category("Teas").pk,)).promotion

    write_terms(promotion, replace(TEN, product_ids=(make_product("MUG").pk,), is_restricted=True))
    assert terms_of_promotion(promotion).category_ids == ()
    write_terms(promotion, TEN)

    assert terms_of_promotion(promotion) == TEN
    assert changed_terms(promotion, TEN) == {}
    assert changed_terms(promotion, replace(TEN, name="Tea")) == {"name": ["Ten", "Tea"]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 121}, "/name"),
        ({"percent_off": Decimal("10.125")}, "/percent_off"),
        ({"minimum_spend": Decimal("-0.01")}, "/minimum_spend"),
        ({"max_discount": Decimal(0)}, "/max_discount"),
        ({"max_discount": Decimal("10000000000.00")}, "/max_discount"),
    ],
)
def test_what_a_field_cannot_hold_is_named_and_not_written(change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        write_terms(Promotion(), replace(TEN, **change))

    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert not Promotion.objects.exists()


@pytest.mark.django_db
def test_terms_are_set_without_being_written() -> None:
    promotion = make_promo_code("TEN").promotion

    set_terms(promotion, replace(FIVE, name="Unwritten"))

    assert (promotion.name, promotion.amount_off) == ("Unwritten", Decimal(5))
    assert Promotion.objects.get().name == "A promotion"


@pytest.mark.django_db
def test_a_promotion_that_has_ended_and_ends_later_now_has_not_expired_any_more() -> None:
    promotion = make_promo_code("TEN", ends_at=JUNE).promotion
    later = datetime(2126, 6, 1, tzinfo=UTC)
    for ends_at, expired_at in ((JUNE + SECOND, JUNE), (later, None), (None, None)):
        promotion.expired_at = JUNE
        write_terms(promotion, replace(TEN, ends_at=ends_at))
        assert Promotion.objects.get().expired_at == expired_at


@pytest.mark.django_db
def test_once_used_kind_and_amounts_stay_and_all_else_may_change() -> None:
    make_product("A", on_hand=1)
    used, unused = make_promo_code("USED").promotion, make_promo_code("UNUSED").promotion
    place({"A": 1}, promo_code="USED")

    for field in FROZEN_ONCE_USED:
        refuse_frozen(unused, {field: []}, "UNUSED")
        with pytest.raises(PromoFrozen, match="USED") as refused:
            refuse_frozen(used, {field: [], "name": []}, "USED")
        assert [fault.pointer for fault in refused.value.faults] == [f"/{field}"]
    refuse_frozen(used, {"name": [], "ends_at": [], "max_uses_per_customer": []}, "USED")


@pytest.mark.django_db
def test_terms_of_many_promotions_are_read_in_two_statements() -> None:
    lamps = make_category("Lamps").pk
    promotions = [make_promo_code(category_ids=(lamps,)).promotion for _ in range(3)]

    with CaptureQueriesContext(connection) as queries:
        found = terms_of_promotions(promotions)

    assert len(queries) == 2
    assert {pk: terms.category_ids for pk, terms in found.items()} == {
        each.pk: (lamps,) for each in promotions
    }


@pytest.mark.django_db
def test_the_history_keeps_who_did_what_and_to_which_code() -> None:
    code = make_promo_code("TEN")

    record(code.promotion, "paused", CLI, {"code": "TEN"}, code)

    event = PromotionEvent.objects.latest("pk")
    assert (event.promotion, event.promo_code, event.kind, event.details) == (
        code.promotion,
        code,
        "paused",
        {"code": "TEN"},
    )
    assert (event.actor, event.source) == (None, "cli")
