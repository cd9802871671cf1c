"""Who was erased, kept in the database and outside of it: a restored backup knows nothing of what came later.

The file has a line of JSON for each row that was erased, and nothing that tells who they were. It is private,
only added to, and not in a backup: keep it beside the backups, or on every machine that may restore one.
"""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from accounts.actors import Actor
from accounts.models import Customer, ErasedKind, Erasure, User

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ErasedRow:
    """One row that was erased; `row_created_at` and `erased_at` as ISO 8601."""

    kind: str
    key: int
    row_created_at: str
    erased_at: str


def note(rows: Iterable[Customer | User], *, by: Actor, at: datetime) -> None:
    """Enter these rows, in the transaction that erases them, and into the file once that is committed."""
    entries = [
        Erasure(
            kind=ErasedKind.CUSTOMER if isinstance(row, Customer) else ErasedKind.COLLEAGUE,
            key=row.pk,
            row_created_at=row.created_at,
            erased_at=at,
            actor=by.user,
            source=by.source,
        )
        for row in rows
    ]
    Erasure.objects.bulk_create(entries, ignore_conflicts=True)
    transaction.on_commit(write_file, robust=True)


def entries() -> set[ErasedRow]:
    """Return all entries, of the table and of the file; none while there is no table yet."""
    return _in_table() | _in_file()


def write_file() -> int:
    """Add to the file what only the table has; return how many entries that were."""
    missing = _in_table() - _in_file()
    if missing:
        # What was cut short, as by a full disk, stays a line of its own.
        lines = "\n" * _is_cut_short() + "".join(
            f"{json.dumps(asdict(entry))}\n" for entry in sorted(missing, key=_order)
        )
        _path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(_path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, lines.encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    return len(missing)


def came_back(known: Iterable[ErasedRow]) -> Iterator[Customer | User]:
    """Yield the rows of these entries that are there, and not erased: a backup brought them back."""
    for entry in sorted(known, key=_order):
        of_kind = Customer.objects.all() if entry.kind == ErasedKind.CUSTOMER else User.objects.all()
        made_at = datetime.fromisoformat(entry.row_created_at)
        yield from of_kind.filter(pk=entry.key, created_at=made_at, erased_at=None)


def _in_table() -> set[ErasedRow]:
    try:
        if not _has_table():
            return set()
    except DatabaseError:
        # What is to be replaced by a backup may be damaged: the file is there for that.
        return set()
    rows = Erasure.objects.values_list("kind", "key", "row_created_at", "erased_at")
    return {ErasedRow(kind, key, made.isoformat(), at.isoformat()) for kind, key, made, at in rows}


def _has_table() -> bool:
    # Opening a database that does not exist would create it.
    is_there = connection.vendor != "sqlite" or Path(connection.settings_dict["NAME"]).exists()
    return is_there and Erasure._meta.db_table in connection.introspection.table_names()


def _in_file() -> set[ErasedRow]:
    try:
        lines = _path().read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return set()
    return {entry for line in lines if line.strip() and (entry := _read(line))}


def _read(line: str) -> ErasedRow | None:
    """Return what a line says; None of one that was cut short: what it was about is written once more."""
    try:
        return ErasedRow(**json.loads(line))
    except (ValueError, TypeError):
        logger.error("A line of %s cannot be read: %s", _path(), line[:200])
        return None


def _is_cut_short() -> bool:
    try:
        return _path().read_bytes()[-1:] not in (b"", b"\n")
    except FileNotFoundError:
        return False


def _path() -> Path:
    return Path(settings.ERASURES_FILE)


def _order(entry: ErasedRow) -> tuple[str, str, int]:
    return entry.erased_at, entry.kind, entry.key
