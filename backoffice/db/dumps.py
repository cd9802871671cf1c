"""PostgreSQL's own programs: pg_dump, pg_restore and psql."""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.conninfo import make_conninfo

from backoffice.errors import Conflict, Title

# The limits of requests do not hold here, for a large table takes its time; only locks are not waited for.
OPTIONS = "-c lock_timeout=15s -c statement_timeout=0"
AS_ANYBODY = ("--no-owner", "--no-privileges")


class CannotDump(Conflict):
    code = "cannot_dump"
    title: ClassVar[Title] = gettext_lazy("PostgreSQL's programs refuse")


class NotReadable(Exception):
    """The file is no archive of pg_dump."""


def dump(connection: BaseDatabaseWrapper, path: Path, asked: Mapping[str, str]) -> dict[str, Any]:
    """Write an archive, and return what the queries find in the very moment that it holds.

    Raises:
        CannotDump: PostgreSQL's programs are missing or refuse.
    """
    format_ = ("--format=custom", "--lock-wait-timeout=15s", *AS_ANYBODY)
    with closing(connection.copy()) as session, session.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # It waits for pg_dump, however long that takes.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = f"--snapshot={cursor.fetchone()[0]}"
        found = {name: _answer(cursor, query) for name, query in asked.items()}
        database = connection.settings_dict
        _run(database, "pg_dump", *format_, snapshot, f"--file={path}", f"--dbname={_address(database)}")
    return found


def _answer(cursor: CursorWrapper, query: str) -> Any:
    cursor.execute(query)
    return cursor.fetchone()[0]


def migrations_in(path: Path) -> set[tuple[str, str]]:
    """Return the migrations that the archive's database had applied. Raises NotReadable, CannotDump."""
    rows = _read(path, "--data-only", "--table=django_migrations", "--file=-")
    fields = (line.split("\t") for line in rows.splitlines())
    return {(row[1], row[2]) for row in fields if len(row) == 4}


def tables_in(path: Path) -> set[str]:
    """Return the tables whose rows the archive holds, however few. Raises NotReadable, CannotDump."""
    # Each line such as: 3554; 0 16390 TABLE DATA public orders_order owner
    entries = (line.split() for line in _read(path, "--list").splitlines())
    return {entry[6] for entry in entries if entry[3:6] == ["TABLE", "DATA", "public"]}


def replace(database: Mapping[str, Any], path: Path) -> None:
    """Put the archive in the place of everything in the database, in one transaction.

    Raises:
        CannotDump: also when somebody holds the tables.
    """
    with tempfile.TemporaryDirectory(prefix="restore-") as scratch:
        # Read to its end first: a script that broke off would be committed.
        script = Path(scratch, "script.sql")
        _run(database, "pg_restore", *AS_ANYBODY, f"--file={script}", str(path))
        _run(
            database,
            "psql",
            *("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"),
            *("--command=DROP SCHEMA public CASCADE", "--command=CREATE SCHEMA public"),
            *(f"--file={script}", f"--dbname={_address(database)}"),
        )


def _read(path: Path, *options: str) -> str:
    try:
        return _run({}, "pg_restore", *options, str(path))
    except CannotDump as refused:
        if isinstance(refused.__cause__, FileNotFoundError):
            raise
        raise NotReadable(refused.detail) from refused


def _address(database: Mapping[str, Any]) -> str:
    """Return the address without its password, which others on the machine could see among the processes."""
    named = {
        "dbname": database["NAME"],
        "user": database["USER"],
        "host": database["HOST"],
        "port": database["PORT"],
    }
    given = {name: value for name, value in named.items() if value}
    return make_conninfo(**{**database["OPTIONS"], **given, "options": OPTIONS})


def _run(database: Mapping[str, Any], program: str, *arguments: str) -> str:
    password = database.get("PASSWORD")
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the only names in it are of files and databases
            [program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise CannotDump(
            _(
                "%(program)s is not installed here. Install PostgreSQL's client programs, at least "
                "as new as the server's, or run them where the server is."
            )
            % {"program": program}
        ) from error
    if done.returncode:
        told = (done.stderr.strip().splitlines() or ["failed"])[-1]
        if "lock timeout" in told:
            words = _("%(program)s: %(told)s Somebody is using the database: stop the shop first.")
            raise CannotDump(words % {"program": program, "told": told})
        raise CannotDump(f"{program}: {told}")
    return done.stdout
