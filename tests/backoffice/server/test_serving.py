"""`shopctl serve` as a process: what a person who types it gets."""

import http.cookiejar
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings

# Whatever the database of the tests: these shops are new ones on SQLite.
pytestmark = pytest.mark.once
SHOPCTL = "import sys; sys.argv[0] = 'shopctl'; from cli.app import main; main()"
OURS = ("SQL_", "SHOP_", "EMAIL_", "JWT_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "DJANGO_")
PATIENCE_SECONDS = 90


class Running:
    """A started `shopctl`, and what it has said so far."""

    def __init__(self, var_dir: Path, *arguments: str, where: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SHOPCTL, *arguments],
            cwd=settings.BASE_DIR,
            env=where or environment(var_dir),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def told_all(self) -> str:
        """Everything, of a process that has ended."""
        self._reader.join(timeout=5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.said

    def told(self, pattern: str) -> str:
        """What it said where the pattern has its group; waits for it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (match := re.search(pattern, self.said)) is None:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)
        return match[1]

    @property
    def url(self) -> str:
        return self.told(r"(http://\S+)/admin/\n")

    def stop(self, signum: int = signal.SIGTERM) -> int:
        self.process.send_signal(signum)
        code = self.process.wait(timeout=30)
        self._reader.join(timeout=5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def environment(var_dir: Path) -> dict[str, str]:
    """Nothing of these tests' own settings: a new shop on SQLite."""
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**theirs, "VAR_DIR": str(var_dir), "SQL_ENGINE": "sqlite", "PYTHONPATH": str(settings.BASE_DIR)}


@cache
def _migrated_database() -> bytes:
    with TemporaryDirectory() as folder:
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, env=environment(Path(folder)), cwd=settings.BASE_DIR, check=True)
        return Path(folder, "backoffice.sqlite3").read_bytes()


def migrated(var_dir: Path) -> Path:
    """The folder of a new shop whose database is there already: it is made once, and copied for each."""
    var_dir.mkdir(mode=0o700, exist_ok=True)
    share_static_files(var_dir)
    database = var_dir / "backoffice.sqlite3"
    database.touch(mode=0o600)
    database.write_bytes(_migrated_database())
    return var_dir


def share_static_files(var_dir: Path) -> None:
    """Let a shop find the static files that another one of these tests has collected."""
    collected = Path(settings.VAR_DIR) / "static"
    collected.mkdir(mode=0o700, exist_ok=True)
    with suppress(FileExistsError):
        (var_dir / "static").symlink_to(collected)


