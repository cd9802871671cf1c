"""What every list of the admin shares: saved views, capped counts, kept numbers."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Page, Paginator
from django.db.models import ForeignKey, IntegerField, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.views import ChangeList

from backoffice.admin.short_cache import acted_at, remembered
from backoffice.db.primary_keys import LONGEST_KEY
from backoffice.errors import Invalid
from backoffice.numbers import grouped

MOST_COUNTED = 10_000
COUNTS_KEPT_SECONDS = 30
VIEW = "view"
# What the filters of lists put into an address behind the name of a column.
OFFERED_LOOKUPS = frozenset(("", "id", "exact", "in", "isnull", "icontains"))
NO_COUNTS: Mapping[str, int] = MappingProxyType({})


class UnreadableFilter(Invalid):
    """The address narrows a list by something that cannot be a value of the column."""


class SavedViewsChangeList(ChangeList):
    """A list whose `?view=…` names a saved view of its admin; Django would refuse the parameter."""

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        filters: dict[str, Any] = super().get_filters_params(params)
        filters.pop(VIEW, None)
        for lookup, values in filters.items():
            self._refuse_unreadable(lookup, values if isinstance(values, list) else [values])
        return filters

    def _refuse_unreadable(self, lookup: str, values: list[Any]) -> None:
        """Raises UnreadableFilter for what the database would choke on."""
        column = self._column_of(lookup)
        if column is None:
            return
        texts = [str(value) for value in values]
        is_of_keys = isinstance(column, IntegerField | ForeignKey)
        keys = [part for text in texts for part in text.split(",")] if is_of_keys else []
        if any("\x00" in text for text in texts) or any(len(key) > LONGEST_KEY for key in keys):
            raise UnreadableFilter(_("A filter of this list could not be understood: choose it again."))

    def _column_of(self, lookup: str) -> Any:
        """Return the lookup's column; None for a parameter of a filter of our own, which reads it itself."""
        name = lookup.partition("__")[0]
        try:
            return self.lookup_opts.pk if name == "pk" else self.lookup_opts.get_field(name)
        except FieldDoesNotExist:
            return None

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        narrowed: QuerySet[Any] = self.model_admin.in_view(rows, request.GET.get(VIEW, ""))
        return narrowed

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        self._unless_sorted: Any = self.model_admin.get_ordering(request)
        ordering: list[Any] = super().get_ordering(request, queryset)
        return ordering

    def _get_default_ordering(self) -> Any:
        """Return what the list is sorted by of itself, which in some saved views is another column."""
        return self._unless_sorted or super()._get_default_ordering()

    def get_results(self, request: HttpRequest) -> None:
        self.queryset: QuerySet[Any] = self.model_admin.as_listed(self.queryset)
        self._read_page(request)
        if isinstance(self.paginator, SearchPaginator) and not self.multi_page:
            self.result_list = self.paginator.first_rows
        if not (self.query or self.has_active_filters or request.GET.get(VIEW)):
            # Without this the title would say "60 results (show all)" beside all 60.
            self.full_result_count = self.result_count

    def _read_page(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            # Django would leave the view and the filters for the whole list.
            pages = self.model_admin.get_paginator(request, self.queryset, self.list_per_page).num_pages
            self.page_num: int = min(max(self.page_num, 1), pages)
            super().get_results(request)


class ListLook:
    """What an admin says of how its list is shown, and of all of its rows."""

    # On a phone a row is a card: where its columns stand, one of "title", "who", "value", "state", "end" and
    # "note", with "titled" behind it where the column's head is said as well. The others are left out.
    on_card: Mapping[str, str] = {}
    # The icons of actions on several rows, by the action's name.
    action_icons: Mapping[str, str] = {}

    def told_of_all(self, cl: SavedViewsChangeList, request: HttpRequest) -> str:
        """Return what the list's foot says of its rows on all pages, such as their sum; "" for nothing."""
        return ""


def view_tabs(
    request: HttpRequest,
    url_name: str,
    titles: Iterable[tuple[str, str]],
    counts: Mapping[str, int] = NO_COUNTS,
) -> list[dict[str, Any]]:
    """Tabs from (view, title), with the counts of some views; each says itself whether it is active."""
    base = reverse(url_name)
    chosen = request.GET.get(VIEW, "")
    return [
        {
            "title": title,
            "count": str(CappedCount(counts[view])) if view in counts else "",
            "link": f"{base}?{VIEW}={view}" if view else base,
            "active": chosen == view,
            "has_permission": True,
        }
        for view, title in titles
    ]


class CappedCount(int):
    """A count that stops counting: shown as `1,500`, and as `10,000+`."""

    def __str__(self) -> str:
        return f"{grouped(MOST_COUNTED)}+" if self > MOST_COUNTED else grouped(int(self))


def counted_up_to_most(rows: QuerySet[Any]) -> CappedCount:
    # Count keys alone, so that nothing is computed for the rows that are counted.
    return CappedCount(rows.order_by().values("pk")[: MOST_COUNTED + 1].count())


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to 10,000 rows and no further: an exact count would read the whole table."""

    @cached_property
    def count(self) -> int:
        return self._counted()

    def _counted(self) -> int:
        rows = cast("QuerySet[Model]", self.object_list)
        return counted_up_to_most(rows)

    @cached_property
    def num_pages(self) -> int:
        return max(1, -(-min(self.count, MOST_COUNTED) // self.per_page))


class SearchPaginator(CappedPaginator):
    """Reads the first page before it counts: what a page holds is looked for once."""

    @cached_property
    def first_rows(self) -> list[Model]:
        """The rows of the first page, and one more if there is another page."""
        return list(cast("QuerySet[Model]", self.object_list)[: self.per_page + 1])

    @cached_property
    def count(self) -> int:
        found = len(self.first_rows)
        return CappedCount(found) if found <= self.per_page else self._counted()

    def page(self, number: int | str) -> Page:  # type: ignore[type-arg]
        if self.validate_number(number) > 1:
            return super().page(number)
        return Page(self.first_rows[: self.per_page], 1, self)


def remembered_count(request: HttpRequest, name: str, count: Callable[[], int]) -> int:
    """Count once per request and at most every 30 seconds, or after one's own act: it is on every page."""
    kept: dict[str, int] = request.__dict__.setdefault("_remembered_counts", {})
    if name not in kept:
        kept[name] = remembered(f"admin:count:{name}", COUNTS_KEPT_SECONDS, count, since=acted_at(request))
    return kept[name]


def name_of_filter(list_filter: Any) -> str:
    """Return the column, or the parameter of a filter of our own, that an entry of `list_filter` uses."""
    name = list_filter[0] if isinstance(list_filter, tuple) else list_filter
    return name if isinstance(name, str) else str(name.parameter_name)


def is_lookup_of(column: str, lookup: str) -> bool:
    rest = lookup.removeprefix(column)
    return rest != lookup and all(part in OFFERED_LOOKUPS for part in rest.split("__"))
