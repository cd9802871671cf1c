"""Many requests in little time: kept connections, each with one request or several on the way."""

import re
import socket
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.figures import Series
from benchmarks.measuring import alternating, tree_cpu_seconds
from benchmarks.serving import Serving

CONNECTIONS = 8
ON_THE_WAY = 8
EACH = 10
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Load:
    """What requests took: the seconds of all, the CPU of one on average, and what each waited, in seconds."""

    seconds: float
    application_ms: float
    database_ms: float
    waits: Sequence[float]
    statuses: Sequence[int]

    @property
    def cpu_ms(self) -> float:
        return self.application_ms + self.database_ms

    @property
    def per_second(self) -> float:
        return len(self.waits) / self.seconds

    def waited(self, percent: int) -> float:
        """The seconds that so many of a hundred waited at most."""
        return statistics.quantiles(self.waits, n=100)[percent - 1]


def cpu_of(name: str, loads: Sequence[Load]) -> Series:
    """Of one request on average, application and database."""
    application = statistics.median(load.application_ms for load in loads)
    database = statistics.median(load.database_ms for load in loads)
    # SQLite works within the application's process.
    detail = f"{application:.2f} application + {database:.2f} database" if database else ""
    return Series(name, [load.cpu_ms for load in loads], detail=detail)


def rate_of(name: str, loads: Sequence[Load]) -> Series:
    p50, p99 = (statistics.median(load.waited(share) for load in loads) for share in (50, 99))
    detail = f"p50 {p50 * 1_000:.0f} ms, p99 {p99 * 1_000:.0f} ms"
    return Series(name, [load.per_second for load in loads], detail=detail)


def compared(repetitions: int, *contestants: Callable[[], Load]) -> list[list[Load]]:
    """The loads of each, in turns, after one that does not count: caches and statements are made then."""
    for contestant in contestants:
        contestant()
    return alternating(repetitions, *contestants)


def get(path: str, **headers: str) -> bytes:
    """A request as it goes over the wire."""
    return _request("GET", path, headers)


def post(path: str, body: bytes, **headers: str) -> bytes:
    head = _request(
        "POST", path, {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    )
    return head + body


def _request(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def sent(web: Serving, requests: Sequence[bytes], *, expected: int = 200) -> Load:
    """Send all of them as fast as they are answered, several on the way in each connection."""
    return expecting(expected, sent_by(web, requests, clients=CONNECTIONS, on_the_way=ON_THE_WAY))


def sent_in_turn(web: Serving, requests: Sequence[bytes], *, clients: int, expected: int) -> Load:
    """Send them as so many clients do who each wait for an answer before they ask again."""
    return expecting(expected, sent_by(web, requests, clients=clients, on_the_way=1))


def expecting(status: int, load: Load) -> Load:
    """The load, if every answer had this status."""
    others = [other for other in load.statuses if other != status]
    assert not others, f"{len(others)} of {len(load.statuses)} were answered otherwise: {set(others)}"
    return load


def sent_by(web: Serving, requests: Sequence[bytes], *, clients: int, on_the_way: int) -> Load:
    shares = [requests[first::clients] for first in range(clients)]
    application, database = tree_cpu_seconds(web.pid), tree_cpu_seconds(web.database_pid)
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        parts = list(pool.map(lambda share: list(_answers(web.port, share, on_the_way)), shares))
    seconds = time.perf_counter() - began
    application = tree_cpu_seconds(web.pid) - application
    database = tree_cpu_seconds(web.database_pid) - database
    answers = [answer for part in parts for answer in part]
    each = 1_000 / len(requests)
    waits, statuses = zip(*answers, strict=True)
    return Load(seconds, application * each, database * each, waits, statuses)


def _answers(port: int, requests: Sequence[bytes], on_the_way: int) -> Iterator[tuple[float, int]]:
    """How long each waited, and its status."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        for first in range(0, len(requests), on_the_way):
            some = requests[first : first + on_the_way]
            began = time.perf_counter()
            connection.sendall(b"".join(some))
            for _ in some:
                status, received = _answered(connection, received)
                yield time.perf_counter() - began, status


def _answered(connection: socket.socket, received: bytes) -> tuple[int, bytes]:
    """Wait for one answer: its status, and what has come of the next."""
    while (head := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    length = LENGTH.search(received, 0, head)
    assert length, received[:2_000]
    end = head + 4 + int(length[1])
    while len(received) < end:
        received += _more(connection)
    return int(received[9:12]), received[end:]


def _more(connection: socket.socket) -> bytes:
    # Else the second of several answers waits 40 ms until Linux has acknowledged the first.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    some = connection.recv(65_536)
    assert some, "The connection was closed before the answer had come."
    return some


def addresses(count: int) -> Iterator[str]:
    """Of clients behind a proxy, each of which asks a few times: so many that none asks too often."""
    places = (number // EACH for number in range(count))
    return (f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}" for place in places)
