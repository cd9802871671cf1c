"""The list of imports, whatever is imported: its file, its state, its counts, who made it and when."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import ReadOnlyAdmin
from backoffice.admin.cells import Dot, beside, moment, status
from backoffice.admin.filters import OneOf, StaffFilter, WholeDaysFilter
from backoffice.db.search_words import words_of
from backoffice.numbers import grouped
from backoffice.text import identity_key
from catalog.models import ImportState
from catalog.models.file_import import FileImport

DOTS = {ImportState.PLANNED: Dot.RING, ImportState.APPLIED: Dot.GREEN, ImportState.UNDONE: Dot.GREY}


class ListOfImports(ReadOnlyAdmin):
    list_display: tuple[str, ...] = ("title", "state_shown", "counts", "author", "created")
    on_card = {"title": "title", "state_shown": "state", "created": "end", "counts": "note"}
    list_filter: tuple[tuple[str, Any], ...] = (
        ("state", OneOf),
        ("created_by", StaffFilter),
        ("created_at", WholeDaysFilter),
    )
    search_fields = ("file_name",)
    search_help_text = _("File name")
    list_select_related = ("created_by",)
    ordering = ("-id",)

    def named(self, found: FileImport) -> str:
        """Return what the list calls the import."""
        raise NotImplementedError

    def counted(self, found: FileImport) -> str:
        """Return in words how many rows do what, those with problems left out."""
        raise NotImplementedError

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find imports whose file's name has each word. There are few, so Python folds the names."""
        words = words_of(search_term)
        if not words:
            return queryset, False
        names = queryset.values_list("pk", "file_name")
        named = [pk for pk, name in names if all(word in identity_key(name) for word in words)]
        return queryset.filter(pk__in=named), False

    @display(description=_("Import"), ordering="id")
    def title(self, found: FileImport) -> SafeString:
        return beside(self.named(found), found.file_name)

    @display(description=_("State"), ordering="state")
    def state_shown(self, found: FileImport) -> SafeString:
        return status(DOTS[ImportState(found.state)], found.get_state_display())

    @display(description=_("Rows"))
    def counts(self, found: FileImport) -> SafeString:
        if not found.problems:
            return format_html("{}", self.counted(found))
        problems = ngettext("%(count)s with problems", "%(count)s with problems", found.problems)
        return format_html(
            '{} · <span class="bo-bad">{}</span>',
            self.counted(found),
            problems % {"count": grouped(found.problems)},
        )

    @display(description=_("By"))
    def author(self, found: FileImport) -> str:
        return str(found.created_by or gettext("System"))

    @display(description=_("Made"), ordering="created_at")
    def created(self, found: FileImport) -> SafeString | str:
        return moment(found.created_at)
