from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from orders.models import PromoCode
from orders.promotions import PromotionTerms, generate_batch
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_category, make_product, make_promo_code, make_shopper, make_user, place

pytestmark = pytest.mark.django_db

WELCOME = {
    "code": "welcome10",
    "name": "Welcome",
    "kind": "percentage",
    "percent_off": "10.00",
    "amount_off": None,
    "max_discount": "20.00",
    "minimum_spend": "0.00",
    "starts_at": "2026-01-01T00:00:00+01:00",
    "ends_at": "2126-01-01T00:00:00Z",
    "max_uses": 500,
    "max_uses_per_customer": 1,
    "first_order_only": False,
    "is_restricted": True,
    "categories": ["lanterns"],
    "products": ["71053"],
    "is_paused": False,
}


@pytest.fixture
def marketing() -> Api:
    return Api(make_user(role="Marketing"))


def test_a_promo_code_is_created_flat_and_comes_back_with_its_state(marketing):
    make_category("Lanterns")
    make_product("71053")

    response = marketing.post("promo-codes", WELCOME)

    content = response.json()
    assert response.status_code == 201
    assert response["Location"] == "/api/v1/promo-codes/WELCOME10"
    assert content.pop("created_at")
    assert content == WELCOME | {
        "code": "WELCOME10",
        "starts_at": "2025-12-31T23:00:00Z",
        "state": "active",
        "times_used": 0,
        "discount_given": "0.00",
        "promotion": PromoCode.objects.get().promotion_id,
        "is_batch": False,
        "figures": {
            "orders": 0,
            "customers": 0,
            "revenue": "0.00",
            "discount": "0.00",
            "discount_share": None,
            "revenue_share": None,
            "first_used_at": None,
        },
        "currency": "EUR",
    }
    assert marketing.get("promo-codes/welcome10").content == response.content


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"code": "a b"}, 422, "validation", "/code"),
        ({"code": "TAKEN"}, 409, "promo_code_taken", "/code"),
        ({"percent_off": "100.01"}, 422, "validation", "/percent_off"),
        ({"percent_off": "-5"}, 422, "validation", "/percent_off"),
        ({"percent_off": None}, 422, "validation", "/percent_off"),
        ({"amount_off": "5"}, 422, "validation", None),
        ({"kind": "half"}, 422, "validation", "/kind"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, 422, "validation", None),
        ({"ends_at": "soon"}, 422, "validation", "/ends_at"),
        ({"max_uses": 0}, 422, "validation", "/max_uses"),
        ({"max_uses": 10**12}, 422, "validation", "/max_uses"),
        ({"products": ["NOPE"]}, 422, "validation", "/products/0"),
        ({"categories": ["nothing"]}, 422, "validation", "/categories/0"),
        ({"times_used": 3}, 422, "validation", "/times_used"),
        ({"state": "active"}, 422, "validation", "/state"),
    ],
)
def test_a_faulty_promo_code_is_refused(marketing, change, status, code, pointer):
    make_category("Lanterns")
    make_product("71053")
    make_promo_code("TAKEN")

    assert_problem(
        marketing.post("promo-codes", WELCOME | change), status, code, *([pointer] if pointer else [])
    )
    assert PromoCode.objects.count() == 1


def test_only_what_is_sent_changes_and_amounts_freeze_once_used(marketing):
    make_product("71053", on_hand=10, price="10.00")
    make_promo_code("TEN", percent_off="10", max_uses=5)

    changed = marketing.patch(
        "promo-codes/TEN", {"name": "Ten", "max_uses": None, "percent_off": "20"}
    ).json()
    assert (changed["name"], changed["max_uses"], changed["percent_off"]) == ("Ten", None, "20.00")
    place({"71053": 1}, promo_code="TEN")
    assert_problem(
        marketing.patch("promo-codes/TEN", {"percent_off": "30"}), 409, "promo_frozen", "/percent_off"
    )
    used = marketing.patch("promo-codes/TEN", {"name": "Still ten"}).json()
    assert (used["name"], used["times_used"], used["discount_given"]) == ("Still ten", 1, "2.00")
    assert_problem(marketing.patch("promo-codes/TEN", {"code": "ELEVEN"}), 422, "validation", "/code")
    assert_problem(marketing.patch("promo-codes/TEN", {"kind": "fixed"}), 422, "validation", "/amount_off")
    assert_problem(marketing.patch("promo-codes/NOPE", {"name": "x"}), 404, "unknown_promo_code")


