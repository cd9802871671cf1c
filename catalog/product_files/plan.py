"""What a file of products would do, row by row, and the same done, in a few statements."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import batched
from typing import Any

from django.utils.translation import ngettext

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.money import MAX_AMOUNT, rounded
from backoffice.numbers import grouped
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.plans import (
    OnRow,
    Outcome,
    PlannedRow,
    RowPlan,
    RowProblem,
    rejected_csv,
)
from backoffice.text import barcode_key, identity_key
from catalog.families.holding import record_members
from catalog.models import EarlierSku, Product, ProductFamily, ProductImport
from catalog.product_files.cells import all_related, said_by
from catalog.product_files.problems import (
    RowHasProblems,
    problems_in_words,
    problems_of_fields,
    repeated_sku,
)
from catalog.product_files.reading import ProductFile
from catalog.product_files.variants import FAMILY_COLUMNS, Families, families_of, hold_families
from catalog.product_files.writing import PRODUCTS_AT_ONCE, locked_products, write
from catalog.product_history import AMOUNTS, KEPT_OF, ProductEdit, differences, record_edits
from catalog.products import negative_amounts, unclean_fields

logger = logging.getLogger(__name__)

MOST_ROWS_OF_A_REQUEST = 20_000


def refuse_too_many(file: ProductFile, *, most: int = MOST_ROWS_OF_A_REQUEST) -> None:
    """Raises UnreadableFile for more rows than a request may bring."""
    if len(file.rows) <= most:
        return
    raise UnreadableFile(
        ngettext(
            "The file has %(rows)s row; at most %(most)s are taken here at a time. "
            "Split it, or use shopctl products import.",
            "The file has %(rows)s rows; at most %(most)s are taken here at a time. "
            "Split it, or use shopctl products import.",
            len(file.rows),
        )
        % {"rows": grouped(len(file.rows)), "most": grouped(most)}
    )


def plan_products(file: ProductFile, *, on_row: OnRow | None = None) -> RowPlan:
    """Return what importing the file would do. Nothing is written, and no writer has to wait."""
    return _Judge(file, _products_of(file)).plan(on_row)


@write_transaction
def import_products(
    file: ProductFile,
    *,
    by: Actor,
    seen: RowPlan,
    skip_invalid: bool = False,
    product_import: ProductImport | None = None,
    on_row: OnRow | None = None,
) -> RowPlan:
    """Do what was seen: all of it, or with `skip_invalid` every row without a problem.

    The histories of the products name the `product_import` that keeps the plan, by which it can be undone.

    Raises:
        RowsHaveProblems, RowsChanged: naming rows; nothing was changed.
    """
    judge = _Judge(file, _products_of(file), is_locking=True)
    plan = judge.plan(on_row)
    plan.refuse_unless(seen, skip_invalid=skip_invalid)
    write(judge.edits)
    record_edits(judge.edits, by=by, file_name=file.name, product_import=product_import)
    record_members(judge.edits, by=by)
    told = (by, by.source, plan.count(Outcome.NEW), plan.count(Outcome.CHANGE))
    logger.info("Products imported by %s (%s): %d new, %d changed", *told)
    return plan


def rejected_products_csv(file: ProductFile, plan: RowPlan) -> str:
    """Return the rows with problems as a CSV file to correct and import again."""
    return rejected_csv(plan, file.columns, file.rows)


class _Judge:
    """Goes through the rows in the order of the file; afterwards `edits` are what is to be written."""

    def __init__(self, file: ProductFile, known: Mapping[str, Product], *, is_locking: bool = False) -> None:
        self.edits: list[ProductEdit] = []
        self._file = file
        self._repeated = file.repeated
        self._related = all_related(file.columns)
        self._slugs = {
            column: {each.pk: each.slug for each in rows.values()} for column, rows in self._related.items()
        }
        families = families_of(file, known.values(), self._related["family"])
        if is_locking:
            hold_families(families)
        self._known = _locked(known) if is_locking else known
        self._families = Families(ProductFamily.objects.filter(pk__in=families) if families else ())
        # The folded SKU that has each barcode, from the database and then from the rows above.
        self._holders = _holders_of(file)
        self._renamed = _renamed(file)

    def plan(self, on_row: OnRow | None) -> RowPlan:
        rows = tuple(self._rows(on_row))
        return RowPlan("sku", rows, self._file.ignored_columns, self._file.remarks)

    def _rows(self, on_row: OnRow | None) -> Iterator[PlannedRow]:
        for number, texts in self._file.rows:
            if on_row:
                on_row()
            yield self._row(number, dict(zip(self._file.columns, texts, strict=True)))

    def _row(self, number: int, cells: Mapping[str, str]) -> PlannedRow:
        sku = cells["sku"]
        try:
            edit = self._edit(cells, self._file.faults.get(number, ()))
        except RowHasProblems as refusal:
            words = problems_in_words(refusal.problems)
            return PlannedRow(number, sku, Outcome.PROBLEM, {}, words, refusal.problems)
        if not edit.changes:
            return PlannedRow(number, sku, Outcome.SAME, {})
        self.edits.append(edit)
        return PlannedRow(number, sku, Outcome.NEW if edit.is_new else Outcome.CHANGE, edit.changes)

    def _edit(self, cells: Mapping[str, str], faults: Sequence[RowProblem]) -> ProductEdit:
        """Return a row's product, whether it exists or is new, changed as the row says.

        Raises:
            RowHasProblems.
        """
        if any(each.column == "sku" for each in faults):
            raise RowHasProblems(*faults)
        key = self._key(cells["sku"])
        said = said_by(cells, self._related, faults)
        known = self._known.get(key)
        product = known or Product()
        before = {name: self._value(product, name) for name in said} if known else {}
        for name, value in said.items():
            # The column that names the product never renames it.
            if name != "sku" or known is None:
                setattr(product, name, value)
        after = {name: self._value(product, name) for name in (said if known else KEPT_OF)}
        changes = differences(before, after)
        if changes:
            self._refuse_unclean(product, key)
        if not FAMILY_COLUMNS.isdisjoint(changes) and (problem := self._families.problem_of(product)):
            raise RowHasProblems(problem)
        return ProductEdit(product, known is None, changes)

    def _key(self, sku: str) -> str:
        """Return what the SKU is compared by. Raises RowHasProblems when it names no one product."""
        key = identity_key(sku)
        if not key:
            raise RowHasProblems(RowProblem("", "sku_missing"))
        if key in self._repeated:
            raise RowHasProblems(repeated_sku(self._repeated[key]))
        if key in self._renamed:
            raise RowHasProblems(RowProblem("sku", "sku_renamed", {"sku": self._renamed[key]}))
        return key

    def _refuse_unclean(self, product: Product, key: str) -> None:
        """Raises RowHasProblems when the product cannot be saved like this."""
        # Its category and family were just read; Django would query them again for each row.
        if unclean := unclean_fields(product, but=["category", "family"]):
            raise RowHasProblems(*problems_of_fields(unclean))
        if negative := negative_amounts(product):
            raise RowHasProblems(*(RowProblem(name, "negative_price") for name in negative))
        if product.barcode and self._holders.setdefault(barcode_key(product.barcode), key) != key:
            raise RowHasProblems(RowProblem("", "barcode_taken", {"barcode": product.barcode}))

    def _value(self, product: Product, name: str) -> Any:
        if name in AMOUNTS:
            return _with_cents(getattr(product, name))
        if name not in self._slugs:
            return getattr(product, name)
        return self._slugs[name].get(getattr(product, f"{name}_id"))


def _with_cents(amount: Decimal | None) -> Decimal | None:
    """Write 4.1 as 4.10, which is how it is kept; what is no such amount is left to be refused."""
    if amount is None or abs(amount) > MAX_AMOUNT or amount != rounded(amount):
        return amount
    return rounded(amount)


def _keys_of(file: ProductFile) -> list[str]:
    place = file.columns.index("sku")
    return [identity_key(cells[place]) for _, cells in file.rows]


def _products_of(file: ProductFile) -> dict[str, Product]:
    return {
        product.sku_key: product
        for batch in batched(_keys_of(file), PRODUCTS_AT_ONCE)
        for product in Product.objects.filter(sku_key__in=batch)
    }


def _renamed(file: ProductFile) -> dict[str, str]:
    """Return the present SKU of each product that the file names by an earlier one, by that one's key."""
    return {
        key: sku
        for batch in batched(_keys_of(file), PRODUCTS_AT_ONCE)
        for key, sku in EarlierSku.objects.filter(sku_key__in=batch).values_list("sku_key", "product__sku")
    }


def _locked(products: Mapping[str, Product]) -> dict[str, Product]:
    """Return the same products, read again and locked until the transaction ends."""
    held = locked_products(product.pk for product in products.values())
    return {product.sku_key: product for product in held}


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
