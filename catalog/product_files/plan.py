"""What a file of products would do, row by row, and the same done, in a few statements."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.sheets.plans import (
    OnRow,
    Outcome,
    PlannedRow,
    RowPlan,
    RowProblem,
    RowsChanged,
    rejected_csv,
)
from backoffice.text import barcode_key, identity_key
from catalog.models import Product
from catalog.product_cache import forget_products
from catalog.product_files.cells import Categories, all_categories, said_by
from catalog.product_files.problems import (
    RowHasProblems,
    problems_in_words,
    problems_of_fields,
    repeated_sku,
)
from catalog.product_files.reading import ProductFile
from catalog.product_history import KEPT_OF, ProductEdit, record_edits
from catalog.products import unclean_fields

logger = logging.getLogger(__name__)

PRODUCTS_AT_ONCE = 1_000
WRITTEN = (
    "name",
    "price",
    "category",
    "barcode",
    "barcode_key",
    "low_stock_threshold",
    "is_active",
    "updated_at",
    "search_text",
)


def plan_products(file: ProductFile, *, on_row: OnRow | None = None) -> RowPlan:
    """Return what importing the file would do. Nothing is written, and no writer has to wait."""
    known = _products_of(file)
    return _Judge(file, known, _holders_of(file)).plan(on_row)


@write_transaction
def import_products(
    file: ProductFile,
    *,
    by: Actor,
    seen: RowPlan,
    skip_invalid: bool = False,
    on_row: OnRow | None = None,
) -> RowPlan:
    """Do what was seen: all of it, or with `skip_invalid` every row without a problem.

    Raises:
        RowsHaveProblems, RowsChanged: naming rows; nothing was changed.
    """
    judge = _Judge(file, _locked_products(_products_of(file)), _holders_of(file))
    plan = judge.plan(on_row)
    plan.refuse_unless(seen, skip_invalid=skip_invalid)
    _write(judge.edits)
    record_edits(judge.edits, by=by, file_name=file.name)
    told = (by, by.source, plan.count(Outcome.NEW), plan.count(Outcome.CHANGE))
    logger.info("Products imported by %s (%s): %d new, %d changed", *told)
    return plan


def rejected_products_csv(file: ProductFile, plan: RowPlan) -> str:
    """Return the rows with problems as a CSV file to correct and import again."""
    return rejected_csv(plan, file.columns, file.rows)


class _Judge:
    """Goes through the rows in the order of the file; afterwards `edits` are what is to be written."""

    def __init__(self, file: ProductFile, known: Mapping[str, Product], holders: Mapping[str, str]) -> None:
        self.edits: list[ProductEdit] = []
        self._file = file
        self._known = known
        self._repeated = file.repeated
        self._categories: Categories = all_categories()
        self._names = {each.pk: each.name for each in self._categories.values()}
        # The folded SKU that has each barcode, from the database and then from the rows above.
        self._holders = dict(holders)

    def plan(self, on_row: OnRow | None) -> RowPlan:
        rows = tuple(self._rows(on_row))
        return RowPlan("sku", rows, self._file.ignored_columns, self._file.remarks)

    def _rows(self, on_row: OnRow | None) -> Iterator[PlannedRow]:
        for number, texts in self._file.rows:
            if on_row:
                on_row()
            cells = dict(zip(self._file.columns, texts, strict=True))
            sku = cells["sku"]
            try:
                edit = self._edit(cells, self._file.faults.get(number, ()))
            except RowHasProblems as refusal:
                words = problems_in_words(refusal.problems)
                yield PlannedRow(number, sku, Outcome.PROBLEM, {}, words, refusal.problems)
                continue
            if not edit.changes:
                yield PlannedRow(number, sku, Outcome.SAME, {})
                continue
            self.edits.append(edit)
            yield PlannedRow(number, sku, Outcome.NEW if edit.is_new else Outcome.CHANGE, edit.changes)

    def _edit(self, cells: Mapping[str, str], faults: Sequence[RowProblem]) -> ProductEdit:
        """Return a row's product, whether it exists or is new, changed as the row says.

        Raises:
            RowHasProblems.
        """
        key = identity_key(cells["sku"])
        if any(each.column == "sku" for each in faults):
            raise RowHasProblems(*faults)
        if not key:
            raise RowHasProblems(RowProblem("", "sku_missing"))
        if key in self._repeated:
            raise RowHasProblems(repeated_sku(self._repeated[key]))
        said = said_by(cells, self._categories, faults)
        known = self._known.get(key)
        product = known or Product()
        before = {name: self._value(product, name) if known else None for name in said}
        for name, value in said.items():
            # The column that names the product never renames it.
            if name != "sku" or known is None:
                setattr(product, name, value)
        shown = said if known else KEPT_OF
        after = {name: self._value(product, name) for name in shown}
        changes = {
            name: (before.get(name), value)
            for name, value in after.items()
            if value != before.get(name) and not (known is None and value == "")
        }
        if changes:
            self._refuse_unclean(product, key)
        return ProductEdit(product, known is None, changes)

    def _refuse_unclean(self, product: Product, key: str) -> None:
        """Raises RowHasProblems when the product cannot be saved like this."""
        # Its category was just read; Django would query it again for each row.
        if unclean := unclean_fields(product, but=["category"]):
            raise RowHasProblems(*problems_of_fields(unclean))
        if product.price < 0:
            raise RowHasProblems(RowProblem("price", "negative_price"))
        if product.barcode and self._holders.setdefault(barcode_key(product.barcode), key) != key:
            raise RowHasProblems(RowProblem("", "barcode_taken", {"barcode": product.barcode}))

    def _value(self, product: Product, name: str) -> Any:
        if name != "category":
            return getattr(product, name)
        return self._names.get(product.category_id) if product.category_id else None


def _products_of(file: ProductFile) -> dict[str, Product]:
    place = file.columns.index("sku")
    keys = [identity_key(cells[place]) for _, cells in file.rows]
    return {
        product.sku_key: product
        for batch in batched(keys, PRODUCTS_AT_ONCE)
        for product in Product.objects.filter(sku_key__in=batch)
    }


def _locked_products(products: Mapping[str, Product]) -> dict[str, Product]:
    """Return the same products, read again and locked until the transaction ends."""
    # Ascending pk, so that imports and orders cannot deadlock.
    keys = sorted(product.pk for product in products.values())
    return {
        product.sku_key: product
        for batch in batched(keys, PRODUCTS_AT_ONCE)
        for product in Product.objects.filter(pk__in=batch).order_by("pk").select_for_update(no_key=True)
    }


def _holders_of(file: ProductFile) -> dict[str, str]:
    """Return the folded SKU of the product that has each of the file's barcodes."""
    if "barcode" not in file.columns:
        return {}
    place = file.columns.index("barcode")
    barcodes = [barcode_key(cells[place]) for _, cells in file.rows if cells[place]]
    return {
        barcode: key
        for batch in batched(barcodes, PRODUCTS_AT_ONCE)
        for barcode, key in Product.objects.filter(barcode_key__in=batch).values_list(
            "barcode_key", "sku_key"
        )
    }


def _write(edits: Sequence[ProductEdit]) -> None:
    """Save the edits. Raises RowsChanged when somebody has just taken one of their SKUs or barcodes."""
    try:
        with transaction.atomic():
            created = [edit.product for edit in edits if edit.is_new]
            Product.objects.bulk_create(created, batch_size=PRODUCTS_AT_ONCE)
            _update([edit.product for edit in edits if not edit.is_new])
    except IntegrityError as error:
        raise RowsChanged from error
    forget_products()


def _update(products: list[Product]) -> None:
    """Update with one prepared statement: bulk_update, a CASE for each row, takes a hundred times as long."""
    now = timezone.now()
    fields = [field for field in Product._meta.concrete_fields if field.name in WRITTEN]
    settings = ", ".join(f"{connection.ops.quote_name(str(field.column))} = %s" for field in fields)

    def values(product: Product) -> list[Any]:
        product.updated_at = now
        own = [field.get_db_prep_save(field.pre_save(product, add=False), connection) for field in fields]
        return [*own, product.pk]

    for part in batched(products, PRODUCTS_AT_ONCE):
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE catalog_product SET {settings} WHERE id = %s",  # noqa: S608  # columns of our own
                [values(product) for product in part],
            )
