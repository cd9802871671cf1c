"""The database restarts under a running shop, which goes on by itself and fills no log meanwhile."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from accounts.tokens.refresh import issue_pair
from tests.factories import make_product, make_shopper
from tests.running.test_killed_server import Shop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is in the process."),
]

REQUESTS = 60


@pytest.fixture
def server() -> Iterator["psycopg.Connection[tuple[object]]"]:
    """A session in another database, from where the shop's is closed and opened."""
    database = connection.settings_dict
    with closing(
        psycopg.connect(
            dbname="postgres",
            user=database["USER"],
            password=database["PASSWORD"],
            host=database["HOST"],
            port=database["PORT"],
            autocommit=True,
        )
    ) as session:
        yield session


def let_in(server: "psycopg.Connection[tuple[object]]", *, whether: bool) -> None:
    """As a server that stops ends every session and takes no new one."""
    name = connection.settings_dict["NAME"]
    connection.close()
    server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {whether}'.encode())
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def status(shop: Shop, path: str) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{shop.port}{path}", headers={"Authorization": f"Bearer {shop.token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_after_a_restart_the_next_request_is_answered_and_the_log_is_short(
    tmp_path: Path, server: "psycopg.Connection[tuple[object]]", monkeypatch: pytest.MonkeyPatch
) -> None:
    make_product("71053", on_hand=10_000)
    shop = Shop(tmp_path, token=issue_pair(make_shopper()).access)
    log = tmp_path / "log"
    with log.open("w") as written:
        start = subprocess.Popen
        monkeypatch.setattr(
            subprocess, "Popen", lambda *args, **more: start(*args, **{**more, "stderr": written})
        )
        with shop.open():
            assert [status(shop, "/api/v1/orders") for _ in range(16)] == [200] * 16
            began = time.monotonic()
            let_in(server, whether=False)
            try:
                away = [
                    status(shop, path) for _ in range(REQUESTS // 2) for path in ("/api/v1/orders", "/admin/")
                ]
            finally:
                let_in(server, whether=True)
            lasted = time.monotonic() - began
            assert [status(shop, "/api/v1/orders") for _ in range(16)] == [200] * 16

    assert set(away[::2]) == {503}
    lines = log.read_text().splitlines()
    assert "Traceback" not in log.read_text()
    assert 1 <= len(lines) <= 4 + lasted / 2
