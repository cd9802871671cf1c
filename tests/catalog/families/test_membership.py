"""Products join a family with values of their own, change them and leave; no two have the same."""

import pytest

from backoffice.errors import Invalid
from catalog.families import Variant, create_family, set_options, take_out
from catalog.families.membership import InAnotherFamily, NotInFamily, VariantsRefused
from catalog.families.options import MOST_PRODUCTS, MOST_VALUES
from catalog.models import FamilyChange, Product, ProductChange
from catalog.products import UnknownSku, edit_product
from tests.factories import CLI, make_family, make_product

pytestmark = pytest.mark.django_db


def values() -> dict[str, tuple[str | None, str, str]]:
    products = Product.objects.order_by("sku").select_related("family")
    return {
        each.sku: (each.family.slug if each.family else None, each.option_1, each.option_2)
        for each in products
    }


def test_two_products_may_swap_their_values_at_once() -> None:
    make_family("Mug", ["Colour"], {"A": ("red",), "B": ("blue",)})

    set_options("mug", [Variant("A", {"Colour": "blue"}), Variant("B", {"Colour": "red"})], by=CLI)

    assert values() == {"A": ("mug", "blue", ""), "B": ("mug", "red", "")}
    assert FamilyChange.objects.latest("pk").changes == {
        "values": [["A: red", "B: blue"], ["A: blue", "B: red"]]
    }
    assert ProductChange.objects.latest("pk").changes == {"option_1": ["blue", "red"]}


def test_values_that_look_the_same_are_the_same() -> None:
    make_family("Mug", ["Colour"], {"A": ("red",)})
    make_product("B"), make_product("C")

    with pytest.raises(VariantsRefused) as refusal:
        set_options("mug", [Variant("C", {"Colour": "x"}), Variant("B", {"Colour": "RED\u200b "})], by=CLI)

    [fault] = refusal.value.faults
    assert (fault.pointer, fault.code, fault.facts["sku"]) == ("/products/1", "variant_taken", "B")
    assert values() == {"A": ("mug", "red", ""), "B": (None, "", ""), "C": (None, "", "")}


def test_a_value_written_otherwise_is_changed() -> None:
    make_family("Mug", ["Colour"], {"A": ("red",)})
    set_options("mug", [Variant("A", {"Colour": "Red"})], by=CLI)
    assert values()["A"] == ("mug", "Red", "")


@pytest.mark.parametrize(
    ("options", "pointer", "code"),
    [
        ({}, "/products/0/options/Colour", "option_missing"),
        ({"Colour": "red", "Size": "  "}, "/products/0/options/Size", "option_missing"),
        ({"Colour": "red", "Size": "S", "Glaze": "x"}, "/products/0/options/Glaze", "no_such_option"),
    ],
)
def test_every_option_has_a_value_and_no_other(options: dict[str, str], pointer: str, code: str) -> None:
    make_family("Mug", ["Colour", "Size"])
    make_product("A")

    with pytest.raises(Invalid) as refusal:
        set_options("mug", [Variant("A", options)], by=CLI)

    [fault] = refusal.value.faults
    assert (fault.pointer, fault.code) == (pointer, code)
    assert values() == {"A": (None, "", "")}


def test_a_value_that_is_too_long_is_refused() -> None:
    make_family("Mug", ["Colour"])
    make_product("A")
    with pytest.raises(Invalid, match="60"):
        set_options("mug", [Variant("A", {"Colour": "x" * 61})], by=CLI)
    assert values() == {"A": (None, "", "")}


def test_a_product_belongs_to_one_family() -> None:
    make_family("Mug", ["Colour"], {"A": ("red",)})
    make_family("Cup", ["Colour"])
    with pytest.raises(InAnotherFamily, match="A belongs"):
        set_options("cup", [Variant("A", {"Colour": "red"})], by=CLI)


def test_unknown_and_repeated_products_are_named() -> None:
    make_family("Mug", ["Colour"], {"A": ("red",)})
    with pytest.raises(UnknownSku, match="NOPE"):
        set_options("mug", [Variant("NOPE", {"Colour": "red"})], by=CLI)
    with pytest.raises(Invalid, match="twice"):
        set_options("mug", [Variant("A", {"Colour": "x"}), Variant("a", {"Colour": "y"})], by=CLI)


def test_a_product_that_is_taken_out_keeps_everything_else() -> None:
    make_family("Mug", ["Colour"], {"A": ("red",), "B": ("blue",)})

    take_out("mug", ["a"], by=CLI)

    assert values() == {"A": (None, "", ""), "B": ("mug", "blue", "")}
    assert FamilyChange.objects.latest("pk").changes == {"left": [["A: red"], None]}
    assert ProductChange.objects.latest("pk").changes == {"family": ["mug", None], "option_1": ["red", ""]}
    with pytest.raises(NotInFamily):
        take_out("mug", ["B", "A"], by=CLI)
    assert values()["B"] == ("mug", "blue", "")


def test_an_edited_product_stays_in_its_family() -> None:
    make_family("Mug", ["Colour"], {"A": ("red",)})
    edit_product("A", by=CLI, changes={"name": "Other", "sku": "A2"})
    assert values() == {"A2": ("mug", "red", "")}


def test_a_family_changes_whenever_its_products_do() -> None:
    family = make_family("Mug", ["Colour"], {"A": ("red",)})
    before = type(family).objects.get().updated_at
    set_options("mug", [Variant("A", {"Colour": "blue"})], by=CLI)
    assert type(family).objects.get().updated_at > before


def test_what_a_family_holds_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (MOST_VALUES, MOST_PRODUCTS) == (100, 500)
    monkeypatch.setattr("catalog.families.options.MOST_VALUES", 2)
    monkeypatch.setattr("catalog.families.options.MOST_PRODUCTS", 3)
    create_family("Mug", ["Colour", "Size"], by=CLI)
    for sku in "ABCD":
        make_product(sku)

    def add(*wanted: tuple[str, str, str]) -> None:
        variants = [Variant(sku, {"Colour": colour, "Size": size}) for sku, colour, size in wanted]
        set_options("mug", variants, by=CLI)

    add(("A", "red", "S"), ("B", "blue", "S"))
    with pytest.raises(VariantsRefused) as refusal:
        add(("C", "green", "S"))
    assert refusal.value.faults[0].code == "too_many_values"
    add(("C", "red", "L"))
    with pytest.raises(VariantsRefused) as refusal:
        add(("D", "blue", "L"))
    assert refusal.value.faults[0].code == "family_full"
