"""A carrier's file on the bulk shipping page: previewed, kept in the page, applied as it was shown."""

from dataclasses import replace
from io import BytesIO
from typing import Any, Literal, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from accounts.actors import Actor
from backoffice.errors import Invalid
from backoffice.numbers import grouped
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.plans import Outcome, PlannedRow, RowPlan, RowsChanged
from backoffice.sheets.remarks import kept_remarks, remarks_kept
from backoffice.sheets.table import FaultyCell
from orders.admin.shipping.bulk_rows import tried_again
from orders.fulfilment.dispatch import dispatch, plan_dispatch
from orders.fulfilment.parcels import ParcelFile, ParcelRow, read_parcels

MOST_PARCELS = 1_000
# Smaller than what a form may carry.
MOST_CARRIED = 800_000
MOST_PASTED = 400_000
CHANGED = gettext_lazy(
    "Orders changed since you looked at the file; nothing was shipped. This is what it would do now."
)


class ParcelFileForm(forms.Form):
    """A file, or its content as text copied from a spreadsheet."""

    file = forms.FileField(required=False, allow_empty_file=True)
    pasted = forms.CharField(required=False, strip=False, max_length=MOST_PASTED)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not data["file"] and not data["pasted"].strip():
            raise forms.ValidationError(_("Choose a file, or paste its rows with their header."))
        return data

    def parcels(self, *, carrier: str) -> ParcelFile:
        """Read the parcels; `carrier` is for rows that name none. Raises UnreadableFile."""
        file = self.cleaned_data["file"]
        if file:
            return _within_limits(read_parcels(file, file_name=file.name, carrier=carrier))
        content = BytesIO(self.cleaned_data["pasted"].encode())
        read = read_parcels(content, file_name="pasted.csv", carrier=carrier)
        return _within_limits(replace(read, name=""))


class CarriedParcel(BaseModel):
    """A parcel with the number of units that the preview showed; 0 when it would change nothing."""

    model_config = ConfigDict(extra="forbid")

    row: int
    number: str
    tracking_number: str
    carrier: str
    units: int
    fault: tuple[str, str, dict[str, str]] | None = None

    @property
    def parcel(self) -> ParcelRow:
        fault = FaultyCell(*self.fault) if self.fault else None
        return ParcelRow(self.row, self.number, self.tracking_number, self.carrier, fault)


class Carried(BaseModel):
    """A previewed file. The page sends it back, so that exactly this is applied."""

    model_config = ConfigDict(extra="forbid")

    columns: tuple[Literal["number", "tracking_number", "carrier"], ...]
    ignored_columns: tuple[str, ...]
    remarks: tuple[tuple[str, dict[str, Any]], ...] = ()
    name: str = ""
    rows: tuple[CarriedParcel, ...] = Field(min_length=1, max_length=MOST_PARCELS)

    @property
    def file(self) -> ParcelFile:
        parcels = tuple(each.parcel for each in self.rows)
        return ParcelFile(self.columns, self.ignored_columns, parcels, remarks_kept(self.remarks), self.name)

    @property
    def seen_units(self) -> dict[int, int]:
        return {each.row: each.units for each in self.rows}


def _within_limits(file: ParcelFile) -> ParcelFile:
    if len(file.rows) > MOST_PARCELS:
        text = _("The file has %(count)s rows; this page takes %(most)s at a time. Split it.")
        raise UnreadableFile(text % {"count": grouped(len(file.rows)), "most": grouped(MOST_PARCELS)})
    return file


def carried(file: ParcelFile, plan: RowPlan) -> str:
    """Return the previewed file as text for the form. Raises UnreadableFile when it is too large."""
    rows = tuple(
        CarriedParcel(
            row=parcel.row,
            number=parcel.number,
            tracking_number=parcel.tracking_number,
            carrier=parcel.carrier,
            units=units_in_row(row),
            fault=cast("Any", parcel.fault and tuple(parcel.fault)),
        )
        for parcel, row in zip(file.rows, plan.rows, strict=True)
    )
    kept = Carried(
        columns=cast("Any", file.columns),
        ignored_columns=file.ignored_columns,
        remarks=cast("Any", kept_remarks(file.remarks)),
        name=file.name,
        rows=rows,
    ).model_dump_json()
    if len(kept.encode()) > MOST_CARRIED:
        raise UnreadableFile(_("The file has very long cells. Keep only the columns needed, or split it."))
    return kept


def brought_back(text: str) -> Carried:
    """Return the file from a preview's form. Raises Invalid when it was altered or cut off."""
    try:
        return Carried.model_validate_json(text)
    except ValidationError as error:
        raise Invalid(
            _("The preview did not arrive whole; nothing was shipped. Choose the file again.")
        ) from error


def ship_as_seen(seen: Carried, *, by: Actor) -> RowPlan:
    """Ship exactly what was seen; parcels that have left since then, by a second click, are no change.

    Raises:
        RowsChanged: nothing was shipped.
    """
    file, units = seen.file, seen.seen_units

    def ship() -> RowPlan:
        plan = plan_dispatch(file)
        if any(row.outcome is not Outcome.SAME and units_in_row(row) != units[row.row] for row in plan.rows):
            raise RowsChanged(str(CHANGED))
        return dispatch(file, by=by, seen=plan, skip_invalid=True)

    return tried_again(ship)


def units_in_row(row: PlannedRow) -> int:
    return int(row.changes["units"][1]) if row.outcome is Outcome.NEW else 0