def test_a_promo_code_is_paused_and_resumed_wherever_it_was_paused(marketing):
    make_promo_code("TEN")
    make_promo_code("ASLEEP", is_paused=True)

    assert marketing.post("promo-codes/TEN/pause").json()["state"] == "paused"
    assert marketing.post("promo-codes/ten/resume").json()["state"] == "active"
    assert marketing.patch("promo-codes/TEN", {"is_paused": True}).json()["state"] == "paused"
    assert marketing.get("promo-codes/ASLEEP").json()["is_paused"] is True
    assert marketing.post("promo-codes/ASLEEP/resume").json()["state"] == "active"
    assert (
        marketing.post(
            "promo-codes",
            WELCOME | {"is_paused": True, "is_restricted": False, "categories": [], "products": []},
        ).json()["state"]
        == "paused"
    )
    assert_problem(marketing.post("promo-codes/NOPE/pause"), 404, "unknown_promo_code")


def test_a_stale_change_is_refused(marketing):
    make_promo_code("TEN")
    etag = marketing.get("promo-codes/TEN")["ETag"]

    assert marketing.patch("promo-codes/TEN", {"name": "One"}, If_Match=etag).status_code == 200
    assert_problem(marketing.patch("promo-codes/TEN", {"name": "Two"}, If_Match=etag), 412, "stale")
    assert marketing.get("promo-codes/TEN").json()["name"] == "One"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["C", "B", "A"]),
        ("q=aa", ["A"]),
        ("q=summer", ["B"]),
        ("state=active", ["A"]),
        ("state=paused", ["C"]),
        ("state=expired", ["B"]),
        ("kind=fixed", ["C"]),
        ("ends_before=2030-01-01T00:00:00Z", ["B"]),
        ("ends_after=2010-01-01T00:00:00Z", ["B"]),
        ("starts_after=2010-01-01T00:00:00Z", []),
        ("ordering=ends_at,code", ["B", "A", "C"]),
        ("ordering=-ends_at", ["B", "C", "A"]),
        ("ordering=code", ["A", "B", "C"]),
    ],
)
def test_promo_codes_are_filtered_and_ordered(marketing, query, found):
    make_promo_code("AAA")
    make_promo_code("BBB", name="Summer", ends_at=datetime(2025, 1, 1, tzinfo=UTC))
    make_promo_code("CCC", amount_off="5", is_paused=True)

    items = marketing.get(f"promo-codes?{query}").json()["items"]

    assert [item["code"][0] for item in items] == found


def test_a_list_costs_the_same_number_of_queries_whatever_its_length(marketing, django_assert_num_queries):
    lanterns, product = make_category("Lanterns"), make_product("71053")
    limits: dict[str, Any] = {"category_ids": (lanterns.pk,), "product_ids": (product.pk,)}
    make_promo_code("A-1", **limits)
    # The token's user, the role's permissions twice, and codes, categories, products.
    with django_assert_num_queries(5):
        assert len(marketing.get("promo-codes").json()["items"]) == 1
    make_promo_code("A-2", **limits)
    make_promo_code("A-3", **limits)
    with django_assert_num_queries(5):
        items = marketing.get("promo-codes").json()["items"]
    assert [(item["categories"], item["products"]) for item in items] == [(["lanterns"], ["71053"])] * 3


