"""Triggers that let raw SQL add stock movements but never change or delete them."""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "catalog_stockmovement"
MESSAGE = "stock movements are append-only"
SQLITE_NAMES = {action: f"{TABLE}_no_{action}" for action in ("update", "delete", "replace")}
POSTGRESQL_NAMES = {action: f"{TABLE}_no_{action}" for action in ("update", "delete", "truncate")}

SQLITE_CREATE = [
    *(
        f"CREATE TRIGGER IF NOT EXISTS {SQLITE_NAMES[action]} BEFORE {action.upper()} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        for action in ("update", "delete")
    ),
    # INSERT OR REPLACE deletes conflicting rows without firing the DELETE trigger.
    f"""CREATE TRIGGER IF NOT EXISTS {SQLITE_NAMES["replace"]} BEFORE INSERT ON {TABLE}
        WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id) OR EXISTS (
            SELECT 1 FROM {TABLE}
            WHERE product_id = NEW.product_id AND kind = NEW.kind AND reference = NEW.reference
                AND kind IN ('reserve', 'release', 'ship', 'unship', 'restock', 'import', 'undo')
        )
        BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END""",  # noqa: S608
]
SQLITE_DROP = [f"DROP TRIGGER IF EXISTS {name}" for name in SQLITE_NAMES.values()]

REFUSE = f"{TABLE}_refuse"
POSTGRESQL_CREATE = [
    f"""CREATE OR REPLACE FUNCTION {REFUSE}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$""",
    f"""CREATE OR REPLACE TRIGGER {POSTGRESQL_NAMES["update"]} BEFORE UPDATE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION {REFUSE}()""",
    f"""CREATE OR REPLACE TRIGGER {POSTGRESQL_NAMES["delete"]} BEFORE DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION {REFUSE}()""",
    # TRUNCATE does not fire row triggers.
    f"""CREATE OR REPLACE TRIGGER {POSTGRESQL_NAMES["truncate"]} BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION {REFUSE}()""",
]
POSTGRESQL_DROP = [
    *(f"DROP TRIGGER IF EXISTS {name} ON {TABLE}" for name in POSTGRESQL_NAMES.values()),
    f"DROP FUNCTION IF EXISTS {REFUSE}()",
]

SQLITE_PRESENT = f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{TABLE}'"  # noqa: S608
# Triggers that ALTER TABLE … DISABLE TRIGGER has switched off do not count.
POSTGRESQL_PRESENT = (
    f"SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('{TABLE}') AND tgenabled IN ('O', 'A')"  # noqa: S608
)


def create_triggers(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, idempotently; after every migrate, for SQLite drops them with a rebuilt table."""
    _execute(connection, SQLITE_CREATE if connection.vendor == "sqlite" else POSTGRESQL_CREATE)


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    _execute(connection, SQLITE_DROP if connection.vendor == "sqlite" else POSTGRESQL_DROP)


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the triggers that are missing on the ledger's table; none if there is no table."""
    if TABLE not in connection.introspection.table_names():
        return []
    wanted, present = (
        (SQLITE_NAMES, SQLITE_PRESENT)
        if connection.vendor == "sqlite"
        else (POSTGRESQL_NAMES, POSTGRESQL_PRESENT)
    )
    with connection.cursor() as cursor:
        cursor.execute(present)
        found = {row[0] for row in cursor.fetchall()}
    return sorted(set(wanted.values()) - found)


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
