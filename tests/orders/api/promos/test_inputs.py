"""What a promotion applies to, as the API takes it: an empty list never means everything."""

from typing import Any

import pytest

from orders.models import Promotion
from tests.contract.client import Api, assert_problem
from tests.factories import make_batch, make_category, make_product, make_promo_code, make_user

pytestmark = pytest.mark.django_db

TEN = {"code": "TEN", "name": "Ten", "percent_off": "10.00"}
BATCH = {"count": 3, "name": "Ten", "percent_off": "10.00"}


@pytest.fixture
def marketing() -> Api:
    return Api(make_user(role="Marketing"))


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"categories": []}, "/categories"),
        ({"products": []}, "/categories"),
        ({"categories": [], "products": []}, "/categories"),
        ({"is_restricted": True}, "/categories"),
        ({"is_restricted": False, "products": ["CUP"]}, "/products"),
    ],
)
def test_nothing_is_made_of_terms_that_do_not_say_what_they_apply_to(
    marketing: Api, sent: dict[str, Any], pointer: str
) -> None:
    make_product("CUP")

    for path, body in (("promo-codes", TEN), ("promo-codes/generate", BATCH)):
        assert_problem(marketing.post(path, body | sent), 422, "unclear_restriction", pointer)
    assert not Promotion.objects.exists()


@pytest.mark.parametrize("field", ["categories", "products", "is_restricted"])
def test_null_is_no_list_and_no_answer(marketing: Api, field: str) -> None:
    make_promo_code("TEN", category_ids=(make_category("Lamps").pk,))

    assert_problem(marketing.post("promo-codes", TEN | {field: None}), 422, "validation", f"/{field}")
    assert_problem(marketing.patch("promo-codes/TEN", {field: None}), 422, "validation", f"/{field}")

    assert Promotion.objects.get().is_restricted


@pytest.mark.parametrize("sent", [{}, {"is_restricted": False, "categories": [], "products": []}])
def test_a_code_for_everything_says_so_or_names_no_list(marketing: Api, sent: dict[str, Any]) -> None:
    made = marketing.post("promo-codes", TEN | sent).json()
    assert (made["is_restricted"], made["categories"], made["products"]) == (False, [], [])


@pytest.mark.parametrize(
    "sent",
    [{"categories": []}, {"categories": [], "products": []}, {"is_restricted": True, "categories": []}],
)
def test_the_last_name_is_not_taken_from_a_restricted_promotion(marketing: Api, sent: dict[str, Any]) -> None:
    lamps = make_category("Lamps")
    make_promo_code("TEN", category_ids=(lamps.pk,))
    batch = make_batch(2, category_ids=(lamps.pk,))

    for path in ("promo-codes/TEN", f"promotions/{batch.pk}"):
        assert_problem(marketing.patch(path, sent), 422, "unclear_restriction", "/categories")
        shown = marketing.get(path).json()
        assert (shown["is_restricted"], shown["categories"]) == (True, ["lamps"])


def test_a_restriction_is_lifted_by_saying_so(marketing: Api) -> None:
    lamps = make_category("Lamps")
    make_promo_code("TEN", category_ids=(lamps.pk,))
    batch = make_batch(2, category_ids=(lamps.pk,))

    for path in ("promo-codes/TEN", f"promotions/{batch.pk}"):
        lifted = marketing.patch(path, {"is_restricted": False}).json()
        assert (lifted["is_restricted"], lifted["categories"]) == (False, [])
        again = marketing.patch(path, {"categories": ["lamps"]}).json()
        assert (again["is_restricted"], again["categories"]) == (True, ["lamps"])


def test_one_of_two_lists_may_be_emptied(marketing: Api) -> None:
    limits: dict[str, Any] = {"category_ids": (make_category("Lamps").pk,)}
    make_promo_code("TEN", product_ids=(make_product("CUP").pk,), **limits)

    changed = marketing.patch("promo-codes/TEN", {"categories": []}).json()

    assert (changed["is_restricted"], changed["categories"], changed["products"]) == (True, [], ["CUP"])


def test_a_back_test_asks_the_same(marketing: Api) -> None:
    body = {"from": "2026-06-01T00:00:00Z", "to": "2026-07-01T00:00:00Z"}
    terms = {"percent_off": "10.00", "categories": []}
    answer = marketing.post("promo-codes/backtest", body | {"terms": terms})
    assert_problem(answer, 422, "unclear_restriction", "/terms/categories")
