"""Trips to PostgreSQL: what is sent together is answered in its order, or not at all."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from backoffice.db import postgresql_trip
from backoffice.db.postgresql_trip import travel
from backoffice.db.statement import Statement

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL alone is far away."),
]


@pytest.fixture
def session() -> Any:
    connection.ensure_connection()
    return connection.connection


def select(value: Any) -> Statement:
    return Statement("SELECT %s::text, 100 %% 7", [value])


def prepared(session: Any) -> int:
    return int(session.execute("SELECT COUNT(*) FROM pg_prepared_statements").fetchone()[0])


def test_each_statement_has_its_own_answer(session: Any) -> None:
    asked = [select("one"), select("two"), Statement("SELECT 1 WHERE %(no)s", {"no": False})]

    travel(session, asked)

    assert [statement.rows for statement in asked] == [[("one", 2)], [("two", 2)], []]
    assert [statement.count for statement in asked] == [1, 1, 0]


def test_what_was_prepared_once_is_run_again_under_its_name(session: Any) -> None:
    travel(session, [select("one")])
    known = prepared(session)

    travel(session, [select("two")])

    assert prepared(session) == known


def test_after_one_that_fails_none_runs_and_the_session_can_go_on(session: Any) -> None:
    first, broken, never = select("one"), Statement("SELECT 1 / %s", [0]), Statement("SELECT 'never'", ())

    with pytest.raises(psycopg.errors.DivisionByZero):
        travel(session, [first, broken, never])

    assert (first.rows, broken.count, never.count) == ([("one", 2)], None, None)
    travel(session, [never])
    assert never.rows == [("never",)]


def test_a_value_that_cannot_be_sent_leaves_the_other_statements_as_they_were(session: Any) -> None:
    known, unknown = Statement("SELECT %s::text || 'a'", ["x"]), select("a\x00b")

    with pytest.raises(psycopg.DataError):
        travel(session, [known, unknown])

    travel(session, [known])
    assert known.rows == [("xa",)]


def test_a_commit_goes_with_the_statements_and_keeps_what_they_wrote(session: Any) -> None:
    session.autocommit = False
    write = Statement(
        "INSERT INTO backoffice_jobslot (job, slot, taken_at) VALUES (%s, now(), now())", ["trip"]
    )
    try:
        travel(session, [write], is_to_commit=True)
        assert session.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    finally:
        session.rollback()
        session.autocommit = True

    read = Statement("SELECT job FROM backoffice_jobslot", ())
    travel(session, [read])
    assert read.rows == [("trip",)]


def test_a_lost_session_is_closed_and_the_next_one_serves(session: Any) -> None:
    with psycopg.connect(session.info.dsn, password=session.info.password, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [session.info.backend_pid])

    with pytest.raises(psycopg.OperationalError):
        travel(session, [select("one")])

    assert session.closed
    connection.close()
    connection.ensure_connection()
    again = select("again")
    travel(connection.connection, [again])
    assert again.rows == [("again", 2)]


def test_a_plan_that_was_made_when_a_table_was_empty_does_not_last(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Statement("SELECT slot FROM backoffice_jobslot WHERE job = %s", ["a"])
    session.execute("VACUUM ANALYZE backoffice_jobslot")
    travel(session, [look])

    def plan() -> str:
        names = postgresql_trip._prepared[session].names
        [name] = [name for (sql, _types), name in names.items() if sql == look.sql]
        return str(session.execute(f"EXPLAIN EXECUTE {name.decode()} ('a')").fetchall())

    session.execute(
        "INSERT INTO backoffice_jobslot (job, slot, taken_at) "
        "SELECT 'job ' || number, now(), now() FROM generate_series(1, 5000) AS number"
    )
    assert "Seq Scan" in plan()

    monkeypatch.setattr(postgresql_trip, "PLANNED_SECONDS", 0)
    travel(session, [look])

    assert "Seq Scan" not in plan()
