"""Whatever is written is written wholly or not at all, and tried again where the database says so."""

import random
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection

from backoffice.db.transactions import ATTEMPTS, Collision, sqlstate_of, write_transaction
from backoffice.errors import Busy, Conflict
from catalog.models import Category
from tests.races.harness import race

pytestmark = pytest.mark.django_db(transaction=True)

POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such codes.")


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda *_: 0)


def add(slug: str) -> None:
    Category.objects.create(name=slug, slug=slug)


def slugs() -> list[str]:
    return sorted(Category.objects.values_list("slug", flat=True))


def failing(times: int, error: Callable[[], None]) -> Callable[[], int]:
    """Adds a category and fails so often; gives how often it ran."""
    ran = 0

    @write_transaction
    def use_case() -> int:
        nonlocal ran
        ran += 1
        add("added")
        if ran <= times:
            error()
        return ran

    return use_case


def collide() -> None:
    raise Collision


def locked() -> None:
    raise OperationalError("database is locked")


def serialization_failure() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")


def lock_not_available() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'held' USING ERRCODE = '55P03'; END $$")


@pytest.mark.parametrize("error", [Conflict("No."), ZeroDivisionError(), IntegrityError("Broken.")])
def test_what_fails_leaves_nothing_and_is_not_tried_again(error: Exception) -> None:
    def refuse() -> None:
        raise error

    use_case = failing(1, refuse)

    with pytest.raises(type(error)):
        use_case()

    assert slugs() == []
    assert use_case() == 2


def test_one_use_case_within_another_is_a_part_of_it() -> None:
    @write_transaction
    def whole(*, is_refused: bool) -> None:
        write_transaction(add)("inner")
        add("outer")
        if is_refused:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        whole(is_refused=True)
    assert slugs() == []

    whole(is_refused=False)
    assert slugs() == ["inner", "outer"]


def test_a_collision_runs_the_whole_use_case_again() -> None:
    assert failing(ATTEMPTS - 1, collide)() == ATTEMPTS
    assert slugs() == ["added"]


def test_who_collides_each_time_is_told_that_the_shop_is_busy() -> None:
    with pytest.raises(Busy) as refused:
        failing(ATTEMPTS, collide)()

    assert refused.value.retry_after_seconds == 2
    assert slugs() == []


def test_a_lock_that_sqlite_does_not_give_is_not_waited_for_twice() -> None:
    use_case = failing(1, locked)

    with pytest.raises(Busy):
        use_case()

    assert slugs() == []
    assert use_case() == 2


@POSTGRESQL
def test_a_serialization_failure_is_tried_again() -> None:
    assert failing(2, serialization_failure)() == 3
    assert slugs() == ["added"]


@POSTGRESQL
def test_a_lock_that_could_not_be_had_in_time_is_not_tried_again() -> None:
    use_case = failing(1, lock_not_available)

    with pytest.raises(Busy):
        use_case()

    assert use_case() == 2


@POSTGRESQL
def test_a_failure_within_a_part_runs_the_whole_again() -> None:
    ran: list[str] = []

    @write_transaction
    def whole() -> None:
        ran.append("outer")
        add("outer")
        part()

    @write_transaction
    def part() -> None:
        ran.append("inner")
        if len(ran) == 2:
            serialization_failure()

    whole()

    assert ran == ["outer", "inner", "outer", "inner"]
    assert slugs() == ["outer"]


def test_the_code_of_an_error_is_postgresqls_own() -> None:
    assert sqlstate_of(ValueError()) is None
    with pytest.raises(DatabaseError) as refused, connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column")
    assert sqlstate_of(refused.value) == ("42703" if connection.vendor == "postgresql" else None)


@pytest.mark.race
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has many writers.")
def test_sqlites_writers_come_one_after_another() -> None:
    inside = threading.Semaphore(1)

    @write_transaction
    def alone(slug: str) -> None:
        assert inside.acquire(blocking=False)
        add(slug)
        time.sleep(0.005)
        inside.release()

    outcomes = race(4, [partial(alone, f"c-{number:02}") for number in range(12)])

    assert outcomes == [None] * 12
    assert len(slugs()) == 12
