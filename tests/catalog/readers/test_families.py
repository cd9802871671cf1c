"""A family as data: one product tells the same there as everywhere."""

import pytest

from catalog.families import PlannedProduct
from catalog.models import ProductFamily
from catalog.products import archive_product
from catalog.readers.families import (
    FAMILY_FIELDS,
    FamilyFilter,
    families_as_data,
    families_counted,
    family_data,
    planned_as_data,
)
from catalog.readers.products import product_data
from tests.factories import CLI, make_family

pytestmark = pytest.mark.django_db


def test_one_family_and_a_list_of_them_tell_the_same() -> None:
    mug = make_family("Mug", ["Colour", "Size"], {"A": ("red", "S"), "B": ("blue", "S")})
    make_family("Bowl", ["Size"])

    listed = list(families_as_data(families_counted(is_staff=True).order_by("pk")))

    assert [tuple(each) for each in listed] == [FAMILY_FIELDS, FAMILY_FIELDS]
    assert [(each["slug"], each["options"], each["products"]) for each in listed] == [
        ("mug", ["Colour", "Size"], 2),
        ("bowl", ["Size"], 0),
    ]
    told = family_data(mug)
    assert told["variants"] == [product_data(mug.products.get(sku=sku)) for sku in "BA"]
    assert {name: told[name] for name in FAMILY_FIELDS} == listed[0]


def test_the_public_counts_what_is_for_sale() -> None:
    mug = make_family("Mug", ["Colour"], {"A": ("red",), "B": ("blue",)})
    archive_product("A", by=CLI)
    assert family_data(mug, ["products"], is_staff=False) == {"products": 1}
    archive_product("B", by=CLI)
    assert not families_counted(is_staff=False).exists()


@pytest.mark.parametrize(("term", "found"), [("", 2), ("MUG en", 1), ("mug", 2), ("x" * 200, 0), ("tea", 0)])
def test_families_are_found_by_words_of_their_names(term: str, found: int) -> None:
    make_family("Enamel mug"), make_family("Mug")
    assert FamilyFilter(term).of(ProductFamily.objects.all()).count() == found


def test_what_stands_in_the_way_of_nothing_is_null() -> None:
    planned = planned_as_data(PlannedProduct({"Size": "S"}, "A", "Bowl, S", None))
    assert (planned["code"], planned["problem"], planned["options"]) == (None, None, {"Size": "S"})
