"""A carrier's file of parcels, whatever its columns are called, and what is wrong with a row of it."""

import io

import pytest

from backoffice.sheets.limits import UnreadableFile
from orders.fulfilment import parcels
from orders.fulfilment.parcels import ParcelFile, ParcelRow, read_parcels

pytestmark = pytest.mark.once


def read(*lines: str, carrier: str = "") -> ParcelFile:
    return read_parcels(io.BytesIO("\n".join(lines).encode()), file_name="parcels.csv", carrier=carrier)


def test_each_row_is_a_parcel_by_its_place_in_the_file() -> None:
    file = read("Colour;Courier;Tracking ID;Your reference", "red; DHL ;'=0034;b-1", "", ";;0035;B-2")

    assert file == ParcelFile(
        columns=("carrier", "tracking_number", "number"),
        ignored_columns=("Colour",),
        rows=(ParcelRow(2, "b-1", "=0034", "DHL"), ParcelRow(4, "B-2", "0035", "")),
        name="parcels.csv",
    )


def test_the_carrier_of_the_whole_file_is_that_of_rows_which_name_none() -> None:
    file = read("order,tracking,carrier", "B-1,1,", "B-2,2,GLS", carrier="DPD")

    assert [parcel.carrier for parcel in file.rows] == ["DPD", "GLS"]
    assert read("order,tracking", "B-1,1", carrier="DPD").rows[0].carrier == "DPD"


def test_a_file_with_too_many_parcels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "MAX_PARCELS", 2)

    assert len(read("order,tracking", "B-1,1", "B-2,2").rows) == 2
    with pytest.raises(UnreadableFile, match="more than 2 rows"):
        read("order,tracking", "B-1,1", "B-2,2", "B-3,3")


@pytest.mark.parametrize(
    "parcel",
    [
        ParcelRow(2, "B-1", "0034"),
        ParcelRow(2, "x" * 40, "1" * 80, "c" * 60),
        ParcelRow(2, "B-1", "1E"),
        ParcelRow(2, "B-1", "JE12E+5X"),
        ParcelRow(2, "B-1", "340434161094042557"),
    ],
)
def test_nothing_is_wrong_with_a_parcel_that_can_be(parcel: ParcelRow) -> None:
    assert parcel.problem == ""


@pytest.mark.parametrize(
    ("parcel", "problem"),
    [
        (ParcelRow(2, "", ""), "The order number is missing."),
        (ParcelRow(2, "B-1", ""), "The tracking number is missing."),
        (ParcelRow(2, "x" * 41, "1"), "number: at most 40 characters, without control characters."),
        (
            ParcelRow(2, "B-1", "1" * 81),
            "tracking_number: at most 80 characters, without control characters.",
        ),
        (
            ParcelRow(2, "B-1", "1\x07"),
            "tracking_number: It contains invisible control characters. Type it again.",
        ),
        (ParcelRow(2, "B-1", "1", "c" * 61), "carrier: at most 60 characters, without control characters."),
    ],
)
def test_what_is_wrong_with_a_parcel_is_told(parcel: ParcelRow, problem: str) -> None:
    assert parcel.problem == problem


@pytest.mark.parametrize("number", ["3.40434E+17", "3,40434e+17", "3E+17"])
def test_a_number_that_a_spreadsheet_has_rounded_is_not_taken(number: str) -> None:
    [parcel] = read("order;tracking", f"B-1;{number}").rows

    assert parcel.problem == (
        f"tracking_number: A spreadsheet has rounded it ({number}). "
        "Format the column as text and type it again."
    )


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["tracking", "1"], 'Needed: number and tracking_number; found: "tracking"'),
        (["order,reference,tracking", "1,2,3"], '2 columns that mean number: "order", "reference"'),
        (["order,tracking"], "no rows"),
        ([""], "no rows"),
    ],
)
def test_a_file_that_tells_of_no_parcels_is_refused_with_what_to_do(lines: list[str], told: str) -> None:
    with pytest.raises(UnreadableFile, match=told):
        read(*lines)
