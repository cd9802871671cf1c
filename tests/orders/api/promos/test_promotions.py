"""Batches over the API: generated, handed out, changed, paused and measured as a whole."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import PromoCode, Promotion
from orders.promotions import PromotionTerms, generate_batch, pause_promo_code
from tests.contract.client import Api, assert_problem
from tests.factories import (
    CLI,
    make_category,
    make_product,
    make_promo_code,
    make_shopper,
    make_user,
    place,
    restricted,
)

pytestmark = pytest.mark.django_db

BLACK_FRIDAY = {
    "name": "Black Friday",
    "count": 50,
    "prefix": "bf-",
    "percent_off": "15.00",
    "max_discount": "30.00",
    "ends_at": "2126-12-01T00:00:00Z",
    "categories": ["lanterns"],
}


@pytest.fixture
def marketing() -> Api:
    return Api(make_user(role="Marketing"))


def make_batch(count: int = 3, name: str = "Batch", **terms: Any) -> Promotion:
    made = PromotionTerms(name=name, percent_off=Decimal(10), **restricted(terms))
    return generate_batch(count, made, by=CLI)


def codes_of(promotion: Promotion) -> list[str]:
    return sorted(promotion.codes.values_list("code", flat=True))


def test_a_batch_is_generated_once_and_found_where_it_says(marketing):
    make_category("Lanterns")

    answers = [
        marketing.post("promo-codes/generate", BLACK_FRIDAY, Idempotency_Key="bf-2026") for _ in range(2)
    ]

    batch = Promotion.objects.get()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert answers[0]["Location"] == f"/api/v1/promotions/{batch.pk}"
    content = answers[0].json()
    assert content.pop("created_at")
    assert content == {
        "id": batch.pk,
        "is_batch": True,
        "name": "Black Friday",
        "kind": "percentage",
        "percent_off": "15.00",
        "amount_off": None,
        "max_discount": "30.00",
        "minimum_spend": "0.00",
        "starts_at": None,
        "ends_at": "2126-12-01T00:00:00Z",
        "max_uses_per_customer": 1,
        "first_order_only": False,
        "is_restricted": True,
        "categories": ["lanterns"],
        "products": [],
        "is_paused": False,
        "state": "active",
        "codes": {
            "count": 50, "used": 0, "used_up": 0, "paused": 0, "uses": 0, "limit": 50, "left": 50,
        },
        "figures": {
            "orders": 0, "customers": 0, "revenue": "0.00", "discount": "0.00", "discount_share": None,
            "revenue_share": None, "first_used_at": None,
        },
        "currency": "EUR",
    }  # fmt: skip
    assert marketing.get(answers[0]["Location"]).content == answers[0].content
    assert all(code.startswith("BF-") and len(code) == 15 for code in codes_of(batch))
    mismatch = marketing.post("promo-codes/generate", BLACK_FRIDAY | {"count": 5}, Idempotency_Key="bf-2026")
    assert_problem(mismatch, 422, "idempotency_mismatch")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"count": 0}, "/count"),
        ({"count": 100_001}, "/count"),
        ({"count": 1.5}, "/count"),
        ({"length": 3}, "/length"),
        ({"prefix": "x" * 35}, "/length"),
        ({"prefix": "ä-"}, "/prefix"),
        ({"percent_off": None}, "/percent_off"),
        ({"max_uses": 0}, "/max_uses"),
        ({"categories": ["nothing"]}, "/categories/0"),
        ({"code": "X"}, "/code"),
    ],
)
def test_a_batch_that_cannot_be_is_refused_by_name(marketing, change, pointer):
    make_category("Lanterns")

    assert_problem(marketing.post("promo-codes/generate", BLACK_FRIDAY | change), 422, "validation", pointer)
    assert not Promotion.objects.exists()
    assert not PromoCode.objects.exists()


def test_a_promotion_tells_how_far_it_is_used_up_and_what_it_brought(marketing):
    make_product("71053", on_hand=10, price="100.00")
    batch = make_batch(4)
    first, second, third, _ = codes_of(batch)
    place({"71053": 1}, promo_code=first)
    place({"71053": 2}, promo_code=second)
    pause_promo_code(third, by=CLI)
    place({"71053": 1})

    content = marketing.get(f"promotions/{batch.pk}").json()

    figures = content["figures"]
    assert content["codes"] == {
        "count": 4, "used": 2, "used_up": 2, "paused": 1, "uses": 2, "limit": 4, "left": 2,
    }  # fmt: skip
    assert figures.pop("first_used_at")
    assert figures == {
        "orders": 2, "customers": 2, "revenue": "270.00", "discount": "30.00", "discount_share": "10.0",
        "revenue_share": "73.0",
    }  # fmt: skip
    part = marketing.get(f"promotions/{batch.pk}?fields=state,codes").json()
    assert part == {"state": "active", "codes": content["codes"]}
    assert_problem(marketing.get(f"promotions/{batch.pk + 1}"), 404, "unknown_promotion")
    assert_problem(marketing.get(f"promotions/{10**30}"), 404, "unknown_promotion")


def test_the_terms_of_all_codes_change_unless_somebody_was_faster(marketing):
    make_product("71053", on_hand=10, price="100.00")
    batch = make_batch()
    path = f"promotions/{batch.pk}"
    etag = marketing.get(path)["ETag"]

    changed = marketing.patch(path, {"percent_off": "20", "name": "Better"}, If_Match=etag)
    stale = marketing.patch(path, {"percent_off": "30"}, If_Match=etag)
    place({"71053": 1}, promo_code=codes_of(batch)[0])
    frozen = marketing.patch(path, {"percent_off": "30"})

    assert (changed.json()["percent_off"], changed.json()["name"]) == ("20.00", "Better")
    assert_problem(stale, 412, "stale")
    assert_problem(frozen, 409, "promo_frozen", "/percent_off")
    assert marketing.patch(path, {"max_uses_per_customer": None}).json()["max_uses_per_customer"] is None
    assert_problem(marketing.patch(path, {"max_uses": 5}), 422, "validation", "/max_uses")
    batch.refresh_from_db()
    assert (batch.percent_off, batch.name, batch.max_uses_per_customer) == (Decimal(20), "Better", None)


def test_all_codes_are_paused_and_resumed_at_once(marketing):
    batch = make_batch()
    path = f"promotions/{batch.pk}"

    assert marketing.post(f"{path}/pause").json()["state"] == "paused"
    states = marketing.get(f"{path}/codes").json()["items"]
    assert [item["state"] for item in states] == ["paused"] * 3
    assert marketing.post(f"{path}/resume", Idempotency_Key="r").json()["state"] == "active"
    assert marketing.post(f"{path}/resume", Idempotency_Key="r").json()["state"] == "active"
    assert_problem(marketing.post("promotions/0/pause"), 404, "unknown_promotion")


def test_codes_are_paged_without_gaps_and_filtered_by_state(marketing):
    make_product("71053", on_hand=10)
    batch = make_batch(25)
    codes = codes_of(batch)
    make_promo_code("ELSEWHERE")
    place({"71053": 1}, promo_code=codes[3])
    path = f"promotions/{batch.pk}/codes"

    pages = [marketing.get(f"{path}?limit=10&count=true").json()]
    while cursor := pages[-1]["next"]:
        pages.append(marketing.get(f"{path}?limit=10&cursor={cursor}").json())
    used_up = marketing.get(f"{path}?state=used_up").json()["items"]
    begins = marketing.get(f"{path}?q={codes[7][:6].lower()}&fields=code").json()["items"]

    assert [item["code"] for page in pages for item in page["items"]] == codes
    assert (len(pages), pages[0]["count"], pages[0]["currency"]) == (3, 25, "EUR")
    assert [item["code"] for item in used_up] == [codes[3]]
    assert used_up[0]["times_used"] == used_up[0]["max_uses"] == 1
    assert {"code": codes[7]} in begins
    first = marketing.get(f"{path}?ordering=-times_used&limit=1").json()["items"][0]
    assert first["code"] == codes[3]


def test_the_codes_are_handed_out_as_a_file(marketing):
    make_category("Lanterns")
    batch = make_batch(3, category_ids=(make_category("Lanterns").pk,))

    answer = marketing.get(f"promotions/{batch.pk}/codes.csv")

    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="promotion-{batch.pk}-codes.csv"'
    assert sorted(row["code"] for row in rows) == codes_of(batch)
    assert {row["categories"] for row in rows} == {"lanterns"}
    assert_problem(marketing.get("promotions/0/codes.csv"), 404, "unknown_promotion")


def test_promotions_of_every_kind_are_listed_in_a_constant_number_of_queries(marketing):
    make_promo_code("SINGLE")
    make_batch(name="A")

    def listed() -> tuple[list[str], int]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            items = marketing.get("promotions").json()["items"]
        return [item["name"] for item in items], len(queries)

    names, cost = listed()
    make_batch(2, name="B")
    make_batch(4, name="C")
    later, later_cost = listed()

    assert (names, later) == (["A", "A promotion"], ["C", "B", "A", "A promotion"])
    assert cost == later_cost
    batches = marketing.get("promotions?is_batch=true&ordering=name&fields=name,codes").json()["items"]
    assert [(item["name"], item["codes"]["count"]) for item in batches] == [("A", 3), ("B", 2), ("C", 4)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("is_batch=false", ["A promotion"]),
        ("q=frid", ["Friday"]),
        ("kind=fixed", []),
        ("starts_after=2026-11-27T00:00:00Z", ["Friday"]),
        ("starts_before=2026-11-27T00:00:00Z", []),
        ("ends_after=2026-11-30T00:00:00Z", []),
        ("ends_before=2026-11-30T00:00:01Z", ["Friday"]),
    ],
)
def test_promotions_are_narrowed(marketing, query, names):
    make_promo_code("SINGLE")
    first, last = datetime(2026, 11, 27, tzinfo=UTC), datetime(2026, 11, 29, 23, tzinfo=UTC)
    make_batch(name="Friday", starts_at=first, ends_at=last)

    assert [item["name"] for item in marketing.get(f"promotions?{query}").json()["items"]] == names


@pytest.mark.parametrize(
    ("role", "sees", "sees_figures", "may_make"),
    [
        ("Manager", 200, True, True),
        ("Marketing", 200, True, True),
        ("Support", 200, False, False),
        ("Viewer", 200, False, False),
        ("Warehouse", 403, False, False),
        (None, 403, False, False),
    ],
)
def test_who_sees_and_changes_what(role, sees, sees_figures, may_make):
    make_category("Lanterns")
    make_product("71053", on_hand=5, price="10.00")
    batch = make_batch()
    place({"71053": 1}, promo_code=codes_of(batch)[0])
    api = Api(make_user(role=role) if role else make_shopper())
    path = f"promotions/{batch.pk}"

    for readable in ("promotions", path, f"{path}/codes"):
        assert api.get(readable).status_code == sees
    if sees == 200:
        given = [each["discount_given"] for each in api.get(f"{path}/codes").json()["items"]]
        assert given == (["1.00", "0.00", "0.00"] if sees_figures else [None] * 3)
        assert (api.get(path).json()["figures"] is not None) == sees_figures
        assert (api.get(f"{path}?fields=figures").json()["figures"] is not None) == sees_figures
    changes = [
        api.get(f"{path}/codes.csv"),
        api.patch(path, {"name": "Changed"}),
        api.post(f"{path}/pause"),
        api.post(f"{path}/resume"),
        api.post("promo-codes/generate", BLACK_FRIDAY),
    ]
    statuses = [200, 200, 200, 200, 201] if may_make else [403] * 5
    assert [change.status_code for change in changes] == statuses
    assert Promotion.objects.count() == 1 + may_make


def test_without_a_token_nothing_is_seen():
    batch = make_batch()
    for path in ("promotions", f"promotions/{batch.pk}", f"promotions/{batch.pk}/codes.csv"):
        assert_problem(Api().get(path), 401, "not_authenticated")
