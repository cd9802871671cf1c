"""What the page of one stock import shows."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Case, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.admin.file_check import Actions, CellChange, Figure, ShownProblem, ShownRow
from backoffice.dates import moment
from backoffice.errors import Refusal
from backoffice.numbers import grouped
from catalog.admin.import_page import (
    CHANGES,
    HAS_PROBLEM,
    PROBLEMS,
    RIGHT,
    ImportPage,
    problems_figure,
)
from catalog.finding import products_matching
from catalog.models import ImportMode, ImportState, Product, StockImport, StockImportRow
from catalog.stock_import import AlreadyImported, problem_of
from catalog.stock_import.problems import sentence_of
from catalog.templatetags.stock import signed

# Worth a second look: a hundred units or more, and three times as many as now or a third of them.
IS_BIG = Q(problem_code="") & (
    Q(change__gte=100, after__gte=3 * F("now")) | Q(change__lte=-100, now__gte=3 * F("after"))
)
IMPORTANCE = Case(
    # Above all others: what could not be undone.
    When(problem_code="not_undone", then=Value(-1)),
    When(HAS_PROBLEM, then=Value(0)),
    When(IS_BIG, then=Value(1)),
    When(change=0, then=Value(3)),
    default=Value(2),
    output_field=IntegerField(),
)
VIEWS = {
    PROBLEMS: HAS_PROBLEM,
    CHANGES: Q(problem_code="") & ~Q(change=0),
    RIGHT: Q(problem_code="", change=0),
}
KINDS = {
    "big": (gettext_lazy("Big changes"), IS_BIG),
    "more": (gettext_lazy("More units"), Q(problem_code="", change__gt=0)),
    "fewer": (gettext_lazy("Fewer units"), Q(problem_code="", change__lt=0)),
}


class StockImportPage(ImportPage):
    template = "catalog/stock_import.html"
    all_kinds = gettext_lazy("All changes")

    def __init__(self, stock_import: StockImport, request: HttpRequest) -> None:
        super().__init__(stock_import, request)
        self.stock_import = stock_import

    def how(self) -> list[str]:
        is_count = self.stock_import.mode == ImportMode.COUNT
        count, receive = _("a count: on hand becomes the quantity"), _("a delivery: the quantity is added")
        return [_("matched by SKU"), count if is_count else receive]

    def figures(self) -> list[Figure]:
        found = self.stock_import
        units = self._units()
        is_count = found.mode == ImportMode.COUNT
        return [
            Figure(
                _("Will change") if self.is_planned else _("Changed"),
                grouped(found.changes),
                self._big_changes() or _("products on hand"),
                view=CHANGES,
            ),
            Figure(
                _("Units"),
                signed(units["more"] - units["fewer"]),
                _("%(more)s more, %(fewer)s fewer") % {name: grouped(each) for name, each in units.items()},
            ),
            Figure(
                _("Unchanged"),
                grouped(found.unchanged),
                _("already as counted") if is_count else _("nothing to add"),
                view=RIGHT,
            ),
            problems_figure(found.problems, is_planned=self.is_planned),
        ]

    def _units(self) -> dict[str, int]:
        changed = self.stock_import.rows.filter(VIEWS[CHANGES])
        sums = changed.aggregate(
            more=Sum("change", filter=Q(change__gt=0)), fewer=Sum("change", filter=Q(change__lt=0))
        )
        return {name: abs(units or 0) for name, units in sums.items()}

    def _big_changes(self) -> str:
        count = self.stock_import.rows.filter(IS_BIG).count() if self.is_planned else 0
        words = ngettext("%(count)s big change", "%(count)s big changes", count)
        return words % {"count": grouped(count)} if count else ""

    def kinds(self) -> list[tuple[str, str]]:
        return [(kind, str(title)) for kind, (title, _rows) in KINDS.items()]

    def rows(self) -> QuerySet[StockImportRow]:
        """Sort problems first, then big changes, other changes and unchanged rows; each as in the file."""
        rows = StockImportRow.objects.filter(stock_import=self.stock_import)
        if self.kind in KINDS:
            rows = rows.filter(KINDS[self.kind][1])
        if self.term:
            products = products_matching(Product.objects.all(), self.term).values("pk")
            named = Q(sku__icontains=self.term) | Q(name__icontains=self.term)
            rows = rows.filter(named | Q(product__in=products))
        is_big = Case(When(IS_BIG, then=Value(True)), default=Value(False), output_field=BooleanField())
        return rows.annotate(is_big=is_big).order_by(IMPORTANCE, "row").select_related("product")

    def in_view(self, rows: QuerySet[StockImportRow], view: str) -> QuerySet[StockImportRow]:
        return rows_shown(rows, view)

    def in_words(self, rows: Iterable[StockImportRow]) -> list[ShownRow]:
        return [_in_words(row) for row in rows]

    def actions(self) -> Actions:
        found = self.stock_import
        changes = {"count": grouped(found.changes)}
        apply = ngettext("Apply %(count)s change", "Apply %(count)s changes", found.changes) % changes
        undo = ngettext("Undo %(count)s change", "Undo %(count)s changes", found.changes) % changes
        note = ngettext(
            "Undoing takes its %(count)s change back; sales since then are kept.",
            "Undoing takes its %(count)s changes back; sales since then are kept.",
            found.changes,
        )
        return Actions(
            may_act=self.request.user.has_perm("catalog.move_stock"),
            choose_url=reverse("admin:catalog_stockimport_import"),
            apply_url=reverse("admin:catalog_stockimport_apply", args=[found.pk]),
            undo_url=reverse("admin:catalog_stockimport_undo", args=[found.pk]),
            rejects_url=reverse("admin:catalog_stockimport_rejects", args=[found.pk]),
            all_url=reverse("admin:catalog_stockimport_changelist"),
            apply=apply if found.changes else _("Record this count") if found.unchanged else "",
            applying=_("Applying …"),
            nothing=_("No row can be applied. Fix the file and choose it again."),
            way_back=_("Can be undone from Stock imports"),
            undo=undo if found.changes else "",
            undo_note=note % changes,
        )

    def more(self, refusal: Refusal | None) -> dict[str, Any]:
        earlier = _applied_before(self.stock_import) if self.is_planned else None
        return {
            "earlier": earlier,
            "earlier_at": moment(earlier.applied_at) if earlier and earlier.applied_at else "",
            "earlier_by": (earlier and earlier.applied_by) or _("System"),
            "has_moved": refusal is not None and not isinstance(refusal, AlreadyImported),
        }


def rows_shown(rows: QuerySet[StockImportRow], shown: str) -> QuerySet[StockImportRow]:
    """Return the rows that one card counts; all of them for ""."""
    return rows.filter(VIEWS[shown]) if shown in VIEWS else rows


def _in_words(row: StockImportRow) -> ShownRow:
    product = row.product
    has_change = not row.problem_code and row.change != 0
    change = CellChange(_("On hand"), grouped(row.now or 0), grouped(row.after or 0), signed(row.change))
    return ShownRow(
        row=row.row,
        name=product.sku if product else row.sku,
        url=reverse("admin:catalog_product_change", args=[product.pk]) if product else "",
        what=product.name if product else row.name,
        changes=[change] if has_change else [],
        problems=[_problem(row)] if row.problem_code else [],
        idle=_("Stays at %(units)s") % {"units": grouped(row.now or 0)},
        mark=_("Big change") if getattr(row, "is_big", False) else "",
        remark=problem_of(row) if row.remark_code else row.note,
    )


def _problem(row: StockImportRow) -> ShownProblem:
    """Return it beside the column that has to be corrected, with what is written there."""
    column = row.facts.get("column", "")
    match row.problem_code.partition("_")[0], column:
        case _, "sku":
            field, written = _("SKU"), ""
        case ("quantity", _) | (_, "quantity"):
            field, written = _("Quantity"), row.quantity
        case ("expected", _) | (_, "expected"):
            field, written = _("Expected"), row.expected
        case _ if row.problem_code.endswith("_sku"):
            field, written = _("SKU"), ""
        case _:
            field, written = _("On hand"), ""
    return ShownProblem(field, sentence_of(row.problem_code, row.facts), written, column)


def _applied_before(stock_import: StockImport) -> StockImport | None:
    """Return the last import of the same content and mode that was applied and not undone, if any."""
    same = StockImport.objects.filter(digest=stock_import.digest, state=ImportState.APPLIED)
    return same.select_related("applied_by").order_by("-pk").first()
