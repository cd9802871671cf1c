"""What the API takes and returns for product imports."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from accounts.models import Source
from backoffice.api.inputs import Input, Moment, Truth
from backoffice.api.pagination import ListQuery
from catalog.api.schemas import RemarkOut
from catalog.models import ImportState

type Value = str | int | bool | None


class ProductImportQuery(BaseModel):
    dry_run: bool = Field(False, description="Only plan: apply it later with POST …/apply.")
    skip_invalid: bool = Field(False, description="Import the good rows although others have problems.")
    limit: int = Field(20, ge=1, le=100, description="How many rows of the plan to show.")


class ProductImportFilters(ListQuery):
    state: ImportState | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None


class ProductApplyIn(Input):
    skip_invalid: Truth = False


class ProductUndoIn(Input):
    skip_invalid: Truth = Field(False, description="Undo what can be undone.")


class ValueChange(BaseModel):
    before: Value = Field(alias="from")
    after: Value = Field(alias="to")


class ProductImportRowOut(BaseModel):
    row: int
    sku: str
    outcome: Literal["new", "change", "same", "problem"]
    changes: dict[str, ValueChange] = Field(description="By the column of the file; a category by its slug.")
    problem: str | None
    problem_code: str | None


class ProductImportRowList(BaseModel):
    items: list[ProductImportRowOut]
    next: str | None
    previous: str | None
    count: int | None = None


class ProductImportSummary(BaseModel):
    number: int
    state: ImportState
    file_name: str
    rows: int
    new: int
    changed: int
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


class ProductImportList(BaseModel):
    items: list[ProductImportSummary]
    next: str | None
    previous: str | None
    count: int | None = None


class ProductImportOut(ProductImportSummary):
    plan: list[ProductImportRowOut] = Field(description="The first rows, those with problems first.")
    next: str | None = Field(description="The cursor for more of them from …/rows.")
