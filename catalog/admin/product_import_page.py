"""What the page of one product import shows."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _

from backoffice.errors import Refusal
from backoffice.sheets.plans import Outcome, PlannedRow
from catalog.admin.import_page import (
    CHANGES,
    NEW,
    PROBLEMS,
    RIGHT,
    ROWS_PER_PAGE,
    Figure,
    ImportPage,
    tone_of_problems,
)
from catalog.models import ProductImport
from catalog.product_files import plan_of

# In the order of the page.
OUTCOMES = {
    PROBLEMS: Outcome.PROBLEM,
    NEW: Outcome.NEW,
    CHANGES: Outcome.CHANGE,
    RIGHT: Outcome.SAME,
}


class ProductImportPage(ImportPage):
    template = "catalog/product_import.html"

    def __init__(self, kept: ProductImport, request: HttpRequest) -> None:
        super().__init__(kept, request)
        self.number = kept.pk
        self.plan = plan_of(kept)

    def title(self) -> str:
        return _("Product import %(number)s") % {"number": self.number}

    def figures(self) -> list[Figure]:
        counts = {view: self.plan.count(outcome) for view, outcome in OUTCOMES.items()}
        return [
            Figure(PROBLEMS, _("Problems"), counts[PROBLEMS], tone_of_problems(counts[PROBLEMS])),
            Figure(NEW, _("New") if self.is_planned else _("Created"), counts[NEW]),
            Figure(CHANGES, _("Will change") if self.is_planned else _("Changed"), counts[CHANGES]),
            Figure(RIGHT, _("Already right"), counts[RIGHT]),
        ]

    def rows(self) -> Page[PlannedRow]:
        chosen = OUTCOMES.get(self.shown)
        importance = list(OUTCOMES.values())
        rows = [row for row in self.plan.rows if chosen in (None, row.outcome)]
        rows.sort(key=lambda row: importance.index(row.outcome))
        return Paginator(rows, ROWS_PER_PAGE).get_page(self.request.GET.get("page"))

    def more(self, refusal: Refusal | None) -> dict[str, Any]:
        return {"changes": self.plan.changes, "problems": self.plan.count(Outcome.PROBLEM)}
