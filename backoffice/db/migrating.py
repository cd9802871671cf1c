"""Brings the database up to date at the start, one process at a time."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from django.core.management import call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.db.books_currency import refuse_other_currency
from backoffice.errors import Conflict, Title

# Any number, the same for all processes of a shop.
ADVISORY_LOCK = 7_205_118


class SchemaOfAnotherVersion(Conflict):
    code = "schema_of_another_version"
    title: ClassVar[Title] = gettext_lazy("The database was made by another version")


def migrate() -> None:
    """Apply what is missing. Several processes that start together wait for each other.

    Raises:
        SchemaOfAnotherVersion: nothing was changed.
        OtherCurrency.
    """
    with only_one_process():
        refuse_schema_of_another_version(connection)
        call_command("migrate", interactive=False, verbosity=0)
        refuse_other_currency()


def refuse_schema_of_another_version(database: BaseDatabaseWrapper) -> None:
    """Refuse tables that a newer version has changed, or one from before the first release has made."""
    loader = MigrationLoader(database)
    unknown = sorted(set(loader.applied_migrations) - set(loader.disk_migrations))
    if unknown:
        app, name = unknown[0]
        raise SchemaOfAnotherVersion(
            _(
                "%(database)s was made by another version of the shop: this one knows no "
                "%(app)s.%(name)s. Start the version that made it; or, if it holds nothing to keep, "
                "move it away or name an empty database, and start again: the shop makes its tables "
                "anew."
            )
            % {"database": database.settings_dict["NAME"], "app": app, "name": name}
        )


@contextmanager
def only_one_process() -> Iterator[None]:
    """Hold the shop's database for setting it up; others wait here."""
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        path = Path(f"{database}.setup.lock")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Readable by its owner alone, as SQLite then makes the files beside it.
        database.touch(mode=0o600)
        with path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with connection.cursor() as cursor:
        # Asked again and again: waiting inside the server would hit lock_timeout.
        while not _taken(cursor):
            time.sleep(0.5)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


def _taken(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
    return bool(cursor.fetchone()[0])
