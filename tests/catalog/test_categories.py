"""A category is deleted only when nothing uses it, and the refusal names what does."""

import pytest

from catalog.categories import CategoryInUse, delete_category
from catalog.models import Category, Product
from catalog.products import edit_product
from tests.factories import CLI, make_batch, make_category, make_product

pytestmark = pytest.mark.django_db


def refusal(category: Category) -> CategoryInUse:
    with pytest.raises(CategoryInUse) as refused:
        delete_category(category, by=CLI)
    return refused.value


def test_a_category_that_nothing_uses_is_deleted_alone() -> None:
    teas, lamps = make_category("Teas"), make_category("Lamps")
    make_product("LAMP", category=lamps)

    delete_category(teas, by=CLI)

    assert list(Category.objects.all()) == [lamps]


def test_a_category_with_a_product_stays_until_the_product_has_another() -> None:
    teas = make_category("Teas")
    make_product("TEA", name="Green tea", category=teas, is_active=False)

    refused = refusal(teas)

    assert refused.code == "category_in_use"
    assert "Green tea" in refused.detail
    assert Product.objects.get().category == teas
    edit_product("TEA", by=CLI, changes={"category": None})
    delete_category(teas, by=CLI)
    assert not Category.objects.exists()


def test_of_many_users_the_first_ten_are_named_and_the_others_counted() -> None:
    teas = make_category("Teas")
    for number in range(10):
        make_product(f"TEA-{number}", name=f"Tea {number}", category=teas)
    assert "Tea 9" in refusal(teas).detail
    assert "more" not in refusal(teas).detail

    for number in range(2):
        make_product(f"ZEN-{number}", name=f"Zen {number}", category=teas)

    assert "Tea 9" in refusal(teas).detail
    assert "2 more" in refusal(teas).detail
    assert "Zen" not in refusal(teas).detail
    assert Category.objects.get() == teas


def test_the_refusal_names_every_promotion_that_uses_the_category() -> None:
    lanterns = make_category("Lanterns")
    for name in ("Spring", "Autumn"):
        make_batch(1, name=name, category_ids=(lanterns.pk,))

    with pytest.raises(CategoryInUse, match="promotion Autumn, promotion Spring use it") as refused:
        delete_category(lanterns, by=CLI)

    assert refused.value.code == "category_in_use"
    assert Category.objects.count() == 1
