"""What a promo code looks like as data, and to whom."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Source
from orders.fulfilment.lifecycle import cancel_order
from orders.models import PromoCode
from orders.promotions import UnknownPromoCode, pause_promo_code, pause_promotion, resume_promo_code
from orders.readers.promo_codes import (
    PROMO_CODE_DETAIL,
    PROMO_CODE_FIELDS,
    promo_code_data,
    promo_code_reply,
    promo_code_row,
    promo_codes_read,
)
from tests.factories import CLI, make_batch, make_category, make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
JULY = datetime(2126, 7, 1, tzinfo=UTC)


@pytest.fixture
def code() -> PromoCode:
    """Used once, and once more by an order that was cancelled."""
    tea = make_product("TEA", on_hand=9, price="10.00", category=make_category("Fine teas"))
    made = make_promo_code(
        "FULL",
        name="Everything",
        percent_off="12.5",
        max_discount=Decimal(40),
        starts_at=JUNE,
        ends_at=JULY,
        max_uses=5,
        max_uses_per_customer=None,
        category_ids=(make_category("Fine teas").pk,),
        product_ids=(tea.pk,),
    )
    place({"TEA": 2}, promo_code="FULL")
    cancel_order(place({"TEA": 1}, promo_code="FULL").number, by=CLI)
    return PromoCode.objects.get(pk=made.pk)


def test_a_code_is_told_with_its_terms_its_uses_and_what_it_brought(code: PromoCode) -> None:
    told = promo_code_data(" full ", to=CLI)

    assert tuple(told) == PROMO_CODE_DETAIL
    figures = told.pop("figures")
    assert told == {
        "code": "FULL",
        "name": "Everything",
        "kind": "percentage",
        "percent_off": Decimal("12.50"),
        "amount_off": None,
        "max_discount": Decimal("40.00"),
        "minimum_spend": Decimal("0.00"),
        "starts_at": JUNE,
        "ends_at": JULY,
        "max_uses_per_customer": None,
        "first_order_only": False,
        "is_restricted": True,
        "max_uses": 5,
        "categories": ["fine-teas"],
        "products": ["TEA"],
        "is_paused": False,
        "state": "active",
        "times_used": 1,
        "discount_given": Decimal("2.50"),
        "promotion": code.promotion_id,
        "is_batch": False,
        "created_at": code.created_at,
        "currency": "EUR",
    }
    assert (figures["orders"], figures["revenue"], figures["discount"]) == (
        1,
        Decimal("17.50"),
        Decimal("2.50"),
    )
    assert (figures["discount_share"], figures["revenue_share"]) == (Decimal("12.5"), Decimal("100.0"))


@pytest.mark.usefixtures("code")
def test_whoever_may_not_see_revenue_is_told_none() -> None:
    support = Actor(make_user(role="Support"), Source.API)

    told = promo_code_data("FULL", to=support)

    assert (told["discount_given"], told["figures"], told["times_used"]) == (None, None, 1)
    [row] = promo_codes_read(PromoCode.objects.all(), to=support)
    assert row["discount_given"] is None


def test_the_pause_of_a_code_or_of_its_promotion_is_one_to_whoever_reads_it() -> None:
    make_promo_code("ONE")
    batch = make_batch(1)
    of_batch = batch.codes.get().code
    pause_promo_code("ONE", by=CLI)
    pause_promotion(batch.pk, by=CLI)

    for code in ("ONE", of_batch):
        told = promo_code_row(code, to=CLI)
        assert (told["is_paused"], told["state"]) == (True, "paused")
    told = promo_code_row(of_batch, to=CLI)
    assert (told["is_batch"], told["promotion"], told["discount_given"]) == (True, batch.pk, Decimal("0.00"))


def test_a_code_that_is_not_there_is_unknown() -> None:
    for look in (promo_code_data, promo_code_row, promo_code_reply):
        with pytest.raises(UnknownPromoCode, match="NOPE"):
            look("nope", to=CLI)


def test_only_the_chosen_fields_come_back_and_the_version_follows_every_edit() -> None:
    make_promo_code("TEN", max_uses=3)
    versions = []
    for change in (None, pause_promo_code, resume_promo_code):
        if change:
            change("TEN", by=CLI)
        reply = promo_code_reply("ten", to=CLI, fields="code,max_uses")
        assert json.loads(reply.body) == {"code": "TEN", "max_uses": 3}
        versions.append(reply.headers["ETag"])

    assert versions[0] != versions[1] != versions[2]


@pytest.mark.usefixtures("code")
def test_a_list_takes_as_many_statements_for_many_codes_as_for_one_and_keeps_its_order() -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            told = list(promo_codes_read(PromoCode.objects.order_by("-pk"), to=CLI))
        counts.append(len(queries))
        make_promo_code()
        make_batch(5)

    assert counts[0] == counts[1]
    assert [tuple(each) for each in told] == [PROMO_CODE_FIELDS] * 7
    assert told[-1] == promo_code_row("FULL", to=CLI)
