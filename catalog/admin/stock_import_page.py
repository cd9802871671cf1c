"""What the page of one stock import shows."""

from typing import Any

from django.core.paginator import Page
from django.db.models import BooleanField, Case, F, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.admin.lists import CappedPaginator
from backoffice.errors import Refusal
from catalog.admin.import_page import (
    CHANGES,
    PROBLEMS,
    RIGHT,
    ROWS_PER_PAGE,
    Actions,
    Figure,
    ImportPage,
    tone_of_problems,
)
from catalog.models import ImportMode, ImportState, StockImport, StockImportRow
from catalog.stock_import import AlreadyImported

HAS_PROBLEM = ~Q(problem_code="")
# Worth a second look: a hundred units or more, and three times as many as now or a third of them.
IS_BIG = Q(problem_code="") & (
    Q(change__gte=100, after__gte=3 * F("now")) | Q(change__lte=-100, now__gte=3 * F("after"))
)
IMPORTANCE = Case(
    When(HAS_PROBLEM, then=Value(0)),
    When(IS_BIG, then=Value(1)),
    When(change=0, then=Value(3)),
    default=Value(2),
    output_field=IntegerField(),
)


class StockImportPage(ImportPage):
    template = "catalog/stock_import.html"

    def __init__(self, stock_import: StockImport, request: HttpRequest) -> None:
        super().__init__(stock_import, request)
        self.stock_import = stock_import

    def title(self) -> str:
        return _("Import %(number)s") % {"number": self.stock_import.pk}

    def figures(self) -> list[Figure]:
        found = self.stock_import
        is_count = found.mode == ImportMode.COUNT
        return [
            Figure(PROBLEMS, _("Problems"), found.problems, tone_of_problems(found.problems)),
            Figure(CHANGES, _("Will change") if self.is_planned else _("Changed"), found.changes),
            Figure(RIGHT, _("Already right") if is_count else _("Nothing to add"), found.unchanged),
        ]

    def rows(self) -> Page[StockImportRow]:
        rows = rows_of(self.stock_import, self.shown).select_related("product")
        return CappedPaginator(rows, ROWS_PER_PAGE).get_page(self.request.GET.get("page"))

    def actions(self) -> Actions:
        found = self.stock_import
        changes = {"changes": f"{found.changes:,}"}
        apply = ngettext("Apply %(changes)s change", "Apply %(changes)s changes", found.changes) % changes
        note = ngettext(
            "Takes its %(changes)s change back; sales since then are kept.",
            "Takes its %(changes)s changes back; sales since then are kept.",
            found.changes,
        )
        return Actions(
            may_act=self.request.user.has_perm("catalog.move_stock"),
            choose_url=reverse("admin:catalog_stockimport_import"),
            apply_url=reverse("admin:catalog_stockimport_apply", args=[found.pk]),
            undo_url=reverse("admin:catalog_stockimport_undo", args=[found.pk]),
            rejects_url=reverse("admin:catalog_stockimport_rejects", args=[found.pk]),
            apply=apply if found.changes else _("Record this count") if found.unchanged else "",
            applying=_("Applying …"),
            nothing=_("Not one row can be applied. Fix the file and choose it again."),
            undo=_("Undo this import") if found.changes else "",
            undo_note=note % changes,
        )

    def more(self, refusal: Refusal | None) -> dict[str, Any]:
        big_changes = rows_of(self.stock_import, "").filter(IS_BIG)
        return {
            "big_changes": big_changes.count() if self.is_planned else 0,
            "earlier": _applied_before(self.stock_import) if self.is_planned else None,
            "has_moved": refusal is not None and not isinstance(refusal, AlreadyImported),
        }


def rows_of(stock_import: StockImport, shown: str) -> QuerySet[StockImportRow]:
    """Sort problems first, then big changes, other changes and unchanged rows; each as in the file."""
    rows = rows_shown(StockImportRow.objects.filter(stock_import=stock_import), shown)
    is_big = Case(When(IS_BIG, then=Value(True)), default=Value(False), output_field=BooleanField())
    return rows.annotate(is_big=is_big).order_by(IMPORTANCE, "row")


def rows_shown(rows: QuerySet[StockImportRow], shown: str) -> QuerySet[StockImportRow]:
    """Return the rows that one card counts; all of them for ""."""
    match shown:
        case "problems":
            return rows.filter(HAS_PROBLEM)
        case "changes":
            return rows.filter(problem_code="").exclude(change=0)
        case "right":
            return rows.filter(problem_code="", change=0)
    return rows


def _applied_before(stock_import: StockImport) -> StockImport | None:
    """Return the last import of the same content and mode that was applied and not undone, if any."""
    same = StockImport.objects.filter(digest=stock_import.digest, state=ImportState.APPLIED)
    return same.select_related("applied_by").order_by("-pk").first()
