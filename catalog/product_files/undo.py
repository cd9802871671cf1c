"""Undoing an import of products by further edits; what was changed since is somebody's own decision."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Fault
from backoffice.numbers import grouped
from backoffice.sheets.plans import FAULTS_NAMED, CannotUndo, Outcome, RowProblem
from backoffice.text import barcode_key, identity_key
from catalog.families.holding import record_members
from catalog.models import (
    Category,
    ImportState,
    Product,
    ProductChange,
    ProductChangeKind,
    ProductFamily,
    ProductImport,
    ProductImportRow,
    StockMovement,
)
from catalog.models.family import OPTIONS
from catalog.product_files.kept import ImportInWrongState, hold_product_import
from catalog.product_files.problems import RowHasProblems, problems_in_words
from catalog.product_files.variants import FAMILY_COLUMNS, Families
from catalog.product_files.writing import PRODUCTS_AT_ONCE, locked_products, write
from catalog.product_history import (
    AMOUNTS,
    KEPT_OF,
    RELATED,
    ProductEdit,
    differences,
    record_edits,
    values_in_history,
)

NOT_UNDONE = "not_undone"
DOING = (Outcome.NEW.value, Outcome.CHANGE.value)
# What a product has that its file did not say.
TEXTS = ("barcode", "description", "supplier_number", *OPTIONS)
NOTHING_GIVEN: Mapping[str, Any] = dict.fromkeys(KEPT_OF) | dict.fromkeys(TEXTS, "")


class NotApplied(ImportInWrongState):
    pass


@write_transaction
def undo_product_import(number: int, *, by: Actor, skip_invalid: bool = False) -> ProductImport:
    """Give what the import changed its values from before, and archive what it created.

    All of it or nothing; with `skip_invalid` the rows that can no longer be undone stay as they are.

    Raises:
        PlanGone, NotApplied: it is not applied (any more).
        CannotUndo: naming the rows; nothing was undone.
    """
    kept = hold_product_import(number)
    _refuse_unless_applied(kept)
    undoing = _Undoing(kept)
    undoing.judge()
    if undoing.problems and (not skip_invalid or not undoing.edits):
        raise _cannot_undo(kept, undoing.problems)
    write(undoing.edits)
    record_edits(undoing.edits, by=by, file_name=kept.file_name, product_import=kept, is_undoing=True)
    record_members(undoing.edits, by=by)
    _keep(kept, undoing.problems, by)
    return kept


def _refuse_unless_applied(kept: ProductImport) -> None:
    if kept.state == ImportState.UNDONE:
        raise NotApplied(gettext("Product import %(number)s is undone, not applied.") % {"number": kept.pk})
    if kept.state != ImportState.APPLIED:
        raise NotApplied(gettext("Product import %(number)s is planned, not applied.") % {"number": kept.pk})


def _cannot_undo(kept: ProductImport, problems: "Problems") -> CannotUndo:
    words = ngettext(
        "%(blocked)s of %(changes)s change can no longer be undone; nothing was.",
        "%(blocked)s of %(changes)s changes can no longer be undone; nothing was.",
        kept.changes,
    )
    facts = {"blocked": grouped(len(problems)), "changes": grouped(kept.changes)}
    return CannotUndo(words % facts, faults=_faults(problems))


type Problems = Mapping[ProductImportRow, RowProblem]


class _Undoing:
    """Goes through what the import did; afterwards `edits` take it back, and `problems` say what stays."""

    def __init__(self, kept: ProductImport) -> None:
        self.edits: list[ProductEdit] = []
        self.problems: dict[ProductImportRow, RowProblem] = {}
        self._entries = list(kept.entries.exclude(kind=ProductChangeKind.UNDONE).order_by("product_id"))
        self._rows = {identity_key(row.sku): row for row in kept.rows.filter(outcome__in=DOING)}
        self._related = _related(self._entries)
        pks = [entry.product_id for entry in self._entries]
        self._products = {product.pk: product for product in locked_products(pks)}
        self._families = Families(self._related["family"].values())
        self._slugs = {
            "category": {each.pk: each.slug for each in self._related["category"].values()},
            # Of all families, also where the import changed no values: its products may be in one.
            "family": dict(ProductFamily.objects.values_list("pk", "slug")),
        }
        self._moved = _moved(entry.product_id for entry in self._entries if _is_creation(entry))
        self._holders = _holders(self._entries)

    def judge(self) -> None:
        for entry in self._entries:
            product = self._products[entry.product_id]
            try:
                edit = (
                    self._archived(entry, product) if _is_creation(entry) else self._restored(entry, product)
                )
            except RowHasProblems as refusal:
                self.problems[self._row_of(entry)] = refusal.problems[0]
            else:
                self.edits += [edit] if edit.changes else []

    def _row_of(self, entry: ProductChange) -> ProductImportRow:
        """Return the row by the SKU that the product had then: it may have been renamed since."""
        product = self._products[entry.product_id]
        keys = (product.sku_key, *product.earlier_skus.values_list("sku_key", flat=True))
        return next(self._rows[key] for key in keys if key in self._rows)

    def _archived(self, entry: ProductChange, product: Product) -> ProductEdit:
        """Return the edit that archives a new product, which nothing happened to since."""
        seen = {**NOTHING_GIVEN, **_after(entry)}
        if not product.is_active:
            # Whoever archived it meanwhile did what undoing does.
            del seen["is_active"]
        self._refuse_changed(product, seen)
        if product.pk in self._moved:
            raise RowHasProblems(RowProblem("", NOT_UNDONE, {"reason": "has_stock"}))
        return self._edited(product, {"is_active": False})

    def _restored(self, entry: ProductChange, product: Product) -> ProductEdit:
        self._refuse_changed(product, _after(entry))
        values = {name: before for name, (before, _after) in entry.changes.items()}
        for name in RELATED:
            if slug := values.get(name):
                values[name] = self._named(name, slug)
        barcode = values.get("barcode")
        if barcode and self._holders.get(barcode_key(barcode), product.pk) != product.pk:
            facts = {"reason": "barcode_taken", "barcode": barcode}
            raise RowHasProblems(RowProblem("barcode", NOT_UNDONE, facts))
        edit = self._edited(product, values)
        if not FAMILY_COLUMNS.isdisjoint(values) and self._families.problem_of(product):
            raise RowHasProblems(RowProblem("family", NOT_UNDONE, {"reason": "options_refused"}))
        return edit

    def _named(self, name: str, slug: str) -> Category | ProductFamily:
        if slug not in self._related[name]:
            facts = {"reason": f"{name}_gone", name: slug}
            raise RowHasProblems(RowProblem(name, NOT_UNDONE, facts))
        return self._related[name][slug]

    def _refuse_changed(self, product: Product, seen: Mapping[str, Any]) -> None:
        """Raises RowHasProblems when a field has another value than the import gave it."""
        present = self._values(product)
        for name, value in seen.items():
            now = present[name]
            if now != value:
                facts = {"reason": "changed_since", "now": now, "imported": value}
                raise RowHasProblems(RowProblem(name, NOT_UNDONE, facts))

    def _edited(self, product: Product, values: Mapping[str, Any]) -> ProductEdit:
        before = self._values(product)
        for name, value in values.items():
            setattr(product, name, Decimal(value) if name in AMOUNTS and value is not None else value)
        return ProductEdit(product, is_new=False, changes=differences(before, self._values(product)))

    def _values(self, product: Product) -> dict[str, Any]:
        return values_in_history(product, self._slugs)


def _related(entries: Iterable[ProductChange]) -> dict[str, dict[str, Any]]:
    """Return all categories by slug, and all families where the import changed any product's values.

    Families are locked before any product, so that none gets another option meanwhile.
    """
    is_about_families = any(not FAMILY_COLUMNS.isdisjoint(entry.changes) for entry in entries)
    families = ProductFamily.objects.order_by("pk").select_for_update()
    return {
        "category": {each.slug: each for each in Category.objects.all()},
        "family": {each.slug: each for each in families} if is_about_families else {},
    }


def _is_creation(entry: ProductChange) -> bool:
    return entry.kind == ProductChangeKind.CREATED


def _after(entry: ProductChange) -> dict[str, Any]:
    return {name: after for name, (_before, after) in entry.changes.items()}


def _moved(pks: Iterable[int]) -> set[int]:
    """Return those of the products that stock ever moved of: they were received, or ordered."""
    moved = StockMovement.objects.filter(product__in=list(pks))
    return set(moved.order_by().values_list("product_id", flat=True).distinct())


def _holders(entries: Iterable[ProductChange]) -> dict[str, int]:
    """Return which product has each of the barcodes that are to be given back."""
    barcodes = [entry.changes["barcode"][0] for entry in entries if "barcode" in entry.changes]
    keys = [barcode_key(barcode) for barcode in barcodes if barcode]
    return dict(Product.objects.filter(barcode_key__in=keys).values_list("barcode_key", "pk"))


def _faults(problems: Problems) -> list[Fault]:
    named = sorted(problems.items(), key=lambda each: each[0].row)[:FAULTS_NAMED]
    return [
        Fault(
            f"/rows/{row.row}",
            problem.code,
            gettext("Row %(row)s (%(name)s): %(problem)s")
            % {"row": row.row, "name": row.sku, "problem": problems_in_words([problem])},
            {"row": row.row, "sku": row.sku, **problem.facts},
        )
        for row, problem in named
    ]


def _keep(kept: ProductImport, problems: Problems, by: Actor) -> None:
    for row, problem in problems.items():
        row.problems = [[problem.column, problem.code, problem.facts]]
        row.problem_code = problem.code
    ProductImportRow.objects.bulk_update(
        list(problems), ["problems", "problem_code"], batch_size=PRODUCTS_AT_ONCE
    )
    kept.state = ImportState.UNDONE
    kept.undone_at = timezone.now()
    kept.undone_by = by.user
    kept.save(update_fields=["state", "undone_at", "undone_by"])
