"""Options and values: in the order of the family, each once, compared as they look."""

import pytest

from backoffice.errors import Invalid
from catalog.families.options import (
    NO_VALUES,
    TakenValues,
    by_name,
    fault_of_values,
    names_in_columns,
    values_named,
)
from catalog.models import ProductFamily

pytestmark = pytest.mark.once

MUG = ProductFamily(name="Mug", option_1="Colour", option_2="Size")


def test_names_fill_the_columns_from_the_first_on() -> None:
    assert names_in_columns([" Colour ", "Size"]) == {
        "option_1": "Colour",
        "option_2": "Size",
        "option_3": "",
    }


def test_values_stand_in_the_order_of_the_options_whatever_the_case_of_their_names() -> None:
    assert values_named(MUG, {"SIZE": " S ", "colour": "red"}) == ("red", "S", "")
    assert values_named(MUG, {"size": "S"}) == ("", "S", "")
    with pytest.raises(Invalid, match="Glaze") as refusal:
        values_named(MUG, {"Glaze": "matt"})
    assert refusal.value.faults[0].pointer == "/options/Glaze"


def test_values_are_told_by_the_names_of_their_options() -> None:
    assert by_name(("Colour", "Size", ""), ("red", "S", "")) == {"Colour": "red", "Size": "S"}
    assert by_name((None, None, None), NO_VALUES) is None


@pytest.mark.parametrize(
    ("family", "values", "fault"),
    [
        (MUG, ("red", "S", ""), None),
        (None, NO_VALUES, None),
        (MUG, ("red", "\u200b", ""), ("option_missing", 1)),
        (MUG, ("red", "S", "x"), ("no_such_option", 2)),
        (None, ("red", "", ""), ("options_without_family", 0)),
    ],
)
def test_every_option_has_a_value_and_nothing_else_has(
    family: ProductFamily | None, values: tuple[str, ...], fault: tuple[str, int] | None
) -> None:
    found = fault_of_values(family, values)
    assert (found and (found.code, found.place)) == fault
    assert found is None or found.in_words


def test_values_that_look_the_same_are_taken_by_one_product() -> None:
    taken = TakenValues(MUG)
    assert taken.refused("A", ("red", "S", "")) is None
    assert taken.refused("a", ("RED", "S", "")) is None
    fault = taken.refused("B", ("Red", "s", ""))
    assert fault
    assert (fault.code, fault.facts) == ("variant_taken", {"sku": "a"})
