"""What needs no answer waits for the next question or the COMMIT, and reads as though it ran at once."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from backoffice.db import sending, transactions
from backoffice.db.inserting import insert_unanswered
from backoffice.db.statement import Statement
from backoffice.db.transactions import write_transaction
from backoffice.models import JobSlot

pytestmark = pytest.mark.django_db(transaction=True)
is_far_away = connection.vendor == "postgresql"


def slot(job: str) -> JobSlot:
    return JobSlot(job=job, slot=timezone.now())


def jobs() -> set[str]:
    return set(JobSlot.objects.values_list("job", flat=True))


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements went together, trip by trip."""
    seen: list[int] = []
    travel = sending._travel

    def counted(statements: Any, **options: Any) -> None:
        seen.append(len(statements))
        travel(statements, **options)

    monkeypatch.setattr(sending, "_travel", counted)
    return seen


def test_what_waits_is_written_with_the_commit(trips: list[int]) -> None:
    @write_transaction
    def write() -> None:
        insert_unanswered([slot("one")])
        insert_unanswered([slot("two")])

    write()

    assert jobs() == {"one", "two"}
    assert trips == ([2] if is_far_away else [1, 1])


def test_whatever_else_is_asked_finds_what_was_sent_before() -> None:
    @write_transaction
    def write() -> tuple[set[str], list[Any]]:
        insert_unanswered([slot("one")])
        by_the_orm = jobs()
        insert_unanswered([slot("two")])
        count = Statement("SELECT COUNT(*) FROM backoffice_jobslot", ())
        sending.ask(count)
        return by_the_orm, count.rows

    assert write() == ({"one"}, [(2,)])


def test_a_savepoint_keeps_or_undoes_what_was_sent_inside_it() -> None:
    @write_transaction
    def write() -> None:
        insert_unanswered([slot("before")])
        try:
            with transaction.atomic():
                insert_unanswered([slot("inside")])
                raise ValueError
        except ValueError:
            pass

    write()

    assert jobs() == {"before"}


def test_what_the_database_refuses_with_the_commit_undoes_all_and_is_tried_again_with_care() -> None:
    at = timezone.now()
    JobSlot.objects.create(job="taken", slot=at)
    runs: list[bool] = []

    @write_transaction
    def write() -> None:
        runs.append(transactions.is_careful())
        insert_unanswered([slot("other")])
        insert_unanswered([JobSlot(job="taken", slot=at)])

    with pytest.raises(IntegrityError):
        write()

    assert jobs() == {"taken"}
    assert runs == ([False, True] if is_far_away else [True])


def test_in_a_careful_run_each_statement_is_refused_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    at = timezone.now()
    JobSlot.objects.create(job="taken", slot=at)
    writing = transactions._writing
    monkeypatch.setattr(transactions, "_writing", lambda **_: writing(is_careful=True))

    @write_transaction
    def write() -> bool:
        try:
            with transaction.atomic():
                insert_unanswered([JobSlot(job="taken", slot=at)])
        except IntegrityError:
            return True
        return False

    assert write()


def test_a_use_case_that_is_to_be_undone_commits_nothing() -> None:
    @write_transaction
    def write() -> None:
        insert_unanswered([slot("one")])
        transaction.set_rollback(True)

    write()

    assert jobs() == set()


def test_after_the_commit_what_waits_for_it_is_called_once(trips: list[int]) -> None:
    called: list[set[str]] = []

    @write_transaction
    def write() -> None:
        insert_unanswered([slot("one")])
        transaction.on_commit(lambda: called.append(jobs()))

    write()

    assert called == [{"one"}]


def test_whoever_looks_on_at_the_cursor_sees_each_statement() -> None:
    seen: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    @write_transaction
    def write() -> None:
        insert_unanswered([slot("one")])

    with connection.execute_wrapper(look):
        write()

    assert any("backoffice_jobslot" in sql for sql in seen)


def test_what_is_sent_after_the_commit_waits_for_nothing() -> None:
    @write_transaction
    def write() -> None:
        insert_unanswered([slot("one")])
        transaction.on_commit(lambda: insert_unanswered([slot("afterwards")]))

    write()

    assert jobs() == {"one", "afterwards"}


def test_a_savepoint_undoes_what_waited_in_it_and_was_refused() -> None:
    one = slot("one")

    @write_transaction
    def write() -> None:
        insert_unanswered([one])
        try:
            with transaction.atomic():
                insert_unanswered([JobSlot(job="one", slot=one.slot)])
        except IntegrityError:
            insert_unanswered([slot("instead")])

    write()

    assert jobs() == {"one", "instead"}


@pytest.mark.skipif(not is_far_away, reason="SQLite prepares what has changed anew by itself.")
@pytest.mark.parametrize(
    "outdate",
    [
        "DEALLOCATE ALL",
        "ALTER TABLE backoffice_jobslot ALTER COLUMN job TYPE varchar(%d)",
    ],
)
def test_what_was_prepared_before_a_migration_is_prepared_anew(outdate: str) -> None:
    @write_transaction
    def write(job: str) -> list[Any]:
        insert_unanswered([slot(job)])
        return asked(job)

    def asked(job: str) -> list[Any]:
        read = Statement("SELECT job FROM backoffice_jobslot WHERE job = %s", [job])
        sending.ask(read)
        return read.rows

    widened = outdate % 90 if "%" in outdate else outdate
    restored = outdate % JobSlot._meta.get_field("job").max_length if "%" in outdate else outdate
    try:
        assert write("one") == asked("one") == [("one",)]
        with connection.cursor() as cursor:
            cursor.execute(widened)
        assert asked("one") == [("one",)], "outside a transaction at once"
        with connection.cursor() as cursor:
            cursor.execute(restored)
        assert write("two") == [("two",)], "in one when it is run again"
        assert jobs() == {"one", "two"}
    finally:
        with connection.cursor() as cursor:
            cursor.execute(restored)
