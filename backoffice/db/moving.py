"""Moves the shop's SQLite database into an empty PostgreSQL, in one transaction that ends only with proof.

Whatever fails, or is killed, leaves the target empty and the source as it was.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, IntegrityError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import load_backend
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice import environment
from backoffice.db import copying, sequences
from backoffice.db.copying import Content, Digest, Table
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Invalid, Title

OLDEST = (15,)
# The limits of requests do not hold here, for a large table takes its time; only locks are not waited for.
OPTIONS = (
    "-c lock_timeout=15s -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
    " -c synchronous_commit=on"
)

type Audit = Callable[[], Sequence[object]]


class CannotMove(Conflict):
    code = "cannot_move"
    title: ClassVar[Title] = gettext_lazy("The database cannot be moved")


class NotTheSame(Conflict):
    code = "not_the_same"
    title: ClassVar[Title] = gettext_lazy("What arrived is not what was sent")


@dataclass(frozen=True, slots=True)
class Moved:
    tables: int
    rows: int
    contents: Mapping[str, Content]


def target_at(url: str) -> BaseDatabaseWrapper:
    """Return the PostgreSQL at this URL, not connected yet.

    Raises:
        Invalid: it is no such URL.
    """
    try:
        settings = environment.database_from_url(url, named="--to")
    except (ImproperlyConfigured, ValueError) as error:
        raise Invalid(f"--to must be such as postgresql://user@host/name: {error}") from None
    if settings["ENGINE"] != environment.ENGINES["postgresql"]:
        raise Invalid(_("--to must begin with postgresql://: a SQLite file is copied by `shopctl backup`."))
    settings["OPTIONS"] = {**dict(settings["OPTIONS"]), "options": OPTIONS}  # type: ignore[call-overload]
    configured: dict[str, Any] = connections.configure_settings({DEFAULT_DB_ALIAS: settings})
    backend: Any = load_backend(settings["ENGINE"])
    # It has the alias of the shop's own: while it stands in for that, everything works on the target.
    wrapper: BaseDatabaseWrapper = backend.DatabaseWrapper(
        configured[DEFAULT_DB_ALIAS], alias=DEFAULT_DB_ALIAS
    )
    return wrapper


def look(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> dict[str, int]:
    """Return how many rows each table would bring.

    Raises:
        CannotMove: of the source, that it is no shop on SQLite or not up to date; of the target, that it is
            not empty, too old, or not in UTF-8.
        CannotCopy: a value that PostgreSQL cannot keep.
    """
    _refuse_source(source)
    _refuse_target(target)
    return {
        table.name: sum(1 for _row in copying.checked(_rows(source, table), table))
        for table in copying.tables()
    }


@write_transaction
def move(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper, audits: Mapping[str, Audit]) -> Moved:
    """Copy everything and prove that it is there. Nobody writes into the source meanwhile.

    `audits` find discrepancies in the database that is the shop's: none may be found on either side.

    Raises:
        what `look` raises, and NotTheSame: it says what differs.
    """
    _refuse_source(source)
    _refuse_discrepancies(audits, "here", CannotMove)
    given_out = _given_out(source)
    with _in_the_place_of(source, target), transaction.atomic():
        _refuse_target(target)
        _make_tables(target)
        sent = _copy_all(source, target)
        sequences.catch_up(target, at_least=given_out)
        arrived = {table.name: copying.content_of(target, table) for table in copying.tables()}
        _refuse_differences(source, target, sent, arrived)
        _refuse_discrepancies(audits, "there", NotTheSame)
    with target.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Moved(len(sent), sum(content.rows for content in sent.values()), sent)


def _refuse_source(source: BaseDatabaseWrapper) -> None:
    if source.vendor != "sqlite":
        raise CannotMove(_("The shop is on PostgreSQL already: use `shopctl backup` and `shopctl restore`."))
    executor = MigrationExecutor(source)
    if not executor.loader.applied_migrations:
        raise CannotMove(
            _("There is no shop in %(database)s. Look at SQL_DATABASE.")
            % {"database": source.settings_dict["NAME"]}
        )
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CannotMove(_("The database is not up to date. Run: python manage.py migrate"))
    unknown = copying.unknown_tables(source, copying.tables())
    if unknown:
        raise CannotMove(
            _(
                "The database has rows in %(tables)s, which this version knows nothing of: move them "
                "away first."
            )
            % {"tables": ", ".join(unknown[:3])}
        )


def _refuse_target(target: BaseDatabaseWrapper) -> None:
    name = target.settings_dict["NAME"]
    version = target.get_database_version()
    if version < OLDEST:
        raise CannotMove(
            _("PostgreSQL %(version)s is too old: at least %(oldest)s is needed.")
            % {"version": version[0], "oldest": OLDEST[0]}
        )
    with target.cursor() as cursor:
        cursor.execute("SHOW server_encoding")  # not translated
        [encoding] = cursor.fetchone()
        if encoding != "UTF8":
            raise CannotMove(
                _("The database %(name)s is in %(encoding)s: make one with ENCODING 'UTF8'.")
                % {"name": name, "encoding": encoding}
            )
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_namespace AS space ON space.oid = relnamespace"
            " WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND nspname <> 'information_schema'"
            " AND NOT starts_with(nspname, 'pg_') ORDER BY relname LIMIT 1"
        )
        found = cursor.fetchone()
    if found:
        raise CannotMove(
            _("The database %(name)s is not empty: it has %(found)s. Name one as `createdb` makes it.")
            % {"name": name, "found": found[0]}
        )


@contextmanager
def _in_the_place_of(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> Iterator[None]:
    """Give the target to whoever asks for the shop's database meanwhile."""
    connections[DEFAULT_DB_ALIAS] = target
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = source
        # Kept by number, which differs until the rows are copied.
        ContentType.objects.clear_cache()


