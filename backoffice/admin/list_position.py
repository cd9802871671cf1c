"""Links from a row's page to the rows before and after it, in the list that somebody came from."""

from copy import copy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from backoffice.admin.lists import SavedViewsChangeList, UnreadableFilter
from backoffice.api.pagination import SortKey, beyond

# Lazily evaluated: at run time Django's class takes no parameter.
type AnyAdmin = ModelAdmin[Any]

# Where Django's admin keeps the parameters of the list in the address of a row's page.
CAME_FROM = "_changelist_filters"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The addresses of the pages of the rows beside one; "" where the list ends."""

    previous: str = ""
    next: str = ""


def with_neighbours[M: Model](rows: QuerySet[M], *, admin: AnyAdmin, request: HttpRequest) -> QuerySet[M]:
    """Add to each row the keys of the rows beside it, for `neighbours_of`, within the same statement.

    They are found by the row's place in the order, so also when the row has left the list meanwhile. The list
    must be sorted by columns of the row itself that are never empty.
    """
    try:
        listed = _rows_of_list(request.GET.get(CAME_FROM, ""), admin, request)
    except (IncorrectLookupParameters, SuspiciousOperation, UnreadableFilter):
        return rows
    return with_neighbours_among(rows, listed)


def with_neighbours_among[M: Model](rows: QuerySet[M], listed: QuerySet[Any]) -> QuerySet[M]:
    """Add to each row the keys of the rows beside it in a list."""
    beside = {"row_before": _beside(listed, is_forward=False), "row_after": _beside(listed, is_forward=True)}
    annotated: QuerySet[M] = rows.annotate(**beside)
    return annotated


def neighbours_of(row: Model, *, request: HttpRequest) -> Neighbours:
    before, after = getattr(row, "row_before", None), getattr(row, "row_after", None)
    came_from = request.GET.get(CAME_FROM, "")
    return Neighbours(_address(row, before, came_from), _address(row, after, came_from))


class _UnreadList(SavedViewsChangeList):
    """A list that is built for its conditions and order alone."""

    def get_results(self, request: HttpRequest) -> None:
        """Read no rows."""


def _rows_of_list(parameters: str, admin: AnyAdmin, request: HttpRequest) -> QuerySet[Any]:
    asked, unread = copy(request), copy(admin)
    asked.GET = QueryDict(parameters)
    setattr(unread, "get_changelist", lambda *_, **__: _UnreadList)  # noqa: B010
    rows: QuerySet[Any] = unread.get_changelist_instance(asked).queryset
    return rows


def _beside(rows: QuerySet[Any], *, is_forward: bool) -> Subquery:
    names = [str(name) for name in rows.query.order_by]
    keys = [SortKey(name.lstrip("-"), is_descending=name.startswith("-")) for name in names]
    place = [OuterRef(key.column) for key in keys]
    beside = rows.filter(beyond(keys, place, is_forward=is_forward))
    ordered = beside.order_by(*(key.order_by(is_forward=is_forward) for key in keys))
    return Subquery(ordered.values("pk")[:1])


def _address(row: Model, beside: int | None, came_from: str) -> str:
    if beside is None:
        return ""
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[beside])
    return f"{page}?{urlencode({CAME_FROM: came_from})}" if came_from else page
