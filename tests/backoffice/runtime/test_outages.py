"""What is away is told from what is broken."""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError, ProgrammingError
from psycopg import errors as psycopg_errors
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from backoffice.runtime.outages import is_outage


def wrapped(error: type[Exception], cause: BaseException | None) -> Exception:
    """As Django raises what a driver has raised."""
    made = error(str(cause))
    made.__cause__ = cause
    return made


def refused_by_sqlite(statement: str, path: str = ":memory:") -> sqlite3.Error:
    with pytest.raises(sqlite3.Error) as caught, closing(sqlite3.connect(path)) as database:
        database.execute(statement)
    return caught.value


def test_what_does_not_answer_is_an_outage(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "no" / "such" / "folder")
    assert is_outage(RedisConnectionError("refused"))
    assert is_outage(RedisTimeoutError("silent"))
    assert is_outage(InterfaceError("the connection is closed"))
    assert is_outage(wrapped(OperationalError, psycopg_errors.OperationalError("connection refused")))
    assert is_outage(wrapped(OperationalError, refused_by_sqlite("SELECT 1", nowhere)))


def test_so_is_what_sqlite_says_to_the_queue_which_django_does_not_wrap(tmp_path: Path) -> None:
    """Else each minute in which a full disk takes no task writes a traceback."""
    nowhere = str(tmp_path / "no" / "such" / "folder")
    file = tmp_path / "file"
    file.write_bytes(b"no database" * 1_000)
    assert not is_outage(refused_by_sqlite("SELECT nothing"))
    assert is_outage(refused_by_sqlite("SELECT * FROM sqlite_master", str(file)))
    assert is_outage(wrapped(OperationalError, refused_by_sqlite("SELECT 1", nowhere)))


@pytest.mark.parametrize(
    "cause",
    [
        psycopg_errors.AdminShutdown,
        psycopg_errors.CannotConnectNow,
        psycopg_errors.TooManyConnections,
        psycopg_errors.DiskFull,
        psycopg_errors.ReadOnlySqlTransaction,
        psycopg_errors.LockNotAvailable,
        psycopg_errors.IoError,
    ],
)
def test_so_is_what_postgresql_says_of_its_own_state(cause: type[psycopg_errors.Error]) -> None:
    error = InternalError if cause is psycopg_errors.ReadOnlySqlTransaction else OperationalError
    assert is_outage(wrapped(error, cause("told")))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS])
def test_a_disk_that_takes_nothing_is_an_outage_and_a_missing_file_is_none(number: int) -> None:
    assert is_outage(OSError(number, "told"))
    assert not is_outage(FileNotFoundError(errno.ENOENT, "told"))


def test_a_read_only_or_damaged_file_is_an_outage(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.sqlite3"
    damaged.write_bytes(b"this is no database at all " * 100)
    assert is_outage(wrapped(OperationalError, refused_by_sqlite("SELECT * FROM t", str(damaged))))


@pytest.mark.parametrize(
    "error",
    [
        None,
        ValueError("a bug"),
        wrapped(OperationalError, refused_by_sqlite("SELECT nonsense")),
        wrapped(OperationalError, refused_by_sqlite("SELECT * FROM no_such_table")),
        wrapped(ProgrammingError, psycopg_errors.UndefinedColumn("told")),
        wrapped(IntegrityError, psycopg_errors.UniqueViolation("told")),
        wrapped(InternalError, psycopg_errors.InFailedSqlTransaction("told")),
    ],
)
def test_a_fault_of_the_code_is_none(error: Exception | None) -> None:
    assert not is_outage(error)
