"""Making, renaming and dissolving families; their products stay what they are."""

import pytest
from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.models import Source
from backoffice.errors import Invalid
from catalog import stock
from catalog.families import (
    FamilyTaken,
    UnknownFamily,
    Variant,
    change_family,
    create_family,
    dissolve_family,
    family_named,
)
from catalog.families.families import OptionsInUse
from catalog.models import FamilyChange, Product, ProductChange, ProductFamily
from tests.factories import CLI, make_family, make_product, make_user

pytestmark = pytest.mark.django_db


def told_of(family: ProductFamily) -> list[tuple[str, dict[str, object]]]:
    return list(FamilyChange.objects.filter(family=family.pk).order_by("pk").values_list("kind", "changes"))


def values(*skus: str) -> list[tuple[str, str, str]]:
    found = {each.sku: (each.option_1, each.option_2, each.option_3) for each in Product.objects.all()}
    return [found[sku] for sku in skus]


def test_a_family_begins_with_its_options_and_a_slug_of_its_name() -> None:
    family = create_family("  Enamel mug ", ["Colour", " Size "], by=CLI)

    assert (family.name, family.slug, family.options) == ("Enamel mug", "enamel-mug", ("Colour", "Size"))
    assert told_of(family) == [
        (
            "created",
            {
                "name": [None, "Enamel mug"],
                "slug": [None, "enamel-mug"],
                "options": [None, ["Colour", "Size"]],
            },
        )
    ]


def test_it_may_begin_with_products_and_all_histories_tell_of_it() -> None:
    make_product("A"), make_product("B")
    manager = make_user(role="Manager")
    variants = [Variant("a", {"colour": "red"}), Variant("B", {"Colour": "blue "})]

    family = create_family("Mug", ["Colour"], variants=variants, by=Actor(manager, Source.API))

    assert values("A", "B") == [("red", "", ""), ("blue", "", "")]
    entry = FamilyChange.objects.latest("pk")
    assert (entry.changes, entry.actor) == ({"joined": [None, ["A: red", "B: blue"]]}, manager)
    product_entry = ProductChange.objects.filter(product__sku="A").latest("pk")
    assert product_entry.changes == {"family": [None, "mug"], "option_1": ["", "red"]}
    assert set(family.products.values_list("sku", flat=True)) == {"A", "B"}


