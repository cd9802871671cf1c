"""What `/readyz` finds, and that it finds it within a second whatever hangs."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from backoffice.runtime import health
from backoffice.runtime.health import DEADLINE_SECONDS, Checks, Health, State


def fine() -> bool:
    return True


def failing() -> bool:
    return False


def gone() -> bool:
    raise ConnectionError


def found(**checks: Callable[[], bool]) -> Health:
    names = dict.fromkeys(("database", "migrations", "disk", "cache", "queue"), fine)
    return Checks({**names, **checks}).health()


@pytest.mark.once
@pytest.mark.parametrize("name", ["database", "migrations", "disk"])
@pytest.mark.parametrize(("check", "state"), [(failing, "failing"), (gone, "unreachable")])
def test_without_what_it_needs_it_is_not_ready(name, check, state):
    told = found(**{name: check})

    assert (told.status, told.is_ready, told.checks[name]) == ("unavailable", False, state)


@pytest.mark.once
@pytest.mark.parametrize("name", ["cache", "queue"])
@pytest.mark.parametrize(("check", "state"), [(failing, "failing"), (gone, "unreachable")])
def test_without_what_only_helps_it_is_ready_and_degraded(name, check, state):
    told = found(**{name: check})

    assert (told.status, told.is_ready, told.checks[name]) == ("degraded", True, state)


@pytest.mark.once
@pytest.mark.parametrize(("name", "is_ready"), [("database", False), ("cache", True)])
def test_what_hangs_is_told_in_time_and_asked_again_when_it_has_ended(name, is_ready):
    may_go_on = threading.Event()
    asked: list[int] = []

    def hanging() -> bool:
        asked.append(1)
        return may_go_on.wait(20)

    checks = Checks({"disk": fine, name: hanging})
    for _ in range(3):
        began = time.monotonic()
        told = checks.health()
        assert time.monotonic() - began < DEADLINE_SECONDS + 0.5
        assert (told.is_ready, told.checks[name], told.checks["disk"]) == (is_ready, State.SILENT, State.OK)
        time.sleep(1.1)
    assert len(asked) == 1

    may_go_on.set()
    time.sleep(1.1)
    assert checks.health().status == "ok"


@pytest.mark.once
def test_many_who_ask_at_once_are_one_question():
    asked: list[int] = []

    def counting() -> bool:
        asked.append(1)
        return True

    checks = Checks({"database": counting})
    with ThreadPoolExecutor(16) as askers:
        told = list(askers.map(lambda _: checks.health().status, range(200)))
    assert (set(told), len(asked)) == ({"ok"}, 1)


@pytest.mark.django_db(transaction=True)
def test_a_shop_in_order_is_ready():
    assert Checks({**health.NEEDED, **health.HELPFUL}).health().told() == {
        "status": "ok",
        "checks": dict.fromkeys(("database", "migrations", "disk", "cache", "queue"), "ok"),
    }


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_writes_is_a_failing_disk(monkeypatch):
    if connection.vendor == "sqlite":
        monkeypatch.setattr(health, "LEAST_FREE_BYTES", 1 << 60)
        assert Checks(health.NEEDED).health().checks["disk"] == "failing"
        return
    monkeypatch.setattr(health, "_written_at", float("-inf"))
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            assert Checks(health.NEEDED).health().checks["disk"] == "failing"
        finally:
            cursor.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
