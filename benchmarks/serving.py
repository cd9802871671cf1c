"""`shopctl serve` for a shop that is measured."""

import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from benchmarks.commands import SHOPCTL
from benchmarks.measuring import in_child
from benchmarks.shops import Shop, server_pid
from tests.servers import free_port

SECONDS_TO_START = 120


@dataclass(frozen=True, slots=True)
class Serving:
    """`pid` is the web server's, whose children are its processes; `database_pid` PostgreSQL's, if any."""

    port: int
    pid: int
    database_pid: int | None


@contextmanager
def serving(
    shop: Shop,
    *,
    processes: int,
    variables: Mapping[str, str] = MappingProxyType({}),
    has_worker: bool = False,
) -> Iterator[Serving]:
    """On a free port of 127.0.0.1, with these environment variables besides those of the shop."""
    port = free_port()
    command = [SHOPCTL, "serve", "--port", str(port), "--processes", str(processes)]
    command += [] if has_worker else ["--no-worker"]
    with (
        log_of(shop).open("ab") as log,
        subprocess.Popen(command, env={**shop.environment, **variables}, stdout=log, stderr=log) as process,
    ):
        try:
            wait_for(port, process)
            yield Serving(port, process.pid, in_child(shop.environment, server_pid))
        finally:
            process.terminate()


def log_of(shop: Shop) -> Path:
    """What its servers say; gone with the shop."""
    return shop.server.directory / f"{shop.name}.log"


def wait_for(port: int, process: "subprocess.Popen[bytes]", path: str = "/readyz") -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("The shop did not start.")
