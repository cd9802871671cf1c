"""The processes of a server: who dies is replaced, who grows is renewed, all end together."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings

from tests.backoffice.server.test_serving import Running, free_port, migrated, running
from tests.running.processes import processes_under, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.once]


def status_of(port: int, path: str = "/readyz") -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return None
    else:
        return answer.status
    finally:
        connection.close()


class TestServer:
    """Two web processes and a worker."""

    @pytest.fixture
    def port(self) -> int:
        return free_port()

    @pytest.fixture
    def shop(self, tmp_path: Path, port: int) -> Iterator[Running]:
        options = ("--port", str(port), "--processes", "2", "--notice", "2")
        with running(migrated(tmp_path), "serve", *options) as server:
            assert server.url
            yield server
            assert "Traceback" not in server.said

    def test_each_process_that_is_killed_is_replaced_and_meanwhile_others_answer(self, shop, port):
        first = processes_under(shop.process.pid, count=3)
        for pid in first:
            os.kill(int(pid), signal.SIGKILL)
            assert [status_of(port) for _ in range(5)] == [200] * 5
            processes_under(shop.process.pid, count=3, besides=[pid])
        processes_under(shop.process.pid, count=3, besides=first)
        assert shop.stop() == 0

    def test_after_term_it_says_that_it_stops_before_it_stops_listening(self, shop, port):
        assert status_of(port) == 200
        with socket.create_connection(("127.0.0.1", port), timeout=20) as slow:
            slow.sendall(b"POST /api/v1/auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            slow.sendall(b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{")
            time.sleep(0.5)
            shop.process.send_signal(signal.SIGTERM)
            wait_until(lambda: status_of(port) == 503)
            assert status_of(port, "/api/v1/products") == 200
            wait_until(lambda: status_of(port) is None)
            # What was begun before is ended all the same.
            slow.sendall(b"}")
            assert slow.recv(100).startswith(b"HTTP/1.1 422 ")
        assert shop.process.wait(timeout=30) == 0
        shop.told_all()

    @pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
    def test_what_was_begun_is_ended_also_when_all_processes_get_the_signal(self, shop, port, signum):
        """As from a terminal, or from systemd."""
        with socket.create_connection(("127.0.0.1", port), timeout=20) as slow:
            slow.sendall(b"POST /api/v1/auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            slow.sendall(b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{")
            time.sleep(0.5)
            for pid in (*processes_under(shop.process.pid, count=3), shop.process.pid):
                os.kill(int(pid), signum)
            time.sleep(1)
            slow.sendall(b"}")
            assert slow.recv(100).startswith(b"HTTP/1.1 422 ")
        assert shop.process.wait(timeout=30) == 0
        shop.told_all()

    def test_no_process_goes_on_without_its_supervisor(self, shop, port):
        children = processes_under(shop.process.pid, count=3)
        shop.process.kill()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
        shop.stop(signal.SIGKILL)
        assert status_of(port) is None


SUPERVISED = """
import os, signal, sys, time
from backoffice.server import supervising

supervising.YOUNG_SECONDS, supervising.PAUSE_SECONDS, supervising.MOST_YOUNG_DEATHS = 1, 0.5, 10

def work():
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: sys.exit())
    {role}
    time.sleep(60)

def rest():
    time.sleep(60)

roles = [work, rest] if {has_company} else [work]
supervisor = supervising.Supervisor(roles, most_bytes=150_000_000, patience=2, when_stopping=lambda: None)
supervisor.run(tell=lambda: {tell})
"""


def supervised(role: str, *, has_company: bool = False, tell: str = "True") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SUPERVISED.format(role=role, has_company=has_company, tell=tell)],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_process_that_has_grown_is_renewed():
    grow = "print('born', flush=True); held = b'x' * 200_000_000"
    with supervised(grow) as process:
        assert process.stdout is not None
        # The first, and the one in its place.
        births = 0
        for line in process.stdout:
            births += line == "born\n"
            if births == 2:
                break
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_processes_that_die_at_once_are_not_started_for_ever():
    with supervised("print('born', flush=True); sys.exit(3)") as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.count("born") == 10
    assert said.endswith("The processes of the server end as soon as they are started.\n")


def test_what_dies_at_once_is_tried_again_for_as_long_as_others_work():
    with supervised("print('born', flush=True); sys.exit(3)", has_company=True) as process:
        assert process.stdout is not None
        births = 0
        for line in process.stdout:
            births += line == "born\n"
            if births == 13:
                break
        assert process.poll() is None
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_a_grown_process_that_will_not_go_is_ended():
    stubborn = "signal.signal(signal.SIGINT, signal.SIG_IGN); print(os.getpid(), flush=True)"
    with supervised(f"{stubborn}; held = b'x' * 200_000_000") as process:
        assert process.stdout is not None
        first = next(int(line) for line in process.stdout if line.strip().isdigit())
        wait_until(lambda: not Path(f"/proc/{first}").exists())
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_a_server_whose_processes_never_answer_still_hears_that_it_shall_stop():
    with supervised("print('born', flush=True)", tell="time.sleep(0.1)") as process:
        assert process.stdout is not None
        assert next(line for line in process.stdout if line == "born\n")
        time.sleep(0.3)
        began = time.monotonic()
        process.terminate()
        assert process.wait(timeout=20) == 0
    assert time.monotonic() - began < 3


def test_a_process_that_will_not_end_is_ended():
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('born', flush=True)"
    with supervised(stubborn) as process:
        assert process.stdout is not None
        with suppress(StopIteration):
            while next(process.stdout) != "born\n":
                pass
        began = time.monotonic()
        process.terminate()
        assert process.wait(timeout=20) == 0
    assert time.monotonic() - began < 10
