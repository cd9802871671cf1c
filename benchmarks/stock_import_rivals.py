"""The same file brought in by different means. Each runs in a process of its own."""

import csv
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measuring import Sample, measured
from benchmarks.shops import server_pid

RAW_MOVEMENTS = """
    INSERT INTO catalog_stockmovement (
        product_id, kind, on_hand_delta, reserved_delta, on_hand_after, reserved_after,
        reason, note, reference, held_for, source, at
    )
    SELECT product.id, 'import', raw_stage.quantity - product.on_hand, 0, raw_stage.quantity,
        product.reserved, '', '', 'import-1', '', 'cli', CURRENT_TIMESTAMP
    FROM raw_stage JOIN catalog_product AS product ON product.sku = raw_stage.sku
"""
RAW_PRODUCTS = """
    UPDATE catalog_product SET on_hand = raw_stage.quantity, updated_at = CURRENT_TIMESTAMP
    FROM raw_stage WHERE catalog_product.sku = raw_stage.sku
"""
RAW_STAGE = "CREATE TEMPORARY TABLE raw_stage (sku text NOT NULL, quantity integer NOT NULL)"
RAW_COPY = "COPY raw_stage FROM STDIN (FORMAT csv, HEADER)"
RAW_LOAD = "INSERT INTO raw_stage VALUES (?, ?)"


def ours(path: Path) -> Sample:
    """Planned and applied, as all doors do it."""
    from accounts.actors import Actor
    from accounts.models import Source
    from catalog.models import ImportMode
    from catalog.stock_import import apply_import, plan_import

    by = Actor(None, Source.CLI)

    def plan_and_apply() -> None:
        with path.open("rb") as file:
            plan = plan_import(file, file_name=path.name, mode=ImportMode.COUNT, by=by)
        apply_import(plan.pk, by=by)

    return _proved(plan_and_apply, path, writes_ledger=True)


def raw_postgresql(path: Path) -> Sample:
    """The least SQL that leaves the same stock and the same ledger."""
    from django.db import connection, transaction

    def copy_and_write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(RAW_STAGE)
            with cursor.copy(RAW_COPY) as copy:
                copy.write(path.read_bytes())
            cursor.execute("ANALYZE raw_stage")
            cursor.execute(RAW_MOVEMENTS)
            cursor.execute(RAW_PRODUCTS)

    return _proved(copy_and_write, path, writes_ledger=True)


def raw_sqlite(path: Path) -> Sample:
    """The same through Python's sqlite3, as durable and with foreign keys as the shop."""
    from django.db import connection

    from backoffice.environment import SQLITE_PRAGMAS

    raw = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    raw.executescript(SQLITE_PRAGMAS)

    def load_and_write() -> None:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute(RAW_STAGE)
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            raw.executemany(RAW_LOAD, rows)
        raw.execute(RAW_MOVEMENTS)
        raw.execute(RAW_PRODUCTS)
        raw.execute("COMMIT")

    sample = _proved(load_and_write, path, writes_ledger=True)
    raw.close()
    return sample


def import_export(path: Path) -> Sample:
    """The engine of django-import-export as it comes: one instance, one query and one save for each row."""
    return _through_import_export(path)


def import_export_in_bulk(path: Path) -> Sample:
    return _through_import_export(path, use_bulk=True)


def import_export_tuned(path: Path) -> Sample:
    """With all that its documentation offers for speed."""
    from import_export.instance_loaders import CachedInstanceLoader

    return _through_import_export(
        path, use_bulk=True, skip_diff=True, instance_loader_class=CachedInstanceLoader
    )


def _through_import_export(path: Path, **options: Any) -> Sample:
    from import_export.fields import Field
    from import_export.resources import ModelResource
    from import_export.widgets import IntegerWidget
    from tablib import Dataset

    from catalog.models import Product

    meta = {"model": Product, "fields": ("sku", "on_hand"), "import_id_fields": ("sku",), **options}
    members = {"on_hand": Field("on_hand", "quantity", IntegerWidget()), "Meta": type("Meta", (), meta)}
    resource = type("StockResource", (ModelResource,), members)()

    def load_and_import() -> None:
        rows = Dataset().load(path.read_text(encoding="utf-8"), format="csv")
        resource.import_data(rows, raise_errors=True, use_transactions=True)

    return _proved(load_and_import, path, writes_ledger=False)


def _proved(work: Callable[[], object], path: Path, *, writes_ledger: bool) -> Sample:
    """Measured, and then found to have done what was to be done."""
    from django.db.models import Sum

    from catalog.audit import audit_stock
    from catalog.models import Product

    with path.open(encoding="utf-8", newline="") as file:
        wanted = sum(int(row["quantity"]) for row in csv.DictReader(file))
    sample = measured(work, server_pid=server_pid())
    assert Product.objects.aggregate(units=Sum("on_hand"))["units"] == wanted
    assert not writes_ledger or audit_stock() == []
    return sample