@contextmanager
def running(var_dir: Path, *arguments: str) -> Iterator[Running]:
    shop = Running(var_dir, *arguments)
    try:
        yield shop
    finally:
        if shop.process.poll() is None:
            shop.stop(signal.SIGKILL)
        else:
            shop.told_all()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one shop that the tests of this module start again and again."""
    return tmp_path_factory.mktemp("shop")


def fetched(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=20) as response:
        return response.status, response.read().decode()


def signed_in_page(url: str, email: str, password: str) -> str:
    """The page that the admin shows after signing in."""
    browser = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
    )
    page = f"{url}/admin/login/"
    form = browser.open(page, timeout=30).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token is not None
    fields = {"csrfmiddlewaretoken": token[1], "username": email, "password": password, "next": "/healthz"}
    sent = urllib.request.Request(
        f"{url}/admin/login/",
        urllib.parse.urlencode(fields).encode(),
        headers={"Referer": f"{url}/admin/login/"},
    )
    response = browser.open(sent, timeout=30)
    assert response.status == 200
    return str(response.read().decode())


def heartbeat(var_dir: Path) -> str | None:
    with sqlite3.connect(var_dir / "backoffice.sqlite3") as database:
        row = database.execute("SELECT seen_at FROM backoffice_heartbeat").fetchone()
    database.close()
    return row[0] if row else None


def assert_static_files_are_collected(url: str) -> None:
    _, page = fetched(f"{url}/admin/login/")
    style = re.search(r'href="(/static/bundles/pages\.[0-9a-f]{12}\.css)"', page)
    assert style is not None
    asked = urllib.request.Request(f"{url}{style[1]}", headers={"Accept-Encoding": "gzip, br"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert answer.headers["Content-Encoding"] == "br"
        assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.slow
def test_a_new_shop_answers_lets_its_admin_in_and_runs_tasks_in_one_process(var_dir: Path) -> None:
    port = free_port()
    with running(var_dir, "serve", "--port", str(port)) as shop:
        assert shop.url == f"http://127.0.0.1:{port}"
        email = shop.told(r"e-mail +(\S+)\n")
        assert shop.told(r"password +in (\S+), its second line") == str(var_dir / "admin_login")
        password = (var_dir / "admin_login").read_text().splitlines()[1]
        assert fetched(f"{shop.url}/healthz") == (200, '{"status": "ok"}')
        assert_static_files_are_collected(shop.url)
        assert signed_in_page(shop.url, email, password) == '{"status": "ok"}'
        with pytest.raises(urllib.error.HTTPError):
            fetched(f"{shop.url}/no-such-page")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while heartbeat(var_dir) is None:
            assert time.monotonic() < deadline, "No task has run."
            time.sleep(0.1)
        children = Path(f"/proc/{shop.process.pid}/task/{shop.process.pid}/children")
        assert not children.exists() or children.read_text() == ""
        assert shop.stop(signal.SIGTERM) == 0
        assert "Traceback" not in shop.said
        assert password not in shop.said
    assert (var_dir / "admin_login").read_text() == f"{email}\n{password}\n"


@pytest.mark.slow
def test_two_shops_side_by_side_and_a_third_after_a_kill(var_dir: Path) -> None:
    port = free_port()
    with running(var_dir, "serve", "--port", str(port)) as first:
        told = first.told(r"password +(.*)\n")
        with running(var_dir, "serve", "--port", str(port), "--next-free-port") as second:
            assert second.url != first.url
            assert f"Port {port} is taken" in second.said
            assert second.told(r"password +(.*)\n") == told
            assert fetched(f"{second.url}/healthz")[0] == 200
            assert fetched(f"{first.url}/healthz")[0] == 200
            assert second.stop(signal.SIGINT) == 0
        assert first.stop(signal.SIGKILL) == -signal.SIGKILL
        with running(var_dir, "serve", "--port", str(port)) as third:
            assert third.url == f"http://127.0.0.1:{port}"
            assert fetched(f"{third.url}/readyz")[0] == 200
            assert third.stop() == 0


def test_a_taken_port_is_refused_before_anything_is_migrated(tmp_path: Path) -> None:
    """Whoever asks the old address would else find the old shop, or none, with no word about it."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with running(tmp_path, "serve", "--port", str(port)) as shop:
            assert shop.process.wait(timeout=PATIENCE_SECONDS) == 2
            assert shop.told_all().splitlines()[-1] == (
                f"Error: Port {port} is taken: another program listens there, perhaps this shop already. "
                "Stop it, or choose another port with --port; --next-free-port takes the next free one."
            )
    assert not (tmp_path / "backoffice.sqlite3").exists()


def test_make_run_alone_takes_the_next_free_port() -> None:
    makefile = (Path(settings.BASE_DIR) / "Makefile").read_text()
    assert "shopctl serve --next-free-port $(ARGS)" in makefile
    for other in ("Dockerfile", "docker-compose.yml"):
        assert "--next-free-port" not in (Path(settings.BASE_DIR) / other).read_text()


@pytest.mark.slow
def test_several_processes_share_the_port_and_end_together(var_dir: Path) -> None:
    port = free_port()
    with running(var_dir, "serve", "--port", str(port), "--processes", "2", "--no-worker") as shop:
        assert fetched(f"{shop.url}/healthz")[0] == 200
        assert shop.stop() == 0
    with pytest.raises(urllib.error.URLError):
        fetched(f"http://127.0.0.1:{port}/healthz")


@pytest.mark.slow
@pytest.mark.parametrize("command", [["worker"], ["worker", "--no-periodic"], ["scheduler"]])
def test_worker_and_scheduler_end_when_told(var_dir: Path, command: list[str]) -> None:
    with running(var_dir, *command) as worker:
        assert worker.told(r"(Stop it with Ctrl-C)")
        assert worker.stop(signal.SIGTERM) == 0
        assert "Traceback" not in worker.said
