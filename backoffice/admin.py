"""What every page of the admin shares. Registers nothing itself.

Who acts is told by `accounts.admin.actor_of(request)`: this package knows no users.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Field, Model, QuerySet
from django.forms.models import ModelFormMetaclass
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.forms import BaseDialogForm

from backoffice.errors import Fault, Kind, Refusal
from backoffice.transactions import write_transaction

MOST_COUNTED = 10_000
COUNTS_KEPT_SECONDS = 30
admin.site.index_template = "backoffice/dashboard.html"


class CappedCount(int):
    """A count that stopped counting: shown as `10,000+`."""

    def __str__(self) -> str:
        return f"{MOST_COUNTED:,}+" if self > MOST_COUNTED else super().__str__()


class CappedPaginator(Paginator[Any]):
    """Counts up to 10,000 rows and no further: an exact count would read the whole table."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Model]", self.object_list)
        return CappedCount(rows.order_by()[: MOST_COUNTED + 1].count())

    @cached_property
    def num_pages(self) -> int:
        return max(1, -(-min(self.count, MOST_COUNTED) // self.per_page))


def remembered_count(request: HttpRequest, name: str, count: Callable[[], int]) -> int:
    """Counted once per request and at most every 30 seconds: badges and tabs are on every page."""
    kept: dict[str, int] = request.__dict__.setdefault("_remembered_counts", {})
    if name not in kept:
        kept[name] = _cached_count(f"admin:count:{name}", count)
    return kept[name]


def _cached_count(key: str, count: Callable[[], int]) -> int:
    found = _despite_the_cache(cache.get, key)
    if found is None:
        found = count()
        _despite_the_cache(cache.set, key, found, COUNTS_KEPT_SECONDS)
    return int(found)


def _despite_the_cache(call: Callable[..., Any], *arguments: Any) -> Any:
    """A cache server that is down costs a query, not the page; each server raises errors of its own."""
    try:
        return call(*arguments)
    except Exception:
        return None


class WholeDaysFilter(RangeDateFilter):
    """From the beginning of the first day to the end of the last, in the shop's time zone."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self._day("from"), self._day("to")
        if first:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": _beginning_of(first)})
        if last:
            queryset = queryset.filter(
                **{f"{self.parameter_name}__lt": _beginning_of(last + timedelta(days=1))}
            )
        return queryset

    def _day(self, end: str) -> date | None:
        try:
            return forms.DateField(required=False).clean(
                self.used_parameters.get(f"{self.parameter_name}_{end}")
            )
        except forms.ValidationError:
            return None


def _beginning_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def errors_of(refusal: Refusal, fields: Any) -> Iterator[tuple[str | None, str]]:
    """Each complaint with the form field it is about, or None for the form as a whole."""
    if not refusal.faults:
        yield None, refusal.detail
    for fault in refusal.faults:
        yield field_of(fault, fields), fault.detail


def field_of(fault: Fault, fields: Any) -> str | None:
    name = fault.pointer.rpartition("/")[2]
    return name if name in fields else None


class UseCaseDialog(BaseDialogForm):
    """A dialog that runs its use case when its input is valid, and stays open when that is refused.

    Unfold keeps a dialog open only while its form is invalid, hence `clean` is the place.
    """

    def carry_out(self, data: dict[str, Any]) -> None:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if not self.errors:
            try:
                self.carry_out(data)
            except Refusal as refusal:
                for field, message in errors_of(refusal, self.fields):
                    self.add_error(field, message)
        return data

    def render_before_template(self) -> str:
        """Dialogs show field errors alone; what the form as a whole did wrong goes above the fields."""
        complaints = self.non_field_errors() if self.is_bound else []
        before: str = super().render_before_template()
        return render_to_string("backoffice/complaints.html", {"complaints": complaints}) + before


def close_dialog(request: HttpRequest, message: str, *, url: str | None = None) -> HttpResponse:
    """Say what was done and load the page again, or another one."""
    messages.success(request, message)
    here = request.headers.get("HX-Current-URL", "/")
    return HttpResponse(headers={"HX-Redirect": url or here})


class DomainAdmin(ModelAdmin):
    """An admin whose writes are use cases: one transaction per POST, refusals shown, no deleting."""

    list_per_page = 25
    list_max_show_all = 25
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    list_filter_submit = True
    warn_unsaved_form = True
    change_list_template = "backoffice/change_list.html"
    empty_title = "Nothing here yet"
    empty_text = ""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except Refusal as refusal:
            return show_refusal(request, refusal)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A POST is one write; when it is refused, the form comes back as it was filled in."""
        view = super().changeform_view
        if request.method != "POST":
            return view(request, object_id, form_url, extra_context)
        try:
            return write_transaction(view)(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            if refusal.kind is Kind.FORBIDDEN:
                raise PermissionDenied(refusal.detail) from refusal
            setattr(request, "refusal", refusal)  # noqa: B010
            return write_transaction(view)(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        form: type[forms.ModelForm[Any]] = super().get_form(request, obj, change=change, **kwargs)
        refusal: Refusal | None = getattr(request, "refusal", None)
        return _refused(form, refusal) if refusal else form

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Without the links that open another form in a frame: frames are forbidden (CSP)."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


def _refused(form: type[forms.ModelForm[Any]], refusal: Refusal) -> type[forms.ModelForm[Any]]:
    """The same form, which already knows that its input will be refused, and why."""

    def clean(self: forms.ModelForm[Any]) -> dict[str, Any] | None:
        data = super(refused, self).clean()
        for field, message in errors_of(refusal, self.fields):
            self.add_error(field, message)
        return data

    refused = cast("type[forms.ModelForm[Any]]", ModelFormMetaclass(form.__name__, (form,), {"clean": clean}))
    return refused


def show_refusal(request: HttpRequest, refusal: Refusal, *, url: str | None = None) -> HttpResponse:
    """Back to where the request came from, or to a page, with the reason on top."""
    if refusal.kind is Kind.FORBIDDEN:
        raise PermissionDenied(refusal.detail) from refusal
    messages.error(request, refusal.detail)
    for fault in refusal.faults[:10]:
        messages.error(request, fault.detail)
    return HttpResponseRedirect(url or request.get_full_path())


class ReadOnlyAdmin(DomainAdmin):
    """Rows that pages show and use cases alone write."""

    warn_unsaved_form = False
    actions_detail_hide_default = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
