"""A promo code tried on past orders, over the API."""

from datetime import UTC, datetime, timedelta

import pytest

from orders.models import Order, PromoCode
from tests.contract.client import Api, assert_problem
from tests.factories import make_category, make_product, make_promo_code, make_shopper, make_user, place

pytestmark = pytest.mark.django_db

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
PERIOD = {"from": "2026-06-01T00:00:00Z", "to": "2026-07-01T02:00:00+02:00"}
TENTH = {"percent_off": "10", "max_uses_per_customer": None}


@pytest.fixture
def marketing() -> Api:
    return Api(make_user(role="Marketing"))


@pytest.fixture(autouse=True)
def _past_orders() -> None:
    make_product("CUP", price="10.00", on_hand=100)
    make_product("LAMP", price="99.99", on_hand=100, category=make_category("Lamps"))
    for day, lines in ((1, {"CUP": 1}), (8, {"CUP": 3}), (9, {"LAMP": 1})):
        place(lines, at=JUNE + timedelta(days=day - 1, hours=12))


def test_terms_are_run_over_past_orders(marketing):
    content = marketing.post("promo-codes/backtest", PERIOD | {"terms": TENTH}).json()

    assert content == {
        "from": "2026-06-01T00:00:00Z",
        "to": "2026-07-01T00:00:00Z",
        "orders": 3,
        "revenue": "139.99",
        "qualifying": 3,
        "customers": 3,
        "had_discount": 0,
        "cost": "14.00",
        "goods": "139.99",
        "share_of_orders": "100.0",
        "share_of_revenue": "10.0",
        "average_before": "46.66",
        "average_after": "42.00",
        "smallest": "1.00",
        "median": "3.00",
        "largest": "10.00",
        "refused": {},
        "weeks": [
            {"monday": "2026-06-01", "orders": 1, "cost": "1.00"},
            {"monday": "2026-06-08", "orders": 2, "cost": "13.00"},
        ],
        "bands": [
            {"at_least": "0.00", "below": "2.00", "orders": 1, "cost": "1.00"},
            {"at_least": "2.00", "below": "4.00", "orders": 1, "cost": "3.00"},
            {"at_least": "4.00", "below": "6.00", "orders": 0, "cost": "0.00"},
            {"at_least": "6.00", "below": "8.00", "orders": 0, "cost": "0.00"},
            {"at_least": "8.00", "below": "10.00", "orders": 0, "cost": "0.00"},
            {"at_least": "10.00", "below": "12.00", "orders": 1, "cost": "10.00"},
        ],
        "currency": "EUR",
    }
    assert (PromoCode.objects.count(), Order.objects.filter(discount__gt=0).count()) == (0, 0)


def test_limits_of_terms_count_and_say_whom_they_refuse(marketing):
    terms = TENTH | {"categories": ["lamps"], "minimum_spend": "200.00"}

    content = marketing.post("promo-codes/backtest", PERIOD | {"terms": terms, "max_uses": 5}).json()

    assert content["refused"] == {"nothing_eligible": 2, "minimum_spend": 1}
    assert (content["cost"], content["median"], content["weeks"]) == ("0.00", None, [])


def test_a_code_is_run_with_its_own_limit(marketing):
    make_promo_code("ONCE", max_uses=1)

    content = marketing.post("promo-codes/backtest", PERIOD | {"code": "once"}).json()

    assert (content["qualifying"], content["cost"], content["refused"]) == (1, "1.00", {"used_up": 2})


@pytest.mark.parametrize(
    ("body", "status", "code", "pointers"),
    [
        ({}, 422, "validation", []),
        ({"code": "X-1", "terms": TENTH}, 422, "validation", []),
        ({"code": "ONCE", "max_uses": 3}, 422, "validation", []),
        ({"code": "NOPE"}, 404, "unknown_promo_code", []),
        ({"terms": {"percent_off": "101"}}, 422, "validation", ["/terms/percent_off"]),
        ({"terms": {"kind": "fixed"}}, 422, "validation", ["/terms/amount_off"]),
        ({"terms": TENTH | {"products": ["CUP", "NOPE"]}}, 422, "validation", ["/terms/products/1"]),
        ({"terms": TENTH | {"starts_at": None}}, 422, "validation", ["/terms/starts_at"]),
        ({"terms": TENTH, "to": "2026-06-01T00:00:00Z"}, 422, "validation", ["/to"]),
        ({"terms": TENTH, "from": "yesterday"}, 422, "validation", ["/from"]),
        ({"terms": TENTH, "start": PERIOD["from"]}, 422, "validation", ["/start"]),
    ],
)
def test_what_cannot_be_tried_is_refused(marketing, body, status, code, pointers):
    assert_problem(marketing.post("promo-codes/backtest", PERIOD | body), status, code, *pointers)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("Manager", 200),
        ("Marketing", 200),
        ("Support", 403),
        ("Viewer", 403),
        ("Warehouse", 403),
        (None, 403),
    ],
)
def test_only_those_who_see_promo_codes_and_revenue_may_try(role, status):
    api = Api(make_user(role=role) if role else make_shopper())

    assert api.post("promo-codes/backtest", PERIOD | {"terms": TENTH}).status_code == status
