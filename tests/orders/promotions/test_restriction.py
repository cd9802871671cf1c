"""That a promotion is restricted is a fact of its own: an empty list never opens it to the whole shop."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db.models import ProtectedError

from backoffice.errors import Invalid
from backoffice.money import ZERO
from catalog.categories import CategoryInUse, delete_category
from catalog.models import Category, Product
from catalog.products import archive_product, edit_product
from orders.audit import audit_orders
from orders.models import Order, PromoCode, Promotion, PromotionCategory, PromotionProduct
from orders.placing.placement import quote_order
from orders.pricing import NoDiscount, PromoReason
from orders.promotions import (
    Restriction,
    UnclearRestriction,
    backtest_promo_code,
    change_promo_code,
    restriction_said,
    terms_of_promotion,
)
from orders.promotions.redemption import PromoRefused
from tests.factories import CLI, make_batch, make_category, make_product, make_promo_code, place, request_for
from tests.races.harness import race

pytestmark = pytest.mark.django_db

HALF = Decimal(50)
EVERYTHING = Restriction()


def half_off_lanterns() -> tuple[PromoCode, Category]:
    """LIGHT takes 50 % off lanterns; a lamp of them and a cup are for sale."""
    lanterns = make_category("Lanterns")
    make_product("LAMP", price="10.00", on_hand=9, category=lanterns)
    make_product("CUP", price="10.00", on_hand=9)
    return make_promo_code("LIGHT", percent_off=HALF, category_ids=(lanterns.pk,)), lanterns


def discount_on(sku: str, code: str = "LIGHT") -> Decimal:
    quoted = quote_order(request_for({sku: 1}, promo_code=code), email="ada@example.com", by=CLI)
    return quoted.discount


def test_a_category_that_a_promotion_is_restricted_to_is_not_deleted() -> None:
    code, lanterns = half_off_lanterns()
    edit_product("LAMP", by=CLI, changes={"category": None})

    with pytest.raises(CategoryInUse, match="Lanterns cannot be deleted: promotion A promotion uses it"):
        delete_category(lanterns, by=CLI)
    with pytest.raises(ProtectedError):
        lanterns.delete()
    with pytest.raises(ProtectedError):
        Category.objects.all().delete()

    assert list(code.promotion.categories.all()) == [lanterns]
    assert [discount_on("LAMP"), discount_on("CUP")] == [ZERO, ZERO]


def test_a_category_that_nothing_uses_is_deleted() -> None:
    code, lanterns = half_off_lanterns()
    teas = make_category("Teas")
    change_promo_code("LIGHT", terms_with(code, category_ids=(teas.pk,)), max_uses=None, by=CLI)
    edit_product("LAMP", by=CLI, changes={"category": None})

    delete_category(lanterns, by=CLI)

    assert list(Category.objects.all()) == [teas]
    assert discount_on("CUP") == 0


def terms_with(code: PromoCode, **fields: Any) -> Any:
    from dataclasses import replace

    return replace(terms_of_promotion(code.promotion), **fields)


def test_a_product_that_a_promotion_is_restricted_to_is_not_deleted() -> None:
    lamp = make_product("LAMP", price="10.00")
    make_product("CUP", price="10.00", on_hand=9)
    make_promo_code("LIGHT", percent_off=HALF, product_ids=(lamp.pk,))

    for delete in (lamp.delete, Product.objects.filter(sku="LAMP").delete):
        with pytest.raises(ProtectedError):
            delete()
    archive_product("LAMP", by=CLI)

    assert discount_on("CUP") == 0


def test_a_restricted_promotion_that_names_nothing_any_more_gives_nothing() -> None:
    """However its names were lost: here by a statement that passes every rule by."""
    half_off_lanterns()
    PromotionCategory.objects.all().delete()

    quoted = quote_order(request_for({"CUP": 1}, promo_code="LIGHT"), email="ada@example.com", by=CLI)
    with pytest.raises(PromoRefused, match="LIGHT applies to nothing in this basket"):
        place({"CUP": 1, "LAMP": 1}, promo_code="LIGHT")

    assert quoted.promo is not None
    assert (quoted.discount, quoted.promo.refusal) == (
        ZERO,
        NoDiscount("LIGHT", PromoReason.NOTHING_ELIGIBLE),
    )
    assert Order.objects.count() == 0
    assert set(Product.objects.values_list("reserved", flat=True)) == {0}
    assert PromoCode.objects.get().times_used == 0
    [found] = audit_orders()
    assert (found.check, found.detail) == ("restriction", "restricted, and names nothing")


def test_nor_does_its_back_test_count_every_order() -> None:
    half_off_lanterns()
    order = place({"CUP": 2})
    PromotionCategory.objects.all().delete()

    with pytest.raises(UnclearRestriction):
        backtest_promo_code("LIGHT", start=order.placed_at, end=order.placed_at.replace(year=2100))


def test_a_promotion_that_names_things_and_is_free_all_the_same_is_found() -> None:
    code = make_promo_code("OPEN")
    PromotionProduct.objects.create(promotion=code.promotion, product=make_product("CUP"))

    [found] = audit_orders()

    assert (found.check, found.detail) == ("restriction", "names things, and is not restricted")


@pytest.mark.parametrize(
    ("present", "said", "becomes"),
    [
        (None, {}, EVERYTHING),
        (None, {"is_restricted": False}, EVERYTHING),
        (None, {"is_restricted": False, "category_ids": (), "product_ids": ()}, EVERYTHING),
        (None, {"category_ids": (1,)}, Restriction(True, (1,))),
        (None, {"is_restricted": True, "product_ids": (2,)}, Restriction(True, (), (2,))),
        (EVERYTHING, {"category_ids": ()}, EVERYTHING),
        (EVERYTHING, {"product_ids": (2,)}, Restriction(True, (), (2,))),
        (Restriction(True, (1,), (2,)), {}, Restriction(True, (1,), (2,))),
        (Restriction(True, (1,), (2,)), {"category_ids": ()}, Restriction(True, (), (2,))),
        (Restriction(True, (1,), (2,)), {"is_restricted": False}, EVERYTHING),
        (Restriction(True, (1,)), {"is_restricted": True}, Restriction(True, (1,))),
    ],
)
def test_what_is_said_becomes_a_restriction(
    present: Restriction | None, said: dict[str, Any], becomes: Restriction
) -> None:
    assert restriction_said(said, present=present) == becomes


@pytest.mark.parametrize(
    ("present", "said"),
    [
        (None, {"category_ids": ()}),
        (None, {"category_ids": (), "product_ids": ()}),
        (None, {"is_restricted": True}),
        (None, {"is_restricted": False, "category_ids": (1,)}),
        (EVERYTHING, {"is_restricted": True}),
        (Restriction(True, (1,)), {"category_ids": ()}),
        (Restriction(True, (1,), (2,)), {"category_ids": (), "product_ids": ()}),
        (Restriction(True, (1,)), {"is_restricted": True, "category_ids": ()}),
        (Restriction(True, (1,)), {"is_restricted": False, "product_ids": (2,)}),
    ],
)
def test_nothing_but_a_clear_word_lifts_a_restriction(
    present: Restriction | None, said: dict[str, Any]
) -> None:
    with pytest.raises(UnclearRestriction):
        restriction_said(said, present=present)


@pytest.mark.parametrize("fields", [{"is_restricted": True}, {"is_restricted": False, "category_ids": (1,)}])
def test_terms_that_contradict_themselves_are_not_written(fields: dict[str, Any]) -> None:
    with pytest.raises(UnclearRestriction):
        make_promo_code("ODD", **fields)
    assert not Promotion.objects.exists()


def test_a_category_that_went_away_meanwhile_is_not_named() -> None:
    with pytest.raises(Invalid, match="A category was deleted meanwhile"):
        make_promo_code("LATE", category_ids=(4711,))
    assert not Promotion.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_category_and_a_promotion_restricted_to_it_at_once_leave_no_promotion_that_names_nothing() -> None:
    """Made, changed to it or generated while it is deleted: whichever comes second is refused."""
    spare = make_category("Spare")
    for number in range(12):
        contested = make_category(f"Contested {number}")
        code = make_promo_code(f"CHANGED-{number}", category_ids=(spare.pk,))
        terms = replace(terms_of_promotion(code.promotion), category_ids=(contested.pk,))
        rivals: list[Callable[[], object]] = [
            partial(make_promo_code, f"MADE-{number}", category_ids=(contested.pk,)),
            partial(change_promo_code, code.code, terms, max_uses=None, by=CLI),
            partial(make_batch, 3, name=f"Batch {number}", category_ids=(contested.pk,)),
        ]
        outcomes = race(4, [partial(delete_category, contested, by=CLI), *rivals])

        faults = [each for each in outcomes if isinstance(each, Exception)]
        assert all(isinstance(each, CategoryInUse | Invalid) for each in faults), faults
        is_deleted = not isinstance(outcomes[0], CategoryInUse)
        assert len(faults) == (3 if is_deleted else 1)
        assert Category.objects.filter(pk=contested.pk).exists() != is_deleted

    named_nothing = Promotion.objects.filter(is_restricted=True, categories=None, products=None)
    assert list(named_nothing) == []
    assert not Promotion.objects.filter(is_restricted=False).exists()
