"""Checks the database: its version, its schema, its sequences and triggers, and its clock."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cli.doctor.findings import Finding, fine, in_words, trouble
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

OLDEST = {"sqlite": (3, 37), "postgresql": (15,)}
CLOCKS_MAY_DIFFER = timedelta(seconds=5)


def check_database() -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            words = f"SQLite {cursor.fetchone()[0]}, {connection.settings_dict['NAME']}"
        else:
            cursor.execute("SHOW server_version")  # not translated
            words = f"PostgreSQL {cursor.fetchone()[0]}, {connection.settings_dict['NAME']}"
            if reason := _cannot_write(cursor):
                return trouble(f"{words}; {reason}")
    version = connection.get_database_version()
    oldest = OLDEST[connection.vendor]
    if version < oldest:
        return trouble(
            _("%(database)s; at least %(oldest)s is needed")
            % {"database": words, "oldest": ".".join(map(str, oldest))}
        )
    return fine(words)


def _cannot_write(cursor: "CursorWrapper") -> str:
    """Return why PostgreSQL does not write; "" when it does."""
    from django.db import DatabaseError

    from backoffice.runtime.health import postgresql_writes

    try:
        if postgresql_writes(cursor):
            return ""
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        return _("it cannot write: %(reason)s; make room on its disk") % {"reason": reason}
    return _("it only reads: look at its disk, or name the primary")


def check_migrations() -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from backoffice.db.migrating import SchemaOfAnotherVersion, refuse_schema_of_another_version

    try:
        refuse_schema_of_another_version(connection)
    except SchemaOfAnotherVersion as refusal:
        return trouble(refusal.detail)
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return trouble(_("%(count)s not applied; run: python manage.py migrate") % {"count": len(missing)})
    return fine(_("all applied"))


def check_sequences() -> Finding:
    from django.db import connection

    from backoffice.db.sequences import behind

    late = behind(connection)
    if late:
        named = ", ".join(f"{each.table}.{each.column} (at {each.highest})" for each in late[:3])
        if len(late) > 3:
            named = _("%(some)s and %(count)s more") % {"some": named, "count": len(late) - 3}
        return trouble(
            _("behind what is there: %(named)s; new rows would collide; run: shopctl doctor --mend")
            % {"named": named}
        )
    if connection.vendor == "sqlite":
        return fine(_("numbers follow from the rows themselves"))
    return fine(_("each goes on after the highest number there is"))


def check_ledger_triggers() -> Finding:
    from django.db import connection

    from catalog.models.triggers import missing_triggers

    missing = missing_triggers(connection)
    if missing:
        return trouble(
            _("missing: %(missing)s; movements could be changed by raw SQL") % {"missing": ", ".join(missing)}
        )
    return fine(_("movements cannot be changed"))


def check_clock() -> Finding:
    """Compare the clock with the database server's, and with the newest entry of the ledger."""
    from django.db import connection
    from django.utils import timezone

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            difference = abs(timezone.now() - cursor.fetchone()[0])
        if difference > CLOCKS_MAY_DIFFER:
            return trouble(_("%(time)s apart from the database server's") % {"time": in_words(difference)})
    newest = _newest_entry()
    if newest is not None and newest > timezone.now() + CLOCKS_MAY_DIFFER:
        ahead = in_words(newest - timezone.now())
        return trouble(_("%(time)s behind the newest entry of the ledger") % {"time": ahead})
    now = timezone.localtime()
    return fine(f"{now:%Y-%m-%d %H:%M} {timezone.get_current_timezone_name()}")


def _newest_entry() -> datetime | None:
    from catalog.models import StockMovement

    return StockMovement.objects.order_by("-pk").values_list("at", flat=True).first()
