"""A connection that was kept from request to request is looked at without asking the server."""

import time
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, close_old_connections, connection, transaction

from tests.contract.client import Api
from tests.factories import make_product

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL's connections"),
    pytest.mark.django_db(transaction=True),
]


def end_connection() -> None:
    """Have the server end this thread's connection, as a restart would."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_connection_that_is_alive_is_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_: Any) -> None:
        raise AssertionError

    connection.ensure_connection()
    monkeypatch.setattr(psycopg.Cursor, "execute", ask)
    assert connection.is_usable()


def test_one_that_the_server_has_ended_is_found_out() -> None:
    end_connection()
    begun = time.monotonic()
    while connection.is_usable():
        assert time.monotonic() < begun + 5
    connection.close()


def test_the_first_request_after_that_is_answered_on_a_new_connection() -> None:
    make_product("71053", price="3.39")
    end_connection()
    # Django's own test client leaves out what begins a request.
    close_old_connections()
    assert Api().get("products/71053").json()["price"] == "3.39"


def test_one_on_which_the_server_only_says_something_is_asked_and_kept() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LISTEN something")
    kept = connection.connection
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("NOTIFY something")
    time.sleep(0.1)
    assert connection.is_usable()
    assert connection.connection is kept


def test_one_whose_transaction_is_broken_takes_no_next_statement() -> None:
    with transaction.atomic():
        with connection.cursor() as cursor, pytest.raises(DatabaseError):
            cursor.execute("SELECT 1 / 0")
        assert not connection.is_usable()
        transaction.set_rollback(True)
    assert connection.is_usable()