@pytest.mark.parametrize(
    "options", [[], [""], ["A", "B", "C", "D"], ["Colour", "COLOUR "], ["Colour", " "], ["x" * 41]]
)
def test_one_to_three_options_with_names_of_their_own(options: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        create_family("Mug", options, by=CLI)
    assert refusal.value.faults[0].pointer == "/options"
    assert not ProductFamily.objects.exists()


@pytest.mark.parametrize("name", ["", "\u200b", "x" * 121])
def test_a_family_needs_a_name_that_shows(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create_family(name, ["Colour"], by=CLI)
    assert refusal.value.faults[0].pointer == "/name"


def test_no_two_families_look_the_same() -> None:
    make_family("Mug")
    with pytest.raises(FamilyTaken) as refusal:
        create_family("MUG", ["Size"], slug="other", by=CLI)
    assert [each.pointer for each in refusal.value.faults] == ["/name"]
    with pytest.raises(FamilyTaken) as refusal:
        create_family("Cup", ["Size"], slug="mug", by=CLI)
    assert [each.pointer for each in refusal.value.faults] == ["/slug"]


def test_a_slug_that_is_taken_gets_a_number() -> None:
    slugs = [create_family(name, ["Size"], by=CLI).slug for name in ("Mug", "Mug!", "Кружка", "杯子")]
    assert slugs == ["mug", "mug-2", "family", "family-2"]


def test_it_is_found_by_slug_or_name_in_any_case() -> None:
    family = make_family("Enamel mug")
    assert family_named("ENAMEL-MUG") == family_named(" enamel  MUG") == family
    with pytest.raises(UnknownFamily):
        family_named("nothing")


def test_values_keep_their_places_when_options_are_renamed() -> None:
    family = make_family("Mug", ["Colour", "Size"], {"A": ("red", "S"), "B": ("red", "L")})

    change_family("mug", name="Big mug", options=["Glaze", "Colour"], by=CLI)

    family.refresh_from_db()
    assert (family.name, family.slug, family.options) == ("Big mug", "mug", ("Glaze", "Colour"))
    assert values("A", "B") == [("red", "S", ""), ("red", "L", "")]
    assert told_of(family)[-1] == (
        "changed",
        {"name": ["Mug", "Big mug"], "options": [["Colour", "Size"], ["Glaze", "Colour"]]},
    )


def test_a_new_option_needs_a_value_for_the_products_there_are() -> None:
    make_family("Mug", ["Colour"], {"A": ("red",), "B": ("blue",)})
    with pytest.raises(OptionsInUse):
        change_family("mug", options=["Colour", "Size"], by=CLI)
    assert values("A") == [("red", "", "")]

    change_family("mug", options=["Colour", "Size"], value_for_new="S", by=CLI)

    assert values("A", "B") == [("red", "S", ""), ("blue", "S", "")]


def test_an_option_that_tells_two_products_apart_stays() -> None:
    make_family("Mug", ["Colour", "Size"], {"A": ("red", "S"), "B": ("red", "L"), "C": ("blue", "L")})
    with pytest.raises(OptionsInUse, match="A and B"):
        change_family("mug", options=["Colour"], by=CLI)
    assert family_named("mug").options == ("Colour", "Size")

    Product.objects.filter(sku="B").update(option_1="green", option_1_key="green")
    change_family("mug", options=["Colour"], by=CLI)

    assert values("A", "B", "C") == [("red", "", ""), ("green", "", ""), ("blue", "", "")]


def test_what_changes_nothing_leaves_no_entry() -> None:
    family = make_family("Mug", ["Colour"], {"A": ("red",)})
    before = FamilyChange.objects.count()
    change_family("mug", name="Mug", options=["Colour"], by=CLI)
    assert FamilyChange.objects.count() == before
    assert told_of(family)


def test_a_dissolved_family_leaves_its_products_their_stock_and_its_history() -> None:
    family = make_family("Mug", ["Colour"], {"A": ("red",), "B": ("blue",)})
    stock.receive("A", 5, by=CLI)

    assert dissolve_family("mug", by=CLI) == 2

    assert not ProductFamily.objects.exists()
    assert values("A", "B") == [("", "", ""), ("", "", "")]
    assert Product.objects.get(sku="A").on_hand == 5
    left, dissolved = FamilyChange.objects.filter(family=family.pk).order_by("pk")[2:]
    assert left.changes == {"left": [["A: red", "B: blue"], None]}
    assert (dissolved.kind, dissolved.changes["name"]) == ("dissolved", ["Mug", None])


@pytest.mark.parametrize(
    "raw",
    [
        {"option_1": "", "option_1_key": ""},
        {"option_3": "x", "option_3_key": "x"},
        {"family": None},
        {"option_1": "blue", "option_1_key": "blue"},
    ],
)
def test_the_database_itself_keeps_values_in_order_and_apart(raw: dict[str, object]) -> None:
    make_family("Mug", ["Colour"], {"A": ("red",), "B": ("blue",)})
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(sku="A").update(**raw)


@pytest.mark.parametrize("raw", [{"option_1": ""}, {"option_3": "Size"}])
def test_the_database_itself_keeps_options_in_order(raw: dict[str, object]) -> None:
    make_family("Mug", ["Colour"])
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductFamily.objects.update(**raw)


def test_a_slug_means_its_own_family_also_where_an_older_one_is_called_like_it() -> None:
    older = create_family("Cups", ["Colour"], by=CLI)
    change_family("cups", name="Mugs", by=CLI)
    create_family("Sets of mugs", ["Size"], slug="Mugs", by=CLI)
    assert (family_named("mugs").name, family_named("MUGS").name) == ("Sets of mugs", "Sets of mugs")

    dissolve_family("mugs", by=CLI)

    assert list(ProductFamily.objects.all()) == [older]


def test_two_slugs_that_differ_by_capitals_are_the_same() -> None:
    create_family("Cups", ["Colour"], slug="Mugs", by=CLI)

    with pytest.raises(FamilyTaken):
        create_family("Sets of mugs", ["Size"], slug="mugs", by=CLI)
