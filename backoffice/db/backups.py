"""Writes the whole database to a file while the shop runs, and restores it from one.

On SQLite it is a database file that SQLite wrote anew: a copy made with `cp` of a database in use is no
backup, and would hold what was deleted. On PostgreSQL it is an archive of `pg_dump`. Either holds one moment,
every order whole or not at all.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.db import digests, dumps
from backoffice.db.migrating import migrate
from backoffice.errors import Conflict, Invalid, Title
from backoffice.runtime.replacing import replacing

MIGRATED = ("backoffice", "0001_initial")


class NoBackup(Invalid):
    code = "no_backup"
    title: ClassVar[Title] = gettext_lazy("This is no backup of a shop")


class NewerBackup(Conflict):
    code = "newer_backup"
    title: ClassVar[Title] = gettext_lazy("The backup is of a newer version")


class ShopsOwnFile(Conflict):
    code = "shops_own_file"
    title: ClassVar[Title] = gettext_lazy("The shop itself is in this file")


class CannotWrite(Conflict):
    code = "cannot_write"
    title: ClassVar[Title] = gettext_lazy("The database could not be written")


class NothingToBackUp(Conflict):
    code = "nothing_to_back_up"
    title: ClassVar[Title] = gettext_lazy("There is no shop in the database")


def back_up(path: Path, *, asked: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Write the file: all of it or nothing, readable by its owner alone. Nobody waits meanwhile.

    It is read before it takes the place of one that was there, and its digest is written beside it. `asked`
    names queries of one value each: what they give in the backup is returned, with the digest as `sha256`.

    Raises:
        NothingToBackUp: the database was never set up.
        ShopsOwnFile: the path is that of the database itself.
        CannotWrite: there is no room for it.
        OSError: the file cannot be written.
        CannotDump: PostgreSQL's programs are missing or refuse.
    """
    _refuse_the_shops_own(path)
    _refuse_what_is_no_shop()
    with replacing(path, private=True) as part:
        if connection.vendor == "sqlite":
            _write_anew(_database(), part)
            found = _answers(part, asked or {})
        else:
            found = dumps.dump(connection, part, asked or {})
        # What was made by a newer version may be kept, though only that can read it.
        with suppress(NewerBackup):
            check(part)
        digest = digests.digest_of(part)
        # Gone before the file is another one: whatever ends this here leaves none that is wrong.
        digests.digest_file(path).unlink(missing_ok=True)
    digests.keep_digest(path, digest)
    return {**found, "sha256": digest}


def check(path: Path) -> None:
    """Refuse what is no backup, or no longer what was written.

    Raises:
        NoBackup, NewerBackup, CannotDump, DamagedBackup, or OSError without a file.
    """
    with path.open("rb"):
        pass
    digests.check_digest(path)
    try:
        found, tables = _migrations_in(path), _tables_in(path)
    except (sqlite3.DatabaseError, dumps.NotReadable) as error:
        raise _no_backup(path, error) from error
    if MIGRATED not in found:
        raise _no_backup(path, _("the shop's migrations were never applied to it."))
    loader = MigrationLoader(None)
    unknown = found - set(loader.disk_migrations)
    if unknown:
        names = ", ".join(f"{app}.{name}" for app, name in sorted(unknown)[:3])
        raise NewerBackup(
            _("%(path)s was made by a newer version, which has %(names)s: update the shop first.")
            % {"path": path, "names": names}
        )
    missing = _tables_made_by(found, loader) - tables
    if missing:
        raise _no_backup(path, _("it lacks the table %(table)s.") % {"table": min(missing)})


def restore[R](path: Path, *, settle: Callable[[], R]) -> R:
    """Put the backup in the place of all that is in the database: wholly or not at all.

    A backup of an older version is brought up to date. `settle` is called in the restored database and may
    change it; what it returns is returned. On SQLite both happen before the database is replaced, so that
    whatever fails leaves what was; on PostgreSQL after it.

    Raises:
        what `check` raises, CannotDump, and CannotWrite.
    """
    check(path)
    if connection.vendor == "sqlite":
        return _replace_file(path, settle)
    connections.close_all()
    dumps.replace(connection.settings_dict, path)
    migrate()
    return settle()


