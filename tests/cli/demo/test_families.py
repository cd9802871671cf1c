"""Families of the demo are found by the names of the sample, the same ones each time."""

from decimal import Decimal

import pytest

from catalog.models import Product, ProductFamily
from cli.demo.families import families_in, make_families
from cli.demo.reading import SampleProduct
from tests.factories import CLI, make_product

NAMES = (
    *("EDWARDIAN PARASOL BLACK", "EDWARDIAN PARASOL PINK", "EDWARDIAN PARASOL NATURAL"),
    *("SMALL BABUSHKA NOTEBOOK RED", "LARGE BABUSHKA NOTEBOOK RED", "SMALL BABUSHKA NOTEBOOK YELLOW"),
    *(
        "RED CUP",
        "BLUE CUP",
        "GREEN CUP",
        "POLKADOT BOWL BLUE",
        "POLKADOT BOWL PINK",
        "RED AND BLUE FELT HEART",
    ),
)
PRODUCTS = [SampleProduct(f"P-{place}", name, Decimal(1)) for place, name in enumerate(NAMES)]


@pytest.mark.once
def test_names_that_differ_by_colour_or_by_size_and_colour_make_a_family() -> None:
    found = {family.name: (family.options, family.variants) for family in families_in(PRODUCTS)}
    assert found == {
        "Babushka notebook": (
            ("Size", "Colour"),
            {
                "P-3": {"Size": "Small", "Colour": "Red"},
                "P-4": {"Size": "Large", "Colour": "Red"},
                "P-5": {"Size": "Small", "Colour": "Yellow"},
            },
        ),
        "Edwardian parasol": (
            ("Colour",),
            {"P-0": {"Colour": "Black"}, "P-1": {"Colour": "Pink"}, "P-2": {"Colour": "Natural"}},
        ),
    }


@pytest.mark.django_db
def test_they_are_made_once_and_joined_by_what_comes_later() -> None:
    for product in PRODUCTS:
        make_product(product.sku, name=product.name)
    assert sum(make_families(PRODUCTS[:-1], CLI)) == len(PRODUCTS) - 1
    later = SampleProduct("P-99", "EDWARDIAN PARASOL RED", Decimal(1))
    make_product(later.sku, name=later.name)

    list(make_families([*PRODUCTS, later], CLI))

    assert ProductFamily.objects.count() == 2
    assert Product.objects.filter(family__slug="edwardian-parasol").count() == 4
