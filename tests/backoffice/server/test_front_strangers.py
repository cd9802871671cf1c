"""Somebody without an account against a running shop: others are answered meanwhile, and memory stays small.

The control is the same application behind a server that gives each connection a thread before its body has
come: there the same strangers stop it.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings

from tests.backoffice.server.test_serving import environment, free_port, migrated, running

pytestmark = [pytest.mark.slow, pytest.mark.once]

MOST_MEGABYTES = 250
PATIENCE_SECONDS = 1.0
OTHERS = ("/healthz", "/readyz", "/api/v1/products?limit=5", "/admin/login/")
SIGN_IN = "POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
TOKEN = (
    b"POST /api/v1/auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n"
)
PAGE = Path("unfold/fonts/material-symbols/Material-Symbols-Outlined.woff2")


class Shop:
    def __init__(self, pid: int, port: int, scratch: Path) -> None:
        self.pid = pid
        self.port = port
        self.scratch = scratch

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def answers(self, path: str) -> bool:
        """Within a second, at one of three tries: the machine may be busy with something else."""
        return any(self._answers_at_once(path) for _ in range(3))

    def _answers_at_once(self, path: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().read() is not None
        except OSError:
            return False
        finally:
            connection.close()

    @property
    def megabytes(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1_048_576

    @property
    def bytes_of_nameless_files(self) -> int:
        """Open, and in no directory any more."""
        total = 0
        for opened in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(OSError):
                if str(self.scratch) in str(opened.readlink()):
                    total += opened.stat().st_size
        return total

    def stands(self) -> bool:
        return all(self.answers(path) for path in OTHERS) and self.megabytes < MOST_MEGABYTES


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    scratch = tmp_path_factory.mktemp("scratch")
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(scratch))
        patch.setenv("API_RATE_PER_MINUTE", "0")
        with running(
            migrated(tmp_path_factory.mktemp("shop")), "serve", "--port", str(port), "--no-worker"
        ) as server:
            assert server.url
            yield Shop(server.process.pid, port, scratch)
            assert server.process.poll() is None, server.said


@pytest.fixture
def thread_for_each(tmp_path: Path) -> Iterator[Shop]:
    """The control: Granian's own way with WSGI applications."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--blocking-threads", "8", "--port"]
    with subprocess.Popen(
        [*command, str(port), "--log-level", "error", "--no-ws", "backoffice.wsgi:application"],
        env=environment(migrated(tmp_path)),
        cwd=settings.BASE_DIR,
        start_new_session=True,
    ) as server:
        shop = Shop(server.pid, port, tmp_path)
        try:
            deadline = time.monotonic() + 60
            while not shop.answers("/healthz"):
                assert time.monotonic() < deadline
            yield shop
        finally:
            os.killpg(server.pid, signal.SIGKILL)


@contextmanager
def silent_bodies(shop: Shop, count: int) -> Iterator[None]:
    with ExitStack() as connections:
        for _ in range(count):
            connection = connections.enter_context(shop.connect())
            connection.sendall(TOKEN)
        time.sleep(0.5)
        yield


def test_sixty_silent_bodies_stop_nobody(shop: Shop) -> None:
    with silent_bodies(shop, 60):
        assert shop.stands()


def test_the_harness_sees_eight_silent_bodies_stop_a_server_that_gives_each_a_thread(
    thread_for_each: Shop,
) -> None:
    with silent_bodies(thread_for_each, 8):
        assert not thread_for_each.answers("/healthz")


def test_sixty_sign_ins_at_once_stop_nobody(shop: Shop) -> None:
    with ThreadPoolExecutor(60) as strangers:
        answers = [strangers.submit(sign_in, shop.port, number) for number in range(60)]
        stood = [shop.stands() for _ in range(5)]
        statuses = {answer.result() for answer in answers}
    assert all(stood)
    # Some were looked at, and all others told to come again.
    assert statuses <= {401, 429}