def _replace_file[R](path: Path, settle: Callable[[], R]) -> R:
    database = _database()
    database.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".restore-", dir=database.parent) as scratch:
        restored = Path(scratch, database.name)
        _copy(path, restored)
        with _connected_to(restored):
            try:
                migrate()
            except DatabaseError as error:
                raise _no_backup(path, error) from error
            result = settle()
        # Readable by its owner alone, as SQLite then makes the files beside it.
        database.touch(mode=0o600)
        _copy(restored, database)
    return result


@contextmanager
def _connected_to(database: Path) -> Iterator[None]:
    """Give this database to whoever asks for the shop's meanwhile."""
    shops = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = str(database)
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = shops


def _no_backup(path: Path, why: object) -> NoBackup:
    words = _("%(path)s is no backup of a shop on %(database)s: %(reason)s")
    return NoBackup(words % {"path": path, "database": connection.display_name, "reason": why})


def _refuse_the_shops_own(path: Path) -> None:
    if connection.vendor != "sqlite":
        return
    database = _database().resolve()
    if path.resolve() in {database.with_name(database.name + end) for end in ("", "-wal", "-shm")}:
        raise ShopsOwnFile(
            _("%(path)s is the shop's own database: name another file for the backup.") % {"path": path}
        )


def _database() -> Path:
    return Path(connection.settings_dict["NAME"])


def _refuse_what_is_no_shop() -> None:
    is_there = connection.vendor != "sqlite" or _database().is_file()
    # Opening a database that does not exist would create it.
    if not is_there or MIGRATED not in _applied():
        name = connection.settings_dict["NAME"]
        raise NothingToBackUp(
            _("There is no shop in %(name)s: nothing was written. Look at SQL_DATABASE.") % {"name": name}
        )


def _applied() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())


def _answers(database: Path, asked: Mapping[str, str]) -> dict[str, Any]:
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as backup:
        return {name: backup.execute(query).fetchone()[0] for name, query in asked.items()}


def _write_anew(source: Path, target: Path) -> None:
    """Write all rows of one moment into an empty file, and nothing of what was deleted, as a copy would.

    Raises:
        CannotWrite.
    """
    if not os.access(source, os.W_OK):
        # Nothing was deleted from it lately, and SQLite can only copy what it cannot write.
        _copy(source, target)
        return
    uri = f"{source.absolute().as_uri()}?mode=rw"
    with _writing_to(target, source), closing(sqlite3.connect(uri, uri=True, timeout=30)) as reading:
        reading.execute("VACUUM INTO ?", [str(target)])


def _copy(source: Path, target: Path) -> None:
    """Copy in one step, which no writer makes begin anew; the target changes in one transaction.

    Raises:
        CannotWrite: the disk is full, or the target is read-only or in use; it is as it was.
    """
    with (
        _writing_to(target, source),
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as reading,
        closing(sqlite3.connect(target, timeout=30)) as writing,
    ):
        reading.backup(writing, pages=-1)
        if target != _database():
            # One file, without a log beside it.
            writing.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _writing_to(target: Path, source: Path) -> Iterator[None]:
    """Leave nothing beside a file that could not be written. Raises CannotWrite."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if target != _database():
            target.with_name(f"{target.name}-journal").unlink(missing_ok=True)
        raise CannotWrite(
            _(
                "Nothing was replaced: %(error)s, while %(source)s was copied to %(parent)s. Look "
                "whether there is room, and whether it may be written."
            )
            % {"error": error, "source": source, "parent": target.parent}
        ) from error


def _migrations_in(path: Path) -> set[tuple[str, str]]:
    if connection.vendor != "sqlite":
        return dumps.migrations_in(path)
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as backup:
        [[verdict]] = backup.execute("PRAGMA quick_check(1)").fetchall()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        return set(backup.execute("SELECT app, name FROM django_migrations"))


def _tables_in(path: Path) -> set[str]:
    if connection.vendor != "sqlite":
        return dumps.tables_in(path)
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as backup:
        return {name for [name] in backup.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _tables_made_by(migrations: set[tuple[str, str]], loader: MigrationLoader) -> set[str]:
    models = loader.project_state(list(migrations)).apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}
