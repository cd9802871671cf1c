"""A file may put products into families, with their values: a problem is told row by row."""

import pytest

from backoffice.sheets.plans import Outcome
from catalog.families import change_family, dissolve_family
from catalog.models import FamilyChange, Product
from catalog.product_files import import_products, plan_products, undo_product_import
from tests.catalog.product_files.test_plan import read
from tests.catalog.product_files.test_undo import imported, refusal
from tests.factories import CLI, make_family, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug() -> None:
    make_product("B"), make_product("C"), make_product("D"), make_product("E")
    make_family("Enamel mug", ["Colour", "Size"], {"A": ("red", "S"), "X": ("red", "L")})


def placed() -> dict[str, tuple[str | None, str, str]]:
    return {
        each.sku: (each.family.slug if each.family else None, each.option_1, each.option_2)
        for each in Product.objects.select_related("family")
    }


@pytest.mark.usefixtures("mug")
def test_rows_join_a_family_get_other_values_and_leave_it() -> None:
    file = read(
        "sku,name,price,family,option_1,option_2\n"
        "A,Product A,3.39,enamel-mug,blue,S\n"
        "X,Product X,3.39,,,\n"
        "B,Product B,3.39,ENAMEL mug,green,S\n"
        "NEW,New,1.00,Enamel mug,white,S\n"
    )
    plan = plan_products(file)
    assert [row.outcome for row in plan.rows] == [Outcome.CHANGE, Outcome.CHANGE, Outcome.CHANGE, Outcome.NEW]
    assert plan.rows[2].changes == {
        "family": (None, "enamel-mug"),
        "option_1": ("", "green"),
        "option_2": ("", "S"),
    }

    import_products(file, by=CLI, seen=plan)

    found = placed()
    assert found["A"] == ("enamel-mug", "blue", "S")
    assert found["X"] == (None, "", "")
    assert found["B"] == ("enamel-mug", "green", "S")
    assert found["NEW"] == ("enamel-mug", "white", "S")
    assert Product.objects.get(sku="NEW").option_1_key == "white"
    assert FamilyChange.objects.latest("pk").changes == {
        "joined": [None, ["B: green, S", "NEW: white, S"]],
        "values": [["A: red, S"], ["A: blue, S"]],
        "left": [["X: red, L"], None],
    }
    assert all(row.outcome is Outcome.SAME for row in plan_products(file).rows)


@pytest.mark.usefixtures("mug")
def test_what_cannot_be_is_told_in_its_row() -> None:
    rows = plan_products(
        read(
            "sku,family,option_1,option_2,option_3\n"
            "A,Cup,red,S,\n"
            "B,enamel-mug,RED,s,\n"
            "C,enamel-mug,green,,\n"
            "D,enamel-mug,green,S,matt\n"
            "E,,green,,\n"
        )
    ).rows
    assert [(row.problem_code, row.problem) for row in rows] == [
        ("unknown_family", "family: There is no family “Cup”: add it first."),
        ("variant_taken", "A has these values already in this family."),
        ("option_missing", "option_2: A value for Size is needed."),
        ("no_such_option", "option_3: The family has no such option: leave this empty. It has Colour, Size."),
        (
            "options_without_family",
            "option_1: Only products of a family have options: name the family, or leave this empty.",
        ),
    ]


@pytest.mark.usefixtures("mug")
def test_two_rows_cannot_have_the_same_values() -> None:
    first, second = plan_products(
        read("sku,family,option_1,option_2\nB,enamel-mug,green,S\nC,enamel-mug,green,S\n")
    ).rows
    assert (first.outcome, second.problem_code) == (Outcome.CHANGE, "variant_taken")


@pytest.mark.usefixtures("mug")
def test_a_file_without_these_columns_leaves_them_alone_and_asks_nothing_of_families() -> None:
    imported("sku,price\nA,9.00\n")
    assert placed()["A"] == ("enamel-mug", "red", "S")


@pytest.mark.usefixtures("mug")
def test_one_column_alone_is_enough_for_a_product_of_a_family() -> None:
    imported("sku,option_1\nA,blue\n")
    assert placed()["A"] == ("enamel-mug", "blue", "S")


@pytest.mark.usefixtures("mug")
def test_undoing_gives_families_and_values_back() -> None:
    before = placed()
    number = imported("sku,family,option_1,option_2\nA,,,\nX,enamel-mug,blue,L\nB,enamel-mug,green,S\n")
    assert placed() != before

    undo_product_import(number, by=CLI)

    assert placed() == before


@pytest.mark.usefixtures("mug")
def test_undoing_an_import_that_says_nothing_of_families_leaves_its_products_in_theirs() -> None:
    before = placed()
    number = imported("sku,name\nA,Cup\n")

    undo_product_import(number, by=CLI)

    assert placed() == before
    assert Product.objects.get(sku="A").name != "Cup"


@pytest.mark.usefixtures("mug")
def test_what_no_longer_fits_is_not_undone() -> None:
    number = imported("sku,family,option_1,option_2\nA,,,\n")
    imported("sku,family,option_1,option_2\nB,enamel-mug,red,S\n")
    assert refusal(number)[1] == [
        "Row 2 (A): family: Its earlier family does not take its earlier values any more."
    ]
    dissolve_family("enamel-mug", by=CLI)
    assert refusal(number)[1] == ["Row 2 (A): family: Its earlier family enamel-mug is not there any more."]


def test_a_slug_in_a_file_means_its_own_family_also_where_another_is_called_like_it() -> None:
    make_family("Sets of mugs", ["Size"], {"A": ("S",)})
    make_family("Cups", ["Colour"])
    change_family("cups", name="Sets-of-mugs", by=CLI)

    # As it was exported.
    imported("sku,family,option_1\nA,sets-of-mugs,L\n")
    assert placed()["A"] == ("sets-of-mugs", "L", "")
