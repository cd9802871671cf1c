"""What the API takes and returns for payments from a file."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from accounts.models import Source
from backoffice.api.inputs import Input, Moment, Truth, WholeNumber, text
from backoffice.api.pagination import FieldsQuery, ListQuery
from catalog.api.schemas import RemarkOut
from catalog.models import ImportState
from orders.models import PaymentOutcome


class PaymentFileQuery(BaseModel):
    dry_run: bool = Field(False, description="Only plan: apply it later with POST …/apply.")
    accept_differences: bool = Field(False, description="Book also what differs from what is due.")
    limit: int = Field(20, ge=1, le=100, description="How many rows of the plan to show.")


class PaymentImportFilters(ListQuery):
    state: ImportState | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None


class PaymentPlanQuery(FieldsQuery):
    limit: int = Field(20, ge=1, le=100, description="How many rows of the plan to show.")
    cursor: Annotated[str, text(2000)] | None = Field(None, description="`next` of an answer.")


class PaymentRowFilters(ListQuery):
    outcome: PaymentOutcome | None = None


class PaymentApplyIn(Input):
    accept: list[WholeNumber] = Field(
        default_factory=list, max_length=100_000, description="Numbers of rows that differ and are booked."
    )
    accept_differences: Truth = Field(False, description="Book also what differs from what is due.")
    skip_invalid: Truth = Field(False, description="Leave out rows whose order changed since.")


class PaymentUndoIn(Input):
    skip_invalid: Truth = Field(False, description="Undo what can be undone.")


class GiveOrderIn(Input):
    order: Annotated[str, text(40, shortest=1)] = Field(description="The number of the order it is for.")


class PaymentRowOut(BaseModel):
    row: int
    value_date: date | None
    amount: Decimal | None
    text: str
    name: str
    method: str
    provider: str
    reference: str
    outcome: PaymentOutcome
    order: str | None
    due: Decimal | None = Field(description="What was due for the order when the plan was made.")
    is_accepted: bool
    entry: int | None = Field(description="The payment entry that was booked.")
    problem: str | None
    problem_code: str | None


class PaymentRowList(BaseModel):
    items: list[PaymentRowOut]
    next: str | None
    previous: str | None
    count: int | None = None


class PaymentImportSummary(BaseModel):
    number: int
    state: ImportState
    format: str = Field(examples=["camt"])
    file_name: str
    rows: int
    changes: int = Field(description="What settles or pays back what is due; once applied, what was booked.")
    differing: int
    unchanged: int = Field(description="Booked before.")
    unmatched: int
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


class PaymentImportList(BaseModel):
    items: list[PaymentImportSummary]
    next: str | None
    previous: str | None
    count: int | None = None


class PaymentImportOut(PaymentImportSummary):
    plan: list[PaymentRowOut] = Field(description="The first rows of the file.")
    next: str | None = Field(description="The cursor for more of them from …/rows.")
