"""Planning: what a file would change, row by row, before anything does."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import BinaryIO

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Fault, Invalid
from backoffice.sheets.cells import CellFault, whole_of
from backoffice.sheets.reading import base_name, content_of
from backoffice.sheets.remarks import MOST_NAMED, Remark, kept_remarks, remark_naming
from backoffice.text import identity_key
from catalog.models import ImportMode, ImportState, StockImport
from catalog.models.product import MAX_UNITS
from catalog.stock_import.lookup import execute
from catalog.stock_import.rows_digest import RowsDigest
from catalog.stock_import.staging import (
    StagedRow,
    archived_products,
    clear,
    judge,
    judged_rows,
    refresh_statistics,
    stage,
)
from catalog.stock_import.stock_file import FileRow, read_stock_file

PLANS_KEPT = timedelta(hours=24)
FACTS, NO_FACTS = json.JSONEncoder(ensure_ascii=False).encode, "{}"

type Follow = Callable[[Iterator[FileRow]], Iterator[FileRow]]

# Facts are built as text, for `json(…)` of a text is the only way to make JSON that both databases know.
# Numbered by product, for inserting a row locks its product, and orders lock products in that order too.
JUDGE_ROWS = """
    INSERT INTO stock_import_plan
    WITH matched AS (
        SELECT stage.*, product.id AS product_id, product.on_hand, product.reserved,
            COALESCE(twin.copies, 1) AS copies, twin.first_row, twin.last_row,
            CASE WHEN %(mode)s = 'receive' THEN product.on_hand + stage.units ELSE stage.units END AS target
        FROM stock_import_stage stage
        LEFT JOIN catalog_product product ON product.sku_key = stage.sku_key
        LEFT JOIN (
            SELECT sku_key, COUNT(*) AS copies, MIN("row") AS first_row, MAX("row") AS last_row
            FROM stock_import_stage GROUP BY sku_key HAVING COUNT(*) > 1
        ) AS twin ON twin.sku_key = stage.sku_key
    ), judged AS (
        SELECT matched.*, CASE
            WHEN sku_is_faulty THEN fault
            WHEN sku_key = '' THEN 'empty_sku'
            WHEN product_id IS NULL THEN 'unknown_sku'
            WHEN copies > 1 THEN 'duplicate_sku'
            WHEN fault <> '' THEN fault
            WHEN expected_units <> on_hand THEN 'expected_differs'
            WHEN target < reserved THEN 'below_reserved'
            WHEN target > %(max_units)s THEN 'too_many'
            ELSE '' END AS code
        FROM matched
    )
    SELECT ROW_NUMBER() OVER (ORDER BY product_id), "row", sku, product_id, name, quantity, expected, note,
        on_hand, CASE code WHEN '' THEN target END, CASE code WHEN '' THEN target - on_hand END, code,
        CASE code
            WHEN 'duplicate_sku' THEN
                '{"copies":' || copies || ',"first_row":' || first_row || ',"last_row":' || last_row || '}'
            WHEN 'expected_differs' THEN '{"expected":"' || expected || '","on_hand":' || on_hand || '}'
            WHEN 'below_reserved' THEN '{"reserved":' || reserved || '}'
            ELSE CASE WHEN code = fault THEN fault_facts ELSE '{}' END
        END
    FROM judged
"""
KEEP_ROWS = """
    INSERT INTO catalog_stockimportrow (
        stock_import_id, "row", sku, product_id, name, quantity, expected, note,
        "now", "after", change, problem_code, remark_code, facts
    )
    SELECT %(number)s, "row", sku, product_id, name, quantity, expected, note,
        "now", "after", change, problem_code, '', json(facts)
    FROM stock_import_plan WHERE place > %(after)s AND place <= %(upto)s ORDER BY place
