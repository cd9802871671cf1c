"""A category is deleted only when nothing uses it, and the refusal names what does."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.actors import Actor
from accounts.models import Source
from catalog.categories import CategoryInUse, CategoryTaken, delete_category, save_category
from catalog.models import Category, CategoryChange, Product
from catalog.products import edit_product
from tests.factories import CLI, make_batch, make_category, make_product, make_user

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


def test_the_history_tells_what_a_category_was_called_by_whom_and_through_which_door() -> None:
    anna = Actor(make_user("anna@example.com", role="Manager"), Source.ADMIN)
    teas = Category(name="Teas", slug="teas")
    save_category(teas, by=CLI)
    teas.name = "Green teas"
    save_category(teas, by=anna)
    save_category(teas, by=anna)
    pk = teas.pk
    delete_category(teas, by=anna)

    entries = CategoryChange.objects.filter(category=pk).order_by("pk")
    assert list(entries.values_list("kind", "changes", "actor__email", "source")) == [
        ("created", {"name": [None, "Teas"], "slug": [None, "teas"]}, None, "cli"),
        ("changed", {"name": ["Teas", "Green teas"]}, "anna@example.com", "admin"),
        ("deleted", {"name": ["Green teas", None], "slug": ["teas", None]}, "anna@example.com", "admin"),
    ]


def test_a_name_that_another_category_has_just_taken_is_refused_and_leaves_no_entry() -> None:
    make_category("Teas")
    with pytest.raises(CategoryTaken):
        save_category(Category(name="Teas", slug="other"), by=CLI)
    assert not CategoryChange.objects.exists()


def test_its_page_shows_old_and_new_names_and_who_changed_them(client: Client) -> None:
    client.force_login(make_user("anna@example.com", role="Manager", name="Anna"))
    page = "/admin/catalog/category/"
    client.post(f"{page}add/", {"name": "Teas", "slug": "teas"})
    pk = Category.objects.get().pk
    client.post(f"{page}{pk}/change/", {"name": "<b>Teas", "slug": "teas"})

    shown = client.get(f"{page}{pk}/change/").text
    assert '<del class="bo-old"><bdi>Teas</bdi></del>' in shown
    assert '<ins class="bo-new"><bdi>&lt;b&gt;Teas</bdi></ins>' in shown
    assert "Anna" in shown
    assert client.get(f"{page}{pk}/history/").headers["Location"] == f"{page}{pk}/change/#changes"
    assert not LogEntry.objects.exists()