def test_a_code_is_duplicated_with_its_terms_once(marketing):
    category = make_category("Lanterns")
    make_product("71053", on_hand=5)
    make_promo_code("TEN", max_uses=5, category_ids=(category.pk,), is_paused=True)

    answers = [
        marketing.post("promo-codes/ten/duplicate", {"code": "eleven"}, Idempotency_Key="once") for _ in "ab"
    ]

    first, second = answers
    assert (first.status_code, first["Location"]) == (201, "/api/v1/promo-codes/ELEVEN")
    assert (first.content, first["ETag"]) == (second.content, second["ETag"])
    content = first.json()
    assert (content["percent_off"], content["max_uses"], content["categories"]) == ("10.00", 5, ["lanterns"])
    assert (content["is_paused"], content["state"], content["times_used"]) == (False, "active", 0)
    assert_problem(
        marketing.post("promo-codes/TEN/duplicate", {"code": "TEN"}), 409, "promo_code_taken", "/code"
    )
    assert_problem(marketing.post("promo-codes/NOPE/duplicate", {"code": "X-1"}), 404, "unknown_promo_code")
    assert_problem(marketing.post("promo-codes/TEN/duplicate", {}), 422, "validation", "/code")
    assert PromoCode.objects.count() == 2


def test_a_code_is_deleted_as_long_as_no_order_used_it(marketing):
    make_product("71053", on_hand=5)
    make_promo_code("TYPO")
    make_promo_code("USED")
    place({"71053": 1}, promo_code="USED")

    assert marketing.delete("promo-codes/typo").status_code == 204
    assert_problem(marketing.delete("promo-codes/TYPO"), 404, "unknown_promo_code")
    refused = assert_problem(marketing.delete("promo-codes/USED"), 409, "promo_code_used")
    assert "pause it instead" in refused["detail"]
    assert PromoCode.objects.get().code == "USED"


@pytest.mark.parametrize(
    ("role", "given"), [("Manager", "1.00"), ("Marketing", "1.00"), ("Support", None), ("Viewer", None)]
)
def test_what_a_code_cost_is_told_to_those_who_may_see_revenue(role, given):
    make_product("71053", on_hand=5, price="10.00")
    make_promo_code("TEN")
    place({"71053": 1}, promo_code="TEN")
    reader = Api(make_user(role=role))

    [listed] = reader.get("promo-codes").json()["items"]
    [asked] = reader.get("promo-codes?fields=discount_given").json()["items"]
    one = reader.get("promo-codes/TEN").json()

    assert (listed["discount_given"], listed["times_used"]) == (given, 1)
    assert asked == {"discount_given": given}
    assert one["discount_given"] == given


def test_a_code_of_a_batch_names_it_and_is_paused_alone(marketing):
    batch = generate_batch(2, PromotionTerms(name="Batch", percent_off=Decimal(10)), by=CLI)
    code = batch.codes.order_by("pk")[0].code

    assert marketing.get("promo-codes").json()["items"] == []
    assert marketing.get(f"promo-codes/{code.lower()}").json()["promotion"] == batch.pk
    assert marketing.post(f"promo-codes/{code}/pause").json()["state"] == "paused"
    assert_problem(marketing.patch(f"promo-codes/{code}", {"percent_off": "20"}), 409, "part_of_batch")
    batch.refresh_from_db()
    assert (batch.is_paused, batch.percent_off) == (False, Decimal(10))


def test_only_staff_who_may_see_promo_codes_do():
    make_promo_code("TEN")

    assert_problem(Api().get("promo-codes"), 401, "not_authenticated")
    assert_problem(Api().get("promo-codes/TEN"), 401, "not_authenticated")
    for user in (make_shopper(), make_user(role="Warehouse")):
        assert_problem(Api(user).get("promo-codes"), 403, "forbidden")
        assert_problem(Api(user).get("promo-codes/TEN"), 403, "forbidden")
    for user in (make_shopper(), make_user(role="Warehouse"), make_user(role="Support")):
        assert_problem(Api(user).post("promo-codes", WELCOME), 403, "forbidden")
        assert_problem(Api(user).patch("promo-codes/TEN", {"name": "x"}), 403, "forbidden")
        assert_problem(Api(user).post("promo-codes/TEN/pause"), 403, "forbidden")
        assert_problem(Api(user).post("promo-codes/TEN/duplicate", {"code": "TWO"}), 403, "forbidden")
        assert_problem(Api(user).delete("promo-codes/TEN"), 403, "forbidden")
    assert PromoCode.objects.get().promotion.name == "A promotion"
