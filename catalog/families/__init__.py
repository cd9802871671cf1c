"""Families of products: made, renamed, filled, and dissolved again; their products stay what they are."""

from catalog.families.combinations import (
    PlannedProduct,
    make_products,
    offered_pattern,
    plan_products_of,
)
from catalog.families.families import (
    FamilyTaken,
    change_family,
    create_family,
    dissolve_family,
)
from catalog.families.holding import UnknownFamily, family_named
from catalog.families.membership import Variant, set_options, take_out
from catalog.families.options import MOST_OPTIONS, MOST_PRODUCTS, MOST_VALUES

__all__ = [
    "MOST_OPTIONS",
    "MOST_PRODUCTS",
    "MOST_VALUES",
    "FamilyTaken",
    "PlannedProduct",
    "UnknownFamily",
    "Variant",
    "change_family",
    "create_family",
    "dissolve_family",
    "family_named",
    "make_products",
    "offered_pattern",
    "plan_products_of",
    "set_options",
    "take_out",
]
