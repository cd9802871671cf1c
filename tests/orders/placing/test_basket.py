"""A basket is looked at before the shop is: quantities, address, note and fee."""

from dataclasses import replace
from decimal import Decimal

import pytest

from backoffice.errors import Invalid
from orders.placing.basket import (
    MAX_LINES,
    MAX_NOTE,
    MAX_QUANTITY,
    Address,
    EmptyOrder,
    LineRequest,
    Wanted,
    address_fields,
    checked_fee,
    checked_note,
    merged,
)

pytestmark = pytest.mark.once

HOME = Address(name=" Theo Jansen ", line1="Seeweg 56", postcode="34878", city="Köln", country="de")


def many(count: int) -> list[LineRequest]:
    return [LineRequest(f"S-{number}", 1) for number in range(count)]


def test_lines_of_one_product_are_merged_in_their_first_place() -> None:
    lines = [LineRequest(" tea-01 ", 2), LineRequest("MUG", 1), LineRequest("TEA-01", 3)]

    assert list(merged(lines).items()) == [
        ("tea-01", Wanted("tea-01", 5, "/lines/0")),
        ("mug", Wanted("MUG", 1, "/lines/1")),
    ]


@pytest.mark.parametrize("quantity", [1, MAX_QUANTITY])
def test_a_line_may_ask_for_one_unit_and_for_a_million(quantity: int) -> None:
    assert merged([LineRequest("A", quantity)])["a"].quantity == quantity


@pytest.mark.parametrize("quantity", [0, -1, MAX_QUANTITY + 1])
def test_every_impossible_quantity_is_named_at_its_line(quantity: int) -> None:
    lines = [LineRequest("A", quantity), LineRequest("B", 1), LineRequest("C" * 65, quantity)]

    with pytest.raises(Invalid) as refused:
        merged(lines)

    assert [(fault.pointer, fault.detail) for fault in refused.value.faults] == [
        ("/lines/0/quantity", "Order between 1 and 1,000,000 of A."),
        ("/lines/2/quantity", f"Order between 1 and 1,000,000 of {'C' * 64}."),
    ]


def test_an_order_without_lines_is_empty() -> None:
    with pytest.raises(EmptyOrder) as refused:
        merged([])
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/lines", "empty_order")]


def test_an_order_has_at_most_five_hundred_products() -> None:
    assert len(merged([*many(MAX_LINES), *many(MAX_LINES)])) == 500
    with pytest.raises(Invalid) as refused:
        merged(many(MAX_LINES + 1))
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/lines", "too_long")]


def test_an_address_is_trimmed_and_its_country_written_in_capitals() -> None:
    assert address_fields(HOME) == {
        "ship_name": "Theo Jansen",
        "ship_line1": "Seeweg 56",
        "ship_line2": "",
        "ship_city": "Köln",
        "ship_region": "",
        "ship_postcode": "34878",
        "ship_country": "DE",
        "ship_phone": "",
    }


def test_without_an_address_there_is_no_order() -> None:
    with pytest.raises(Invalid) as refused:
        address_fields(None)
    assert [fault.pointer for fault in refused.value.faults] == ["/shipping_address"]


def test_every_part_that_is_missing_or_cannot_be_is_named() -> None:
    odd = Address(name=" ", line1="x" * 121, city="Kö\x00ln", country="DEU", postcode="1" * 21)

    with pytest.raises(Invalid) as refused:
        address_fields(odd)

    assert {fault.pointer: fault.detail for fault in refused.value.faults} == {
        "/shipping_address/name": "Missing.",
        "/shipping_address/line1": "At most 120 characters, without control characters.",
        "/shipping_address/city": "Remove the control character U+0000: it is character 3 of the text.",
        "/shipping_address/country": (
            "“DEU” is not a country: give its code of ISO 3166-1, such as DE for Germany."
        ),
        "/shipping_address/postcode": "At most 20 characters, without control characters.",
    }


@pytest.mark.parametrize("country", ["D", "D1", "Ü1", "ДЕ", "--", "XX", "UK", "ZZ", "D\x00"])
def test_a_country_is_one_of_the_list(country: str) -> None:
    with pytest.raises(Invalid) as refused:
        address_fields(replace(HOME, country=country))
    assert [fault.pointer for fault in refused.value.faults] == ["/shipping_address/country"]


def test_a_note_is_trimmed_and_has_at_most_two_thousand_characters() -> None:
    assert checked_note(" By the door.\n") == "By the door."
    assert checked_note(f" {'x' * MAX_NOTE} ") == "x" * 2_000
    for note in ("x" * (MAX_NOTE + 1), "a\x00b"):
        with pytest.raises(Invalid) as refused:
            checked_note(note)
        assert [fault.pointer for fault in refused.value.faults] == ["/note"]


@pytest.mark.parametrize("fee", ["0", "4.9", "4.90", "4.900", "99999999.99"])
def test_a_fee_is_an_amount(fee: str) -> None:
    assert checked_fee(Decimal(fee)) == Decimal(fee)


@pytest.mark.parametrize(
    "fee", ["-0.01", "4.905", "99999999.991", "100000000.00", "NaN", "Infinity", "-Infinity"]
)
def test_a_fee_that_is_no_amount_is_refused(fee: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_fee(Decimal(fee))
    assert [fault.pointer for fault in refused.value.faults] == ["/shipping_fee"]
