"""What a promotion with all its codes looks like as data, and to whom."""

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Source
from orders.models import Promotion
from orders.promotions import UnknownPromotion, pause_promotion
from orders.readers.promotions import (
    PROMOTION_DETAIL,
    PROMOTION_FIELDS,
    promotion_data,
    promotion_reply,
    promotions_read,
)
from tests.factories import CLI, make_batch, make_category, make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Promotion:
    """Three codes of one use each, of which one was used."""
    made = make_batch(3, name="Black Friday", percent_off=15, category_ids=(make_category("Teas").pk,))
    make_product("TEA", on_hand=9, price="10.00", category=make_category("Teas"))
    place({"TEA": 2}, promo_code=made.codes.order_by("pk")[0].code)
    return Promotion.objects.get(pk=made.pk)


def test_a_promotion_is_told_with_its_terms_its_codes_and_what_it_brought(batch: Promotion) -> None:
    told = promotion_data(batch.pk, to=CLI)

    assert tuple(told) == PROMOTION_DETAIL
    figures = told.pop("figures")
    assert told == {
        "id": batch.pk,
        "is_batch": True,
        "name": "Black Friday",
        "kind": "percentage",
        "percent_off": Decimal("15.00"),
        "amount_off": None,
        "max_discount": None,
        "minimum_spend": Decimal("0.00"),
        "starts_at": None,
        "ends_at": None,
        "max_uses_per_customer": 1,
        "first_order_only": False,
        "is_restricted": True,
        "categories": ["teas"],
        "products": [],
        "is_paused": False,
        "state": "active",
        "codes": {"count": 3, "used": 1, "used_up": 1, "paused": 0, "uses": 1, "limit": 3, "left": 2},
        "created_at": batch.created_at,
        "currency": "EUR",
    }
    assert (figures["orders"], figures["revenue"], figures["discount"]) == (
        1,
        Decimal("17.00"),
        Decimal("3.00"),
    )


def test_whoever_may_not_see_revenue_is_told_none(batch: Promotion) -> None:
    told = promotion_data(batch.pk, to=Actor(make_user(role="Support"), Source.API))

    assert told["figures"] is None
    assert told["codes"]["used"] == 1


def test_its_state_is_that_of_its_codes_and_used_up_when_none_has_a_use_left(batch: Promotion) -> None:
    def state() -> object:
        return promotion_data(batch.pk, to=CLI)["state"]

    for code in batch.codes.order_by("pk")[1:]:
        place({"TEA": 1}, promo_code=code.code)
    assert state() == "used_up"
    batch.codes.update(max_uses=2)
    assert state() == "active"
    pause_promotion(batch.pk, by=CLI)
    assert state() == "paused"


def test_a_promotion_that_is_not_there_is_unknown(batch: Promotion) -> None:
    for look in (promotion_data, promotion_reply):
        with pytest.raises(UnknownPromotion):
            look(batch.pk + 1, to=CLI)


def test_only_the_chosen_fields_come_back_and_the_version_follows_an_edit(batch: Promotion) -> None:
    before = promotion_reply(batch.pk, to=CLI, fields="id,is_paused")
    pause_promotion(batch.pk, by=CLI)
    after = promotion_reply(batch.pk, to=CLI, fields="id,is_paused")

    assert json.loads(before.body) == {"id": batch.pk, "is_paused": False}
    assert json.loads(after.body) == {"id": batch.pk, "is_paused": True}
    assert before.headers["ETag"] != after.headers["ETag"]


def test_a_list_takes_as_many_statements_for_many_promotions_as_for_one_and_keeps_its_order(
    batch: Promotion,
) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            told = list(promotions_read(Promotion.objects.order_by("-pk")))
        counts.append(len(queries))
        make_promo_code()
        make_batch(2)

    assert counts[0] == counts[1]
    assert [tuple(each) for each in told] == [PROMOTION_FIELDS] * 3
    assert told[-1] == {name: promotion_data(batch.pk, to=CLI)[name] for name in PROMOTION_FIELDS}