"""
# This many rows are written in one transaction; others can write between two of them.
ROWS_AT_ONCE = 10_000
PAUSE_SECONDS = 0.01


def plan_import(
    file: BinaryIO, *, file_name: str, mode: ImportMode | str, by: Actor, follow: Follow = iter
) -> StockImport:
    """Keep what the file would change as a numbered plan; no stock moves.

    Args:
        follow: hands on the rows while they are read, to whoever wants to watch.

    Raises:
        Invalid: the mode is unknown, or the file cannot be read (UnreadableFile, which names the row).
    """
    if mode not in ImportMode.values:
        detail = _("Choose one of %(modes)s.") % {"modes": ", ".join(ImportMode.values)}
        raise Invalid(detail, faults=[Fault("/mode", "validation", detail)])
    return _plan(
        content_of(file), file_name=base_name(file_name), mode=ImportMode(mode), by=by, follow=follow
    )


def _plan(content: bytes, *, file_name: str, mode: ImportMode, by: Actor, follow: Follow) -> StockImport:
    file = read_stock_file(content, file_name=file_name)
    digest = RowsDigest(mode.value)
    stage(digest.following(map(_staged_row, follow(file.rows))))
    judge(JUDGE_ROWS, mode=mode.value, max_units=MAX_UNITS)
    stock_import = StockImport(
        mode=mode,
        file_name=file_name,
        digest=digest.hexdigest(),
        ignored_columns=file.ignored_columns,
        remarks=kept_remarks([*file.remarks, *_remarks_on_products()]),
        created_by=by.user,
        source=by.source,
        **judged_rows(),
    )
    if stock_import.rows_count <= ROWS_AT_ONCE:
        _keep_at_once(stock_import)
    else:
        _keep_in_parts(stock_import)
    refresh_statistics(stock_import.rows_count)
    return stock_import


@write_transaction
def _keep_at_once(stock_import: StockImport) -> None:
    stock_import.pk = None
    stock_import.save(force_insert=True)
    execute(KEEP_ROWS, number=stock_import.pk, after=0, upto=ROWS_AT_ONCE)
    clear()


def _keep_in_parts(stock_import: StockImport) -> None:
    """Write the rows in several transactions; nobody sees the plan before the last one."""
    stock_import.kept_since = timezone.now()
    write_transaction(stock_import.save)()
    for after in range(0, stock_import.rows_count, ROWS_AT_ONCE):
        facts = {"number": stock_import.pk, "after": after, "upto": after + ROWS_AT_ONCE}
        write_transaction(execute)(KEEP_ROWS, **facts)
        # Without a pause the lock would be taken again before anybody who waits could get it.
        time.sleep(PAUSE_SECONDS)
    clear()
    stock_import.kept_since = None
    write_transaction(stock_import.save)(update_fields=["kept_since"])


@write_transaction
def sweep_plans(now: datetime) -> int:
    """Delete plans that nobody applied within 24 hours and return how many."""
    plans_of_all = StockImport.with_incomplete.filter(state=ImportState.PLANNED)
    abandoned = plans_of_all.filter(created_at__lt=now - PLANS_KEPT)
    # A plan that is being applied right now is locked, and skipped.
    plans = list(abandoned.select_for_update(skip_locked=True).values_list("pk", flat=True))
    StockImport.with_incomplete.filter(pk__in=plans).delete()
    return len(plans)


@write_transaction
def forget_plan(number: int) -> None:
    """Delete the plan, unless it was applied."""
    StockImport.objects.filter(pk=number, state=ImportState.PLANNED).delete()


def _remarks_on_products() -> list[Remark]:
    skus, count = archived_products(MOST_NAMED)
    return [remark_naming("archived_products", skus, count=count)] if count else []


def _staged_row(row: FileRow) -> StagedRow:
    units, fault, facts = _units(row.quantity)
    expected_units, fault_of_expected, facts_of_expected = _expected_units(row.expected)
    if row.fault:
        fault, facts = row.fault.code, FACTS({"column": row.fault.column, **row.fault.facts})
    elif not fault:
        fault, facts = fault_of_expected, facts_of_expected
    return StagedRow(
        *row[:-1],
        sku_key=identity_key(row.sku),
        units=units,
        expected_units=expected_units,
        fault=fault,
        fault_facts=facts,
        sku_is_faulty=row.fault is not None and row.fault.column == "sku",
    )


# A long file repeats the same few quantities again and again.
@lru_cache(maxsize=10_000)
def _units(quantity: str) -> tuple[int | None, str, str]:
    if not quantity:
        return None, "quantity_missing", NO_FACTS
    try:
        units = whole_of(quantity)
    except CellFault as fault:
        return None, *_fault_of("quantity", fault)
    if units < 0:
        return None, "quantity_negative", NO_FACTS
    return (units, "", NO_FACTS) if units <= MAX_UNITS else (None, "quantity_too_large", NO_FACTS)


@lru_cache(maxsize=10_000)
def _expected_units(expected: str) -> tuple[int | None, str, str]:
    if not expected:
        return None, "", NO_FACTS
    try:
        units = whole_of(expected)
    except CellFault as fault:
        return None, *_fault_of("expected", fault)
    return (min(units, MAX_UNITS + 1), "", NO_FACTS) if units >= 0 else (None, "expected_not_whole", NO_FACTS)


def _fault_of(column: str, fault: CellFault) -> tuple[str, str]:
    if fault.code == "not_whole":
        return f"{column}_not_whole", NO_FACTS
    return fault.code, FACTS({"column": column, **fault.facts})