def sign_in(port: int, number: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"email": f"nobody-{number}@example.com", "password": "a wrong guess"})
    try:
        connection.request("POST", "/api/v1/auth/token", body, {"Content-Type": "application/json"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_eleven_hundred_silent_connections_stop_nobody(shop: Shop) -> None:
    with ExitStack() as connections:
        for _ in range(1_100):
            connections.enter_context(shop.connect())
        time.sleep(0.5)
        assert shop.stands()


def test_a_silent_body_is_told_that_it_was_too_slow(shop: Shop) -> None:
    began = time.monotonic()
    with shop.connect() as connection:
        connection.sendall(f"{SIGN_IN}text/plain\r\nContent-Length: 100\r\n\r\nabc".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
    assert 8 < time.monotonic() - began < 20


def test_five_bytes_a_second_are_too_slow(shop: Shop) -> None:
    began = time.monotonic()
    with shop.connect() as connection:
        connection.sendall(f"{SIGN_IN}text/plain\r\nContent-Length: 9000\r\n\r\n".encode())
        with suppress(OSError):
            while time.monotonic() < began + 25:
                connection.sendall(b"aaaaa")
                time.sleep(1)
    assert time.monotonic() < began + 20
    assert shop.stands()


@pytest.mark.parametrize(
    ("header", "piece"),
    [
        ("Content-Length: 400000000", b"a" * 65_536),
        ("Transfer-Encoding: chunked", b"10000\r\n" + b"a" * 65_536 + b"\r\n"),
    ],
    ids=["announced", "chunked"],
)
def test_400_mb_to_the_sign_in_page_are_not_taken(shop: Shop, header: str, piece: bytes) -> None:
    sent = 0
    with shop.connect() as connection:
        connection.sendall(f"{SIGN_IN}multipart/form-data; boundary=x\r\n{header}\r\n\r\n".encode())
        try:
            while sent < 400_000_000:
                sent += len(piece)
                connection.sendall(piece)
        except OSError:
            pass
    # What the network itself holds of it.
    assert sent < 50_000_000
    assert shop.stands()
    assert list(shop.scratch.iterdir()) == []


def test_sixty_bodies_that_break_off_stop_nobody(shop: Shop) -> None:
    for _ in range(3):
        with ExitStack() as connections:
            for number in range(60):
                connection = connections.enter_context(shop.connect())
                kind = ("Content-Length: 1000000", "Transfer-Encoding: chunked")[number % 2]
                part = (b"a" * 900_000, b"ffff\r\n" + b"a" * 60_000)[number % 2]
                connection.sendall(f"{SIGN_IN}text/plain\r\n{kind}\r\n\r\n".encode() + part)
            time.sleep(0.3)
        assert shop.stands()


def test_whoever_never_reads_what_they_asked_for_stops_nobody(shop: Shop) -> None:
    with ExitStack() as connections:
        for _ in range(200):
            connection = connections.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            connection.connect(("127.0.0.1", shop.port))
            connection.sendall(f"GET /static/{PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        time.sleep(2)
        assert shop.stands()
        assert shop.bytes_of_nameless_files < 5_000_000


def test_a_head_that_never_ends_is_refused(shop: Shop) -> None:
    with shop.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + b"a" * 100_000)
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")


def test_a_chunked_body_reaches_django(shop: Shop) -> None:
    body = b'{"email": "nobody@example.com", "password": "wrong"}'
    with shop.connect() as connection:
        connection.sendall(
            b"POST /api/v1/auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    "rest",
    [b"2\r\n{}\r\n", b"2\r\n{}\r\nzz\r\n\r\n", b"ff\r\n{}", b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n"],
    ids=["no end", "no size", "half a chunk", "too large a size"],
)
def test_a_chunked_body_that_breaks_off_is_refused(shop: Shop, rest: bytes) -> None:
    with shop.connect() as connection:
        connection.sendall(
            b"POST /api/v1/auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + rest
        )
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_an_announced_body_that_breaks_off_is_refused(shop: Shop) -> None:
    with shop.connect() as connection:
        connection.sendall(f"{SIGN_IN}text/plain\r\nContent-Length: 20000\r\n\r\n".encode() + b"a" * 19_000)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
