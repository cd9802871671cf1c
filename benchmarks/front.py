"""What the server's front costs: the same small view behind it and behind Granian's own WSGI interface."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.figures import Figure, Series, Unit, at_most
from benchmarks.load import get, sent
from benchmarks.measuring import Sample, alternating
from benchmarks.options import Options
from benchmarks.serving import Serving, serving, wait_for
from benchmarks.shops import Server, Shop, filled_shop
from tests.servers import free_port

BODY_BYTES = 2_800
THREADS = 8


def figures(server: Server, options: Options) -> Iterator[Figure]:
    """CPU of one request. The other server gives each request a thread before its body has come."""
    if server.vendor != "sqlite":
        # No database is asked.
        return
    body = Path(server.directory) / "front.json"
    body.write_bytes(b"x" * BODY_BYTES)
    bare = {"DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings", "BENCH_BODY": str(body)}
    requests = [get("/bare")] * options.cached_reads
    with (
        filled_shop(server, products=1) as shop,
        serving(shop, processes=1, variables=bare) as ours,
        thread_for_each(shop, bare) as theirs,
    ):
        samples = alternating(
            options.read_repetitions, partial(sent, ours, requests), partial(sent, theirs, requests)
        )
    front, plain = (_cpu(samples[0], "the front"), _cpu(samples[1], f"Granian's WSGI, {THREADS} threads"))
    yield Figure(front, Unit.SECONDS, plain, at_most(2))


def _cpu(samples: list[Sample], name: str) -> Series:
    return Series(
        f"CPU of a view that returns {BODY_BYTES:,} bytes: {name}", [each.cpu_seconds for each in samples]
    )


@contextmanager
def thread_for_each(shop: Shop, variables: Mapping[str, str]) -> Iterator[Serving]:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "error"]
    options = ["--blocking-threads", str(THREADS), "--port", str(port), "backoffice.wsgi:application"]
    environment = {**shop.environment, **variables}
    with subprocess.Popen([*command, *options], env=environment) as process:
        try:
            wait_for(port, process, "/bare")
            yield Serving(port, process.pid, None)
        finally:
            process.terminate()
