"""Nothing that names a product, an order or a shipment of the shop becomes a parcel's number, at any door.

`ship_order` and `correct_shipment` ask, so every door does; how each says it is tested at the doors.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.errors import Invalid
from catalog.models import Product, StockMovement
from orders.fulfilment.lifecycle import ship_order
from orders.fulfilment.shipments import correct_shipment
from orders.fulfilment.tracking_numbers import problems_with_tracking_numbers
from orders.models import Shipment
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db
LABEL = "Scan or type the number on the parcel's label."


@pytest.fixture
def number() -> str:
    make_product("TEA-01", on_hand=10, name="Green tea", barcode="4006381333931")
    make_product("UPC", on_hand=10, name="Mug", barcode="036000291452")
    return str(place({"TEA-01": 2}).number)


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("TEA-01", "Green tea (TEA-01)"),
        (" tea-01 ", "Green tea (TEA-01)"),
        ("\uff34\uff25\uff21-01", "Green tea (TEA-01)"),
        ("TEA\u200b-01", "Green tea (TEA-01)"),
        ("4006381333931", "Green tea (TEA-01)"),
        ("04006381333931", "Green tea (TEA-01)"),
        ("036000291452", "Mug (UPC)"),
        ("0036000291452", "Mug (UPC)"),
    ],
)
def test_a_products_code_is_refused_however_it_is_typed(number: str, code: str, meant: str) -> None:
    moved = StockMovement.objects.count()

    with pytest.raises(Invalid) as refused:
        ship_order(number, by=CLI, tracking_number=code)

    assert refused.value.detail == f"{code.strip()} is {meant}, not a tracking number. {LABEL}"
    assert [fault.pointer for fault in refused.value.faults] == ["/tracking_number"]
    assert (Shipment.objects.count(), StockMovement.objects.count()) == (0, moved)


@pytest.mark.parametrize("spelling", ["{}", " {} ", "#{}", "{lower}", "{serial}", "#{serial}"])
def test_an_orders_number_is_refused_the_own_and_anothers(number: str, spelling: str) -> None:
    other = str(place({"TEA-01": 1}).number)
    for named in (number, other):
        text = spelling.format(named, lower=named.lower(), serial=named.removeprefix("B-"))
        with pytest.raises(Invalid, match=f"is order {named}, not a tracking number"):
            ship_order(number, by=CLI, tracking_number=text)
    assert not Shipment.objects.exists()


def test_our_own_name_of_a_shipment_is_refused(number: str) -> None:
    shipment = ship_order(number, by=CLI, lines={"TEA-01": 1})
    with pytest.raises(Invalid, match=f"{str(shipment).lower()} is our own name of a shipment"):
        ship_order(number, by=CLI, tracking_number=str(shipment).lower())


@pytest.mark.parametrize("rounded", ["4.00638E+12", "3,40434e+17", "1E+15"])
def test_a_number_that_a_spreadsheet_rounded_is_refused(number: str, rounded: str) -> None:
    with pytest.raises(Invalid, match="A spreadsheet has rounded this tracking number"):
        ship_order(number, by=CLI, tracking_number=rounded)


@pytest.mark.parametrize("good", ["", "00340434161094042557", "1Z999AA10123456784", "JD0001", "TEA-011"])
def test_what_names_nothing_of_the_shop_is_taken(number: str, good: str) -> None:
    assert ship_order(number, by=CLI, tracking_number=f" {good} ").tracking_number == good


def test_correcting_asks_the_same_rule(number: str) -> None:
    shipment = ship_order(number, by=CLI, tracking_number="0034")
    with pytest.raises(Invalid, match="is Green tea"):
        correct_shipment(number, str(shipment), by=CLI, tracking_number="tea-01")
    assert Shipment.objects.get().tracking_number == "0034"


def test_a_product_without_a_barcode_forbids_no_number(number: str) -> None:
    Product.objects.update(barcode="")
    assert problems_with_tracking_numbers(["0034", "", "  "]) == {}


def test_many_numbers_take_as_many_statements_as_one(number: str) -> None:
    for numbers in (["0034"], ["0034", "TEA-01", number, "00340434161094042557"]):
        with CaptureQueriesContext(connection) as asked:
            problems_with_tracking_numbers(numbers)
        assert len(asked) == 5
