"""Triggers that let raw SQL add stock movements but never change or delete them."""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "catalog_stockmovement"
MESSAGE = "stock movements are append-only"
NAMES = {"update": f"{TABLE}_no_update", "delete": f"{TABLE}_no_delete", "truncate": f"{TABLE}_no_truncate"}

SQLITE_CREATE = [
    f"CREATE TRIGGER IF NOT EXISTS {NAMES[action]} BEFORE {action.upper()} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    for action in ("update", "delete")
]
SQLITE_DROP = [f"DROP TRIGGER IF EXISTS {NAMES[action]}" for action in ("update", "delete")]

REFUSE = f"{TABLE}_refuse"
POSTGRESQL_CREATE = [
    f"""CREATE OR REPLACE FUNCTION {REFUSE}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$""",
    f"""CREATE OR REPLACE TRIGGER {NAMES["update"]} BEFORE UPDATE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION {REFUSE}()""",
    f"""CREATE OR REPLACE TRIGGER {NAMES["delete"]} BEFORE DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION {REFUSE}()""",
    # TRUNCATE passes row triggers by.
    f"""CREATE OR REPLACE TRIGGER {NAMES["truncate"]} BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION {REFUSE}()""",
]
POSTGRESQL_DROP = [f"DROP TRIGGER IF EXISTS {name} ON {TABLE}" for name in NAMES.values()]


def create_triggers(connection: BaseDatabaseWrapper) -> None:
    """Idempotent. Run again by any migration that rebuilds the ledger's table: SQLite drops them silently."""
    _execute(connection, SQLITE_CREATE if connection.vendor == "sqlite" else POSTGRESQL_CREATE)


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    _execute(connection, SQLITE_DROP if connection.vendor == "sqlite" else POSTGRESQL_DROP)


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that ought to be on the ledger's table and are not."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            wanted = {NAMES["update"], NAMES["delete"]}
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            wanted = set(NAMES.values())
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        present = {row[0] for row in cursor.fetchall()}
    return sorted(wanted - present)


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
