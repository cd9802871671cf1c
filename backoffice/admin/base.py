"""What every page of the admin shares; lists are in lists.py, dialogs in dialogs.py. It registers nothing.

This package knows no users: `accounts.admin.actor.actor_of(request)` says who acts.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Field, IntegerField, Model, QuerySet
from django.forms.models import ModelFormMetaclass
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.sections import BaseSection

from backoffice.admin.dialogs import errors_of
from backoffice.admin.lists import (
    VIEW,
    CappedPaginator,
    ListLook,
    SavedViewsChangeList,
    SearchPaginator,
    UnreadableFilter,
    is_lookup_of,
    name_of_filter,
)
from backoffice.db.transactions import write_transaction
from backoffice.db.typed_numbers import WholeNumberInput
from backoffice.errors import Kind, Refusal
from backoffice.sheets.csv_lines import CSV_TYPE, UTF8_MARK

# Lazily evaluated: at run time Django's form and field classes take no parameters.
type AnyForm = forms.ModelForm[Any]
type AnyField = Field[Any, Any]

XREGEXP = "vendor/xregexp/xregexp.min.js"


class DomainAdmin(ListLook, ModelAdmin):
    """An admin whose writes are use cases: one transaction per POST, refusals shown, no deleting."""

    list_per_page = 25
    list_max_show_all = 25
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    warn_unsaved_form = True
    change_list_template = "backoffice/change_list.html"
    # What an opened row shows below itself.
    list_sections: Sequence[type[BaseSection]] = ()
    empty_title: str | Promise = gettext_lazy("Nothing here yet")
    empty_text: str | Promise = ""
    # The same two texts for each saved view, by the view's name.
    empty_views: Mapping[str, tuple[str | Promise, str | Promise]] = {}
    # What the button to add one says, when that is called something else.
    empty_button: str | Promise = ""
    # The title row of the page of one; "" where a template of the page has its own.
    headline_template = "backoffice/headline.html"
    # What stands beside the form; "" for nothing.
    aside_template = ""
    # Where on the page of one row its history is.
    history_anchor = "history"

    @property
    def add_words(self) -> str | Promise:
        return self.empty_button or _("Add %(thing)s") % {"thing": self.opts.verbose_name}

    @property
    def media(self) -> forms.Media:
        """What the page of one row loads: Django would add scripts for pop-ups and rows within a form."""
        return forms.Media(js=self._form_scripts())

    def media_of_list(self, request: HttpRequest) -> forms.Media:
        """What the list loads: what the page of one row loads for its form is of no use to it."""
        media: Any = self.media
        own = [script for script in media._js if script not in self._form_scripts()]
        return forms.Media(css=media._css, js=own)

    def _form_scripts(self) -> list[str]:
        filled_in = ("vendor/jquery/jquery.min.js", "jquery.init.js", "urlify.js", "prepopulate.js", XREGEXP)
        names = filled_in if self.prepopulated_fields else ()
        return [f"admin/js/{name}" for name in ("core.js", *names)]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SavedViewsChangeList]:
        return SavedViewsChangeList

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: list[tuple[str, str]] | None = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        """Django's choices, past Unfold's override: Django 6.1 warns about its signature."""
        first = [("", _("Select action"))] if default_choices is None else default_choices
        choices: list[tuple[str, str]] = super(ModelAdmin, self).get_action_choices(
            request, first, action_location
        )
        return choices

    def get_paginator(
        self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **kwargs: Any
    ) -> Paginator:  # type: ignore[type-arg]
        kind = SearchPaginator if request.GET.get(SEARCH_VAR) else self.paginator
        return kind(queryset, per_page, *args, **kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Columns are narrowed by the list's filters alone: Django would let anybody who may open it ask for
        any column of the row, so that a secret or a password's hash could be guessed letter by letter."""
        if not self._is_known_to_queries(lookup.partition("__")[0], request):
            # It may be a parameter of a filter of our own; Django refuses any other one later.
            return True
        offered = [self.opts.pk.name, *map(name_of_filter, self.get_list_filter(request))]
        is_offered = any(is_lookup_of(each, lookup) for each in offered)
        return is_offered and super().lookup_allowed(lookup, value, request)

    def _is_known_to_queries(self, name: str, request: HttpRequest) -> bool:
        """Whether a query understands the name: fields, `pk`, `actor_id`, hidden relations, annotations."""
        if name == "pk" or name in self.get_queryset(request).query.annotations:
            return True
        try:
            self.opts.get_field(name)
        except FieldDoesNotExist:
            return False
        return True

    def in_view(self, rows: QuerySet[Any], view: str) -> QuerySet[Any]:
        """Narrow the rows to a saved view; `view` is what the tab put into the address, "" for all."""
        return rows

    def as_listed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Read of the rows of the list's page what its columns show, and no more."""
        return rows

    def first_url(self, request: HttpRequest) -> str:
        """Return where an empty list leads to, or "" for whoever may add nothing to it."""
        return (
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
            if self.has_add_permission(request)
            else ""
        )

    def page(self, request: HttpRequest, template: str, context: Mapping[str, Any]) -> TemplateResponse:
        """Show a page of our own within the admin's frame; `object` in the context makes its breadcrumbs."""
        setattr(request, "current_app", self.admin_site.name)  # noqa: B010
        frame = self.admin_site.each_context(request)
        return TemplateResponse(request, template, {**frame, "opts": self.opts, **context})

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title, text = self.empty_views.get(request.GET.get(VIEW, ""), (self.empty_title, self.empty_text))
        context = {
            "media": self.media_of_list(request),
            "empty_title": title,
            "empty_text": text,
            "empty_button": self.add_words,
            "empty_url": self.first_url(request),
            **(extra_context or {}),
        }
        try:
            return super().changelist_view(request, context)
        except UnreadableFilter as refusal:
            return show_refusal(request, refusal, url=request.path)
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

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        named = {"title": self.add_words, **(extra_context or {})}
        shown: HttpResponse = super().add_view(request, form_url, named)
        return shown

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Call the record what it is called: a form that was refused has put into it what was typed."""
        if request.method == "POST" and (record := context.get("original")):
            context["original"] = self.get_object(request, str(record.pk)) or record
        return cast("HttpResponse", super().render_change_form(request, context, *args, **kwargs))

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        setattr(request, "said", _("%(name)s is added.") % {"name": obj})  # noqa: B010
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        setattr(request, "said", _("%(name)s is saved.") % {"name": obj})  # noqa: B010
        return super().response_change(request, obj)

    def message_user(self, request: HttpRequest, message: str | Promise, *args: Any, **kwargs: Any) -> None:
        """What Django would say of a row that was saved is said in our words."""
        super().message_user(request, getattr(request, "said", message), *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the history on the row's own page, which has old and new values from every door.

        Django's own page knows of no other door, and would say of most rows that they have no history.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(f"{reverse(name, args=[object_id])}#{self.history_anchor}")

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """The use cases record what was done, for every door."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """The use cases record what was done, for every door."""

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[AnyForm]:
        form: type[AnyForm] = super().get_form(request, obj, change=change, **kwargs)
        refusal: Refusal | None = getattr(request, "refusal", None)
        return _refused(form, refusal) if refusal else form

    def formfield_for_dbfield(self, db_field: AnyField, request: HttpRequest, **kwargs: Any) -> Any:
        """The field without Unfold's links that open another form in a frame: our CSP forbids frames.

        A number is typed as the reader's language writes it.
        """
        if isinstance(db_field, IntegerField) and not db_field.choices:
            kwargs.setdefault("form_class", WholeNumberInput)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


def _refused(form: type[AnyForm], refusal: Refusal) -> type[AnyForm]:
    """Return the form's class with the refusal added, so that it comes back invalid and says why."""

    def clean(self: AnyForm) -> dict[str, Any] | None:
        data = super(refused, self).clean()
        for field, message in errors_of(refusal, self.fields):
            self.add_error(field, message)
        return data

    refused = cast("type[AnyForm]", ModelFormMetaclass(form.__name__, (form,), {"clean": clean}))
    return refused


def csv_file(content: str, name: str) -> HttpResponse:
    """Return the file as a download that Excel reads as UTF-8."""
    return HttpResponse(
        UTF8_MARK + content,
        content_type=CSV_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def show_refusal(request: HttpRequest, refusal: Refusal, *, url: str | None = None) -> HttpResponse:
    """Redirect to where the form was, or to `url`, which shows the reason on top.

    Raises:
        Refusal: this is the page that was asked for, which has no way back: an error page tells the reason.
    """
    if refusal.kind is Kind.FORBIDDEN:
        raise PermissionDenied(refusal.detail) from refusal
    if url is None and request.method in ("GET", "HEAD"):
        raise refusal
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
