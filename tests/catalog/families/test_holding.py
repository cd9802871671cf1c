"""A family is held while its products change; whoever comes second finds what the first one did."""

from collections.abc import Sequence
from functools import partial
from threading import Thread

import pytest
from django.db import IntegrityError

from catalog.families import Variant, change_family, create_family, dissolve_family, set_options
from catalog.models import Product, ProductFamily
from catalog.product_files import import_products, plan_products, undo, undo_product_import
from catalog.product_files.writing import write
from catalog.product_history import ProductEdit
from tests.catalog.product_files.test_plan import read
from tests.catalog.product_files.test_undo import imported
from tests.factories import CLI, make_family, make_product
from tests.races.harness import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_of_two_who_add_the_same_combination_at_once_one_does() -> None:
    for number in range(4):
        make_family(f"Mug {number}", ["Colour"])
        make_product(f"A{number}"), make_product(f"B{number}")

        outcomes = race(
            2,
            [
                partial(set_options, f"mug-{number}", [Variant(f"{name}{number}", {"Colour": "red"})], by=CLI)
                for name in "AB"
            ],
        )

        assert sorted(type(each).__name__ for each in outcomes) == ["ProductFamily", "VariantsRefused"]
        assert Product.objects.filter(family__slug=f"mug-{number}", option_1="red").count() == 1


def test_a_file_and_a_person_who_add_the_same_combination_at_once_agree_on_one() -> None:
    make_family("Mug", ["Colour"])
    make_product("A"), make_product("B")
    file = read("sku,family,option_1\nA,mug,red\n")
    seen = plan_products(file)

    race(
        2,
        [
            partial(import_products, file, by=CLI, seen=seen),
            partial(set_options, "mug", [Variant("B", {"Colour": "RED"})], by=CLI),
        ],
    )

    assert Product.objects.filter(family__slug="mug").count() == 1


def test_two_who_make_the_same_family_at_once_have_one() -> None:
    outcomes = race(2, [partial(create_family, "Mug", ["Colour"], by=CLI)] * 2)

    assert sorted(type(each).__name__ for each in outcomes) == ["FamilyTaken", "ProductFamily"]
    assert ProductFamily.objects.count() == 1


def test_a_family_that_is_dissolved_meanwhile_keeps_no_product() -> None:
    make_family("Mug", ["Colour"], {"A": ("red",)})
    make_product("B")

    race(
        2,
        [
            partial(set_options, "mug", [Variant("B", {"Colour": "blue"})], by=CLI),
            partial(dissolve_family, "mug", by=CLI),
        ],
    )

    assert not ProductFamily.objects.exists()
    assert not Product.objects.exclude(family=None, option_1="").exists()


def test_what_the_look_would_miss_the_database_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is ever told that both were added, even if the look saw nothing."""
    make_family("Mug", ["Colour"], {"A": ("red",)})
    make_product("B")
    monkeypatch.setattr("catalog.families.options.TakenValues.refused", lambda self, sku, values: None)

    with pytest.raises(IntegrityError):
        set_options("mug", [Variant("B", {"Colour": "red"})], by=CLI)
    assert Product.objects.get(sku="B").family is None


def test_what_an_undone_import_gives_back_has_a_value_for_an_option_that_is_added_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_family("Mug", ["Colour"], {"A": ("red",), "B": ("blue",)})
    number = imported("sku,family,option_1\nA,,\n")
    add = partial(change_family, "mug", options=["Colour", "Size"], value_for_new="S", by=CLI)
    adding = Thread(target=partial(race, 1, [add]))

    def write_while_another_adds(edits: Sequence[ProductEdit]) -> None:
        adding.start()
        # It ends here only if nothing holds it.
        adding.join(timeout=0.5)
        write(edits)

    monkeypatch.setattr(undo, "write", write_while_another_adds)
    undo_product_import(number, by=CLI)
    adding.join()

    assert set(Product.objects.values_list("family__slug", "option_2")) == {("mug", "S")}