def _make_tables(target: BaseDatabaseWrapper) -> None:
    """Migrate the target, then delete the rows that a new shop begins with: the source brings its own."""
    with target.cursor() as cursor:
        # What is checked at the end of a transaction would stop a later migration from changing the table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        call_command("migrate", interactive=False, verbosity=0)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in copying.tables():
            if _has_rows(target, table):
                cursor.execute(f"DELETE FROM {target.ops.quote_name(table.name)}")  # noqa: S608


def _has_rows(target: BaseDatabaseWrapper, table: Table) -> bool:
    with target.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {target.ops.quote_name(table.name)})")  # noqa: S608
        return bool(cursor.fetchone()[0])


def _copy_all(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper) -> dict[str, Content]:
    """Copy every table; return what was read of each, in the order of the tables."""
    sent = {}
    for table in copying.tables():
        digest = Digest(table)
        rows = copying.checked(digest.noting(_rows(source, table)), table)
        copying.copy(_on_their_way(rows), target, table)
        sent[table.name] = digest.content()
    _refuse_dangling_references(target)
    return sent


def _refuse_dangling_references(target: BaseDatabaseWrapper) -> None:
    try:
        with target.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as error:
        told = str(error).splitlines()[0]
        raise NotTheSame(
            _("Nothing was moved: a row refers to one that is not there: %(told)s") % {"told": told}
        ) from error


def _rows(source: BaseDatabaseWrapper, table: Table) -> Iterator[tuple[Any, ...]]:
    try:
        yield from copying.read(source, table)
    except (OperationalError, ArithmeticError, ValueError) as error:
        raise copying.CannotCopy(f"{table.name}: a value in it cannot be read: {error}") from error


def _on_their_way(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Return the rows as they are. A test replaces this to lose a row, which the proof must notice."""
    return rows


def _given_out(source: BaseDatabaseWrapper) -> dict[str, int]:
    """Return the highest number that each table gave out: that of a deleted row must not return."""
    with source.cursor() as cursor:
        cursor.execute("SELECT name, seq FROM sqlite_sequence")
        return dict(cursor.fetchall())


def _applied(database: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    return set(MigrationRecorder(database).applied_migrations())


def _refuse_differences(
    source: BaseDatabaseWrapper,
    target: BaseDatabaseWrapper,
    sent: dict[str, Content],
    arrived: dict[str, Content],
) -> None:
    told = copying.differences(sent, arrived)
    if _applied(source) != _applied(target):
        told.append("django_migrations: not the same migrations are applied")
    told += [f"{late.sequence}: behind {late.table}.{late.column}" for late in sequences.behind(target)]
    if told:
        raise NotTheSame(
            _("Nothing was moved, and the target is empty again. What differs: %(told)s.")
            % {"told": "; ".join(told)}
        )


def _refuse_discrepancies(audits: Mapping[str, Audit], where: str, refusal: type[Conflict]) -> None:
    for name, audit in audits.items():
        found = audit()
        if found:
            raise refusal(
                _(
                    "Nothing was moved: the audit of %(name)s finds %(count)s discrepancies "
                    "%(where)s, such as: %(found)s. Look with: shopctl stock audit"
                )
                % {"name": name, "count": len(found), "where": where, "found": found[0]}
            )
