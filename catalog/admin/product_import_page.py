"""What the page of one product import shows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.paginator import Page
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.admin.lists import CappedPaginator
from backoffice.sheets.plans import Outcome, PlannedRow
from catalog.admin.import_page import (
    CHANGES,
    NEW,
    PROBLEMS,
    RIGHT,
    ROWS_PER_PAGE,
    Actions,
    Figure,
    ImportPage,
    tone_of_problems,
)
from catalog.models import ProductImport, ProductImportRow
from catalog.product_files import planned_row
from catalog.product_history import told_to

# In the order of the page.
OUTCOMES = {
    PROBLEMS: Outcome.PROBLEM,
    NEW: Outcome.NEW,
    CHANGES: Outcome.CHANGE,
    RIGHT: Outcome.SAME,
}
IMPORTANCE = Case(
    # Above all others: what could not be undone.
    When(problem_code="not_undone", then=Value(-1)),
    *(When(outcome=each.value, then=Value(place)) for place, each in enumerate(OUTCOMES.values())),
    default=Value(len(OUTCOMES)),
    output_field=IntegerField(),
)


class PlannedRows(CappedPaginator):
    """Pages of rows as the plan has them, with what the reader may know of them."""

    def __init__(self, rows: QuerySet[ProductImportRow], *, reader: Any) -> None:
        super().__init__(rows, ROWS_PER_PAGE)
        self.reader = reader

    def page(self, number: Any) -> Page[Any]:
        found = super().page(number)
        rows: Sequence[PlannedRow] = [self._told(row) for row in found.object_list]
        found.object_list = rows
        return found

    def _told(self, kept: ProductImportRow) -> PlannedRow:
        row = planned_row(kept)
        return replace(row, changes=told_to(row.changes, self.reader))


class ProductImportPage(ImportPage):
    template = "catalog/product_import.html"

    def __init__(self, kept: ProductImport, request: HttpRequest) -> None:
        super().__init__(kept, request)
        self.kept = kept

    def title(self) -> str:
        return _("Product import %(number)s") % {"number": self.kept.pk}

    def figures(self) -> list[Figure]:
        kept = self.kept
        return [
            Figure(PROBLEMS, _("Problems"), kept.problems, tone_of_problems(kept.problems)),
            Figure(NEW, _("New") if self.is_planned else _("Created"), kept.new),
            Figure(CHANGES, _("Will change") if self.is_planned else _("Changed"), kept.changed),
            Figure(RIGHT, _("Already right"), kept.unchanged),
        ]

    def rows(self) -> Page[Any]:
        rows: QuerySet[ProductImportRow] = self.kept.rows.defer("cells").order_by(IMPORTANCE, "row")
        if self.shown in OUTCOMES:
            rows = rows.filter(outcome=OUTCOMES[self.shown].value)
        return PlannedRows(rows, reader=self.request.user).get_page(self.request.GET.get("page"))

    def actions(self) -> Actions:
        kept = self.kept
        count = {"products": f"{kept.changes:,}"}
        apply = ngettext("Import %(products)s product", "Import %(products)s products", kept.changes) % count
        note = ngettext(
            "Takes its change of %(products)s product back; what it created is archived.",
            "Takes its changes of %(products)s products back; what it created is archived.",
            kept.changes,
        )
        fix = _("Not one row can be imported. Fix the file and choose it again.")
        return Actions(
            may_act=self.request.user.has_perms(["catalog.add_product", "catalog.change_product"]),
            choose_url=reverse("admin:catalog_product_import"),
            apply_url=reverse("admin:catalog_product_import_apply", args=[kept.pk]),
            undo_url=reverse("admin:catalog_product_import_undo", args=[kept.pk]),
            rejects_url=reverse("admin:catalog_product_import_rejects", args=[kept.pk]),
            apply=apply if kept.changes else "",
            applying=_("Importing …"),
            nothing=fix if kept.problems else _("There is nothing to change."),
            undo=_("Undo this import") if kept.changes else "",
            undo_note=note % count,
        )
