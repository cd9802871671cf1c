"""An empty shop again after a test with real transactions, in milliseconds instead of a quarter of a second.

Django's own flush empties every table and has all permissions and roles made anew, and the currency of the
books. Those are kept here: tests read them and hardly ever change them. After one that did, Django's flush
sets them right.
"""

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model
from django.test import TransactionTestCase

from backoffice.models import Books
from catalog.models import triggers

KEPT: tuple[type[Model], ...] = (ContentType, Permission, Group, Group.permissions.through, Books)
type Rows = list[tuple[object, ...]]

flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def kept_rows() -> list[Rows]:
    """Every row of the tables that are kept."""
    return [list(model._default_manager.order_by("pk").values_list()) for model in KEPT]


def empty(test: TransactionTestCase, *, as_migrated: list[Rows]) -> list[Rows]:
    """Leave no row but those of the tables that are kept, and the histories guarded by their triggers.

    Gives the rows that are kept: those of `as_migrated`, or the same under new keys when a test changed them.
    """
    full = tables_with_rows()
    if not triggers.TABLES.keys().isdisjoint(full):
        triggers.drop_triggers(connection)
    try:
        _delete_all(full)
        if kept_rows() == as_migrated:
            return as_migrated
        triggers.drop_triggers(connection)
        flush(test)
        return kept_rows()
    finally:
        if triggers.missing_triggers(connection):
            triggers.create_triggers(connection)


def tables_with_rows() -> list[str]:
    """Those that a test wrote into, apart from what is kept."""
    kept = {model._meta.db_table for model in KEPT}
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    present = sorted((ours - kept).intersection(connection.introspection.table_names()))
    asked = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in present]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [table for (table,) in cursor.fetchall()]


def _delete_all(tables: list[str]) -> None:
    # In one transaction, at whose end references are checked: so the order of the tables is all one.
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")
