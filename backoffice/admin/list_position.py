"""Links from a row's page to the rows before and after it, in the list that somebody came from."""

from copy import copy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.db.models import Exists, F, Func, IntegerField, Model, OuterRef, QuerySet, Subquery
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
    # Where the row stands in the list, such as `11 of 103 to ship`; "" where that was not counted.
    place: str = ""


def with_neighbours[M: Model](
    rows: QuerySet[M], *, admin: AnyAdmin, request: HttpRequest, counts: bool = False
) -> QuerySet[M]:
    """Add to each row the keys of the rows beside it, for `neighbours_of`, within the same statement.

    Neighbours are found by the row's place in the order, so also when the row has left the list meanwhile.
    The list must be sorted by columns of the row itself that are never empty. If it is short, it may be
    counted as well, for `place_of`.
    """
    try:
        listed = _rows_of_list(request.GET.get(CAME_FROM, ""), admin, request)
    except (IncorrectLookupParameters, SuspiciousOperation, UnreadableFilter):
        return rows
    beside = with_neighbours_among(rows, listed)
    return _with_place_among(beside, listed) if counts else beside


def with_neighbours_among[M: Model](rows: QuerySet[M], listed: QuerySet[Any]) -> QuerySet[M]:
    """Add to each row the keys of the rows beside it in a list."""
    beside = {"row_before": _beside(listed, is_forward=False), "row_after": _beside(listed, is_forward=True)}
    annotated: QuerySet[M] = rows.annotate(**beside)
    return annotated


def _with_place_among[M: Model](rows: QuerySet[M], listed: QuerySet[Any]) -> QuerySet[M]:
    """Add to each row its place in a list, and how long that is; both are read through."""
    is_there = listed.order_by().filter(pk=OuterRef("pk"))
    counted: dict[str, Any] = {
        "rows_before": _count(_beyond(listed, is_forward=False)),
        "rows_in_list": _count(listed),
        "is_in_list": Exists(is_there),
    }
    annotated: QuerySet[M] = rows.annotate(**counted)
    return annotated


def _count(rows: QuerySet[Any]) -> Subquery:
    counted = rows.order_by().annotate(rows_counted=Func(F("pk"), function="COUNT"))
    return Subquery(counted.values("rows_counted"), output_field=IntegerField())


def place_of(row: Model) -> tuple[int, int] | None:
    """Return the row's place in the list that was counted, and how long that is; None if it is not there."""
    if not getattr(row, "is_in_list", False):
        return None
    return getattr(row, "rows_before", 0) + 1, getattr(row, "rows_in_list", 0)


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
    beside = _beyond(rows, is_forward=is_forward)
    ordered = beside.order_by(*(key.order_by(is_forward=is_forward) for key in _keys_of(rows)))
    return Subquery(ordered.values("pk")[:1])


def _beyond(rows: QuerySet[Any], *, is_forward: bool) -> QuerySet[Any]:
    """Find the rows that come after the one that is asked about, or before it."""
    keys = _keys_of(rows)
    place = [OuterRef(key.column) for key in keys]
    return rows.filter(beyond(keys, place, is_forward=is_forward))


def _keys_of(rows: QuerySet[Any]) -> list[SortKey]:
    names = [str(name) for name in rows.query.order_by]
    return [SortKey(name.lstrip("-"), is_descending=name.startswith("-")) for name in names]


def _address(row: Model, beside: int | None, came_from: str) -> str:
    if beside is None:
        return ""
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[beside])
    return f"{page}?{urlencode({CAME_FROM: came_from})}" if came_from else page
