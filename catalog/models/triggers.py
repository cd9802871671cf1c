"""Triggers that let raw SQL add rows of a history but never change or delete them."""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

# Each table with its refusal, and what makes a row of it one that is there already, besides its key.
TABLES: dict[str, tuple[str, str]] = {}


def append_only(table: str, refusal: str, *, or_twin: str = "") -> None:
    """Have the triggers guard this table too; `or_twin` is SQL about `NEW`, beginning with OR."""
    TABLES[table] = refusal, or_twin


append_only(
    "catalog_stockmovement",
    "stock movements are append-only",
    or_twin=""" OR EXISTS (
        SELECT 1 FROM catalog_stockmovement
        WHERE product_id = NEW.product_id AND kind = NEW.kind AND reference = NEW.reference
            AND kind IN ('reserve', 'release', 'ship', 'unship', 'restock', 'import', 'undo')
    )""",
)
append_only("catalog_productchange", "the history of products is append-only")
SQLITE_ACTIONS = ("update", "delete", "replace")
POSTGRESQL_ACTIONS = ("update", "delete", "truncate")


def create_triggers(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, idempotently; after every migrate, for SQLite drops them with a rebuilt table."""
    present = connection.introspection.table_names()
    for table in TABLES:
        if table in present:
            _execute(connection, _creating(connection.vendor, table))


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    for table in TABLES:
        _execute(connection, _dropping(connection.vendor, table))


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the triggers that are missing; none of tables that are not there."""
    present = connection.introspection.table_names()
    return sorted(
        name
        for table in TABLES
        if table in present
        for name in set(_names(connection.vendor, table).values()) - _triggers_of(connection, table)
    )


def _names(vendor: str, table: str) -> dict[str, str]:
    actions = SQLITE_ACTIONS if vendor == "sqlite" else POSTGRESQL_ACTIONS
    return {action: f"{table}_no_{action}" for action in actions}


def _creating(vendor: str, table: str) -> Iterator[str]:
    names = _names(vendor, table)
    message, or_twin = TABLES[table]
    if vendor == "sqlite":
        for action in ("update", "delete"):
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {names[action]} BEFORE {action.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        # INSERT OR REPLACE deletes conflicting rows without firing the DELETE trigger.
        yield f"""CREATE TRIGGER IF NOT EXISTS {names["replace"]} BEFORE INSERT ON {table}
            WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id){or_twin}
            BEGIN SELECT RAISE(ABORT, '{message}'); END"""  # noqa: S608  # names of our own
        return
    yield f"""CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{message}'; END $$"""
    for action, name in names.items():
        # TRUNCATE does not fire row triggers.
        each = "STATEMENT" if action == "truncate" else "ROW"
        yield f"""CREATE OR REPLACE TRIGGER {name} BEFORE {action.upper()} ON {table}
            FOR EACH {each} EXECUTE FUNCTION {table}_refuse()"""


def _dropping(vendor: str, table: str) -> Iterator[str]:
    on_table = "" if vendor == "sqlite" else f" ON {table}"
    for name in _names(vendor, table).values():
        yield f"DROP TRIGGER IF EXISTS {name}{on_table}"
    if vendor != "sqlite":
        yield f"DROP FUNCTION IF EXISTS {table}_refuse()"


def _triggers_of(connection: BaseDatabaseWrapper, table: str) -> set[str]:
    # Triggers that ALTER TABLE … DISABLE TRIGGER has switched off do not count.
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgenabled IN ('O', 'A')"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        return {row[0] for row in cursor.fetchall()}


def _execute(connection: BaseDatabaseWrapper, statements: Iterator[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
