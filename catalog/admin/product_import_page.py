"""What the page of one product import shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from backoffice.admin.file_check import Actions, CellChange, Figure, ShownProblem, ShownRow
from backoffice.db.search_words import words_of
from backoffice.numbers import grouped
from backoffice.sheets.plans import Outcome, PlannedRow, RowProblem
from backoffice.text import identity_key
from catalog.admin.import_page import (
    CHANGES,
    HAS_PROBLEM,
    NEW,
    PROBLEMS,
    RIGHT,
    ImportPage,
    problems_figure,
)
from catalog.finding import products_matching
from catalog.models import Product, ProductImport, ProductImportRow
from catalog.product_files import planned_row
from catalog.product_files.problems import NOT_FOR_READER, sentence_told_to
from catalog.product_history import names_by_slug, title_of, told_to, value_in_words

# In the order of the page.
OUTCOMES = {PROBLEMS: Outcome.PROBLEM, NEW: Outcome.NEW, CHANGES: Outcome.CHANGE, RIGHT: Outcome.SAME}
IMPORTANCE = Case(
    # Above all others: what could not be undone.
    When(problem_code="not_undone", then=Value(-1)),
    *(When(outcome=each.value, then=Value(place)) for place, each in enumerate(OUTCOMES.values())),
    default=Value(len(OUTCOMES)),
    output_field=IntegerField(),
)
COUNTED = {
    "price": ngettext_lazy("%(count)s price", "%(count)s prices", "number"),
    "name": ngettext_lazy("%(count)s name", "%(count)s names", "number"),
    "category": ngettext_lazy("%(count)s category", "%(count)s categories", "number"),
    "barcode": ngettext_lazy("%(count)s barcode", "%(count)s barcodes", "number"),
}
KINDS_NAMED = 2


class ProductImportPage(ImportPage):
    all_kinds = gettext_lazy("All fields")

    def __init__(self, kept: ProductImport, request: HttpRequest) -> None:
        super().__init__(kept, request)
        self.kept = kept
        # Those that the reader may know of.
        self.columns = tuple(told_to(dict.fromkeys(kept.columns), request.user))

    def how(self) -> list[str]:
        return [_("matched by SKU"), _("what has no column stays as it is")]

    def figures(self) -> list[Figure]:
        kept = self.kept
        added = _("new SKUs in this file") if kept.new else _("no new SKU in this file")
        return [
            Figure(
                _("Will change") if self.is_planned else _("Changed"),
                grouped(kept.changed),
                self._changes_bytitle_of() or _("no product"),
                view=CHANGES,
            ),
            Figure(_("Will be added") if self.is_planned else _("Added"), grouped(kept.new), added, view=NEW),
            Figure(_("Unchanged"), grouped(kept.unchanged), _("already as in the file"), view=RIGHT),
            problems_figure(kept.problems, is_planned=self.is_planned),
        ]

    def _changes_bytitle_of(self) -> str:
        """`147 prices, 52 names, 31 other`, of the products that are there already."""
        changed = self.kept.rows.filter(outcome=Outcome.CHANGE.value)
        counts = changed.aggregate(
            **{name: Count("pk", filter=Q(changes__has_key=name)) for name in self.columns}
        )
        ranked = sorted((name for name in COUNTED if counts.get(name)), key=lambda name: -counts[name])
        told = [COUNTED[name] % _counted(counts[name]) for name in ranked[:KINDS_NAMED]]
        if other := sum(counts.values()) - sum(counts[name] for name in ranked[:KINDS_NAMED]):
            told.append(ngettext("%(count)s other", "%(count)s other", other) % _counted(other))
        return ", ".join(told)

    def kinds(self) -> list[tuple[str, str]]:
        return [(name, title_of(name)) for name in self.columns]

    def rows(self) -> QuerySet[ProductImportRow]:
        rows: QuerySet[ProductImportRow] = self.kept.rows.order_by(IMPORTANCE, "row")
        if self.kind in self.columns:
            places = range(len(self.kept.columns))
            of_a_problem = [Q(**{f"problems__{place}__0": self.kind}) for place in places]
            rows = rows.filter(Q(*of_a_problem, Q(changes__has_key=self.kind), _connector=Q.OR))
        return rows.filter(pk__in=self._found(rows)) if self.term else rows

    def _found(self, rows: QuerySet[ProductImportRow]) -> list[int]:
        """Return the rows whose SKU and name, or whose product's, have each word. Python folds the file's."""
        products = products_matching(Product.objects.all(), self.term).values_list("sku_key", flat=True)
        keys, words = set(products), words_of(self.term)
        return [
            pk
            for pk, sku, name in rows.order_by().values_list("pk", "sku", "changes__name__1")
            if identity_key(sku) in keys or all(word in identity_key(f"{sku} {name or ''}") for word in words)
        ]

    def in_view(self, rows: QuerySet[ProductImportRow], view: str) -> QuerySet[ProductImportRow]:
        if view == PROBLEMS:
            return rows.filter(HAS_PROBLEM)
        return rows.filter(outcome=OUTCOMES[view].value) if view in OUTCOMES else rows

    def in_words(self, rows: Iterable[ProductImportRow]) -> list[ShownRow]:
        found = list(rows)
        products = _products_of(found)
        values = _ShownValues(names_by_slug(row.changes for row in found))
        return [self._in_words(row, products.get(identity_key(row.sku)), values) for row in found]

    def _in_words(self, kept: ProductImportRow, product: Product | None, values: "_ShownValues") -> ShownRow:
        row = planned_row(kept)
        row = replace(row, changes=told_to(row.changes, self.request.user))
        changes = () if row.problems else values.changes_of(row)
        return ShownRow(
            row=row.row,
            name=row.name,
            url=reverse("admin:catalog_product_change", args=[product.pk]) if product else "",
            what=product.name if product else str(row.changes.get("name", ("", ""))[1]),
            is_new=row.outcome is Outcome.NEW and not row.problems,
            changes=changes,
            problems=self._problems_of(row, kept.cells),
            idle=_("Already as in the file") if row.outcome is Outcome.SAME else str(NOT_FOR_READER),
        )

    def _problems_of(self, row: PlannedRow, cells: Sequence[str]) -> list[ShownProblem]:
        # The SKU stands beside it anyway.
        written = {**dict(zip(self.kept.columns, cells, strict=False)), "sku": ""}
        return [self._problem(each, written.get(each.column, "")) for each in row.problems]

    def _problem(self, problem: RowProblem, written: str) -> ShownProblem:
        field = title_of(problem.column or "sku")
        sentence = sentence_told_to(self.request.user, problem)
        if sentence == str(NOT_FOR_READER):
            return ShownProblem(field, sentence)
        return ShownProblem(field, sentence, written, problem.column)

    def actions(self) -> Actions:
        kept = self.kept
        count = {"count": grouped(kept.changes)}
        apply = ngettext("Apply %(count)s change", "Apply %(count)s changes", kept.changes) % count
        undo = ngettext("Undo %(count)s change", "Undo %(count)s changes", kept.changes) % count
        note = ngettext(
            "Undoing takes its change of %(count)s product back; what it created is archived.",
            "Undoing takes its changes of %(count)s products back; what it created is archived.",
            kept.changes,
        )
        rejects = reverse("admin:catalog_product_import_rejects", args=[kept.pk])
        fix = _("No row can be applied. Fix the file and choose it again.")
        return Actions(
            may_act=self.request.user.has_perms(["catalog.add_product", "catalog.change_product"]),
            choose_url=reverse("admin:catalog_product_import"),
            apply_url=reverse("admin:catalog_product_import_apply", args=[kept.pk]),
            undo_url=reverse("admin:catalog_product_import_undo", args=[kept.pk]),
            rejects_url=rejects if len(self.columns) == len(kept.columns) else "",
            all_url=reverse("admin:catalog_productimport_changelist"),
            apply=apply if kept.changes else "",
            applying=_("Applying …"),
            nothing=fix if kept.problems else _("There is nothing to change."),
            way_back=_("Can be undone from Product imports"),
            undo=undo if kept.changes else "",
            undo_note=note % count,
        )


class _ShownValues:
    """Values of a plan in words; `names` has those of categories and families by slug."""

    def __init__(self, names: Mapping[str, Mapping[str, str]]) -> None:
        self._names = names

    def changes_of(self, row: PlannedRow) -> list[CellChange]:
        return [
            CellChange(
                title_of(name),
                value_in_words(name, before, self._names),
                value_in_words(name, after, self._names),
            )
            for name, (before, after) in row.changes.items()
            if name != "sku" and not (row.outcome is Outcome.NEW and name == "name")
        ]


def _products_of(rows: Sequence[ProductImportRow]) -> dict[str, Product]:
    products = Product.objects.filter(sku_key__in={identity_key(row.sku) for row in rows})
    return {product.sku_key: product for product in products.only("sku_key", "name")}


def _counted(count: int) -> dict[str, Any]:
    return {"number": count, "count": grouped(count)}
