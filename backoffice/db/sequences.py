"""PostgreSQL's sequences, which must stay ahead of the numbers that are in their tables.

Rows that came with their numbers (`loaddata`, COPY, another program) do not move a sequence on: it would give
the same numbers out once more. SQLite counts on from the rows themselves.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

OWNED = """
    SELECT sequence.relname, owner.relname, attribute.attname
    FROM pg_depend AS link
    JOIN pg_class AS sequence ON sequence.oid = link.objid AND sequence.relkind = 'S'
    JOIN pg_class AS owner ON owner.oid = link.refobjid
    JOIN pg_attribute AS attribute ON attribute.attrelid = owner.oid AND attribute.attnum = link.refobjsubid
    WHERE link.classid = 'pg_class'::regclass AND link.refclassid = 'pg_class'::regclass
        AND link.deptype IN ('a', 'i') AND pg_table_is_visible(owner.oid)
    ORDER BY sequence.relname
"""
# The columns of a constraint, and those that its generated columns are made of.
CONSTRAINED = """
    WITH rule AS (
        SELECT constrained.conrelid, constrained.conkey
        FROM pg_constraint AS constrained
        JOIN pg_class AS owner ON owner.oid = constrained.conrelid
        WHERE owner.relname = %s AND constrained.conname = %s AND pg_table_is_visible(owner.oid)
    )
    SELECT attribute.attname
    FROM rule
    JOIN pg_attribute AS attribute
        ON attribute.attrelid = rule.conrelid AND attribute.attnum = ANY (rule.conkey)
    UNION
    SELECT base.attname
    FROM rule
    JOIN pg_attrdef AS made ON made.adrelid = rule.conrelid AND made.adnum = ANY (rule.conkey)
    JOIN pg_depend AS link ON link.classid = 'pg_attrdef'::regclass AND link.objid = made.oid
        AND link.refclassid = 'pg_class'::regclass AND link.refobjid = rule.conrelid
    JOIN pg_attribute AS base ON base.attrelid = rule.conrelid AND base.attnum = link.refobjsubid
"""


@dataclass(frozen=True, slots=True)
class Behind:
    """A sequence that would give out a number again: the highest one in its column is `highest`."""

    sequence: str
    table: str
    column: str
    highest: int


def behind(connection: BaseDatabaseWrapper) -> list[Behind]:
    """Return the sequences that have not yet given out the highest number of their column."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        return list(_behind(cursor))


def catch_up(connection: BaseDatabaseWrapper, *, at_least: Mapping[str, int] | None = None) -> list[Behind]:
    """Move on every sequence that is behind, and never one back; return those that were behind.

    `at_least` holds the highest number that a table gave out, even if that row is gone.
    """
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        found = list(_behind(cursor, at_least or {}))
        for each in found:
            # Moves on only: somebody else may have done so by now.
            cursor.execute(
                f"SELECT setval(%s, GREATEST(%s, last_value)) FROM {_quoted(connection, each.sequence)}",  # noqa: S608
                [_quoted(connection, each.sequence), each.highest],
            )
    return found


def gives_the_values_of(connection: BaseDatabaseWrapper, *, table: str, constraint: str) -> bool:
    """Whether a sequence gives the values that this constraint wants to be unique."""
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINED, [table, constraint])
        constrained = {column for [column] in cursor.fetchall()}
        return any(owner == table and column in constrained for _, owner, column in _owned_sequences(cursor))


def _owned_sequences(cursor: CursorWrapper) -> list[tuple[str, str, str]]:
    cursor.execute(OWNED)
    return cursor.fetchall()


def _behind(cursor: CursorWrapper, at_least: Mapping[str, int] | None = None) -> Iterator[Behind]:
    quoted = cursor.db.ops.quote_name
    for sequence, table, column in _owned_sequences(cursor):
        cursor.execute(
            f"SELECT (SELECT MAX({quoted(column)}) FROM {quoted(table)}), last_value, is_called"  # noqa: S608
            f" FROM {quoted(sequence)}"
        )
        highest, last, is_called = cursor.fetchone()
        highest = max(highest or 0, (at_least or {}).get(table, 0) if column == "id" else 0)
        # One that was never called gives its first number next.
        if highest > last or (highest == last and not is_called):
            yield Behind(sequence, table, column, highest)


def _quoted(connection: BaseDatabaseWrapper, name: str) -> str:
    return str(connection.ops.quote_name(name))
