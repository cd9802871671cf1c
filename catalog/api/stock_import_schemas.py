"""What the API takes and returns for stock imports."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from accounts.models import Source
from backoffice.api.inputs import Input, Moment, Truth, text
from backoffice.api.pagination import FieldsQuery, ListQuery
from catalog.api.schemas import RemarkOut
from catalog.models import ImportMode, ImportState


class ImportQuery(BaseModel):
    dry_run: bool = Field(False, description="Only plan: apply it later with POST …/apply.")
    skip_invalid: bool = Field(False, description="Apply the good rows although others have problems.")
    again: bool = Field(False, description="Apply a file that was applied before.")
    limit: int = Field(20, ge=1, le=100, description="How many rows of the plan to show.")


class ImportFilters(ListQuery):
    state: ImportState | None = None
    mode: ImportMode | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None


class PlanQuery(FieldsQuery):
    limit: int = Field(20, ge=1, le=100, description="How many rows of the plan to show.")
    cursor: Annotated[str, text(2000)] | None = Field(None, description="`next` of an answer.")


class RowFilters(ListQuery):
    problems: bool | None = Field(None, description="true: only rows with one; false: only rows without.")


class ApplyIn(Input):
    skip_invalid: Truth = False
    again: Truth = False


class UndoIn(Input):
    skip_invalid: Truth = Field(False, description="Undo what can be undone.")


class RowOut(BaseModel):
    row: int
    sku: str
    name: str
    quantity: str = Field(description="As it is written in the file.")
    now: int | None
    after: int | None
    change: int | None
    problem: str | None
    problem_code: str | None


class RowList(BaseModel):
    items: list[RowOut]
    next: str | None
    previous: str | None
    count: int | None = None


class ImportSummary(BaseModel):
    number: int
    state: ImportState
    mode: ImportMode
    file_name: str
    rows: int
    changes: int
    unchanged: int
    problems: int
    ignored_columns: list[str]
    remarks: list[RemarkOut] = Field(description="What was noticed about the file.")
    source: Source
    created_at: datetime
    created_by: str
    applied_at: datetime | None
    applied_by: str | None
    undone_at: datetime | None
    undone_by: str | None


class ImportList(BaseModel):
    items: list[ImportSummary]
    next: str | None
    previous: str | None
    count: int | None = None


class ImportOut(ImportSummary):
    plan: list[RowOut] = Field(description="The first rows, those with problems first.")
    next: str | None = Field(description="The cursor for more of them from …/rows.")
