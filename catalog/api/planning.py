"""A file that a request brings: planned before anything waits, then perhaps applied, once per key."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import UploadedFile

from accounts.actors import Actor
from accounts.models import User
from backoffice.api.idempotency import answer_once_for, kept_answer
from backoffice.api.pagination import ListQuery, Sorting, chosen_fields
from backoffice.errors import Refusal, TooLarge
from backoffice.requests.json_reply import Reply, rendered
from backoffice.sheets.csv_lines import CSV_TYPE
from backoffice.sheets.reading import MAX_FILE

CSV_FILE = {
    "responses": {200: {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}}
}
"""For `openapi_extra` of an operation that answers with a file."""


class PlannedImport(Protocol):
    pk: int
    rows: Any


@dataclass(frozen=True, slots=True)
class ImportWithPlan:
    """How one kind of import is shown with a page of its plan."""

    fields: Sequence[str]
    data: Callable[..., dict[str, Any]]
    """Takes the import's number, the fields wanted, and the reader as `to`."""
    row_columns: Sequence[str]
    row_data: Callable[[Mapping[str, Any], User | None], dict[str, Any]]
    row_sorting: Sorting

    @property
    def detail(self) -> Sequence[str]:
        return (*self.fields, "plan", "next")

    def reply(
        self,
        found: PlannedImport,
        reader: Actor,
        *,
        fields: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
        created_under: str = "",
    ) -> Reply:
        """Show these fields; where the import was created just now, answer 201 and say where it is."""
        wanted = chosen_fields(fields, self.detail)
        content: dict[str, Any] = {}
        if shown := [name for name in wanted if name in self.fields]:
            content = self.data(found.pk, shown, to=reader.user)
        if {"plan", "next"} & set(wanted):
            query = ListQuery(limit=limit, cursor=cursor)
            page = self.row_sorting.page(found.rows.all(), query, self.row_columns)
            plan = [self.row_data(row, reader.user) for row in page.rows]
            content |= {"plan": plan, "next": page.next}
        told = {name: content[name] for name in wanted}
        if not created_under:
            return rendered(told)
        return rendered(told, status=201, location=f"{created_under}/{found.pk}")


def refuse_too_large(file: UploadedFile) -> None:
    if (file.size or 0) > MAX_FILE:
        raise TooLarge(_("The file may have 20 MB. Split it."))


def digest_of(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def answer_planned[Import: PlannedImport](
    request: HttpRequest,
    content: bytes,
    *,
    plan: Callable[[], Import],
    reply: Callable[[Import], Reply],
    forget: Callable[[int], None],
) -> HttpResponse:
    """Plan the file and answer with `reply`, which may apply the plan; what is refused leaves no plan behind.

    `content` identifies the request for its Idempotency-Key.
    """
    if kept := kept_answer(request, content):
        return kept.to(request)
    # Planned before the answer's transaction begins, so that no writer waits while a file is read.
    planned = plan()
    ours: Reply | None = None

    def run() -> Reply:
        nonlocal ours
        ours = reply(planned)
        return ours

    try:
        answer = answer_once_for(request, content, run)
    except Refusal:
        forget(planned.pk)
        raise
    if answer is not ours:
        # Another request with the same key was faster.
        forget(planned.pk)
    return answer.to(request)


def csv_reply(content: str, *, file_name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return HttpResponse(content, content_type=CSV_TYPE, headers=headers)
