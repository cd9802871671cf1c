"""Many requests in little time: kept connections, several requests on the way in each."""

import re
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.measuring import Sample, tree_cpu_seconds
from benchmarks.serving import Serving

CONNECTIONS = 8
ON_THE_WAY = 8
EACH = 10
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def get(path: str, **headers: str) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def sent(web: Serving, requests: Sequence[bytes]) -> Sample:
    """All of them, each answered by 200: time and CPU (application and database) of one, on average."""
    shares = [requests[first::CONNECTIONS] for first in range(CONNECTIONS)]
    cpu, began = _cpu(web), time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as clients:
        list(clients.map(lambda share: _send(web.port, share), shares))
    seconds, cpu = time.perf_counter() - began, _cpu(web) - cpu
    return Sample(seconds / len(requests), cpu / len(requests), 0)


def _send(port: int, requests: Sequence[bytes]) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        received = b""
        for first in range(0, len(requests), ON_THE_WAY):
            some = requests[first : first + ON_THE_WAY]
            connection.sendall(b"".join(some))
            for _ in some:
                received = _answered(connection, received)


def _answered(connection: socket.socket, received: bytes) -> bytes:
    """Wait for one answer; gives what has come of the next."""
    while (head := received.find(b"\r\n\r\n")) < 0:
        received += connection.recv(65_536)
    length = LENGTH.search(received, 0, head)
    assert received.startswith(b"HTTP/1.1 200"), received[:2_000]
    assert length, received[:2_000]
    end = head + 4 + int(length[1])
    while len(received) < end:
        received += connection.recv(65_536)
    return received[end:]


def _cpu(web: Serving) -> float:
    return tree_cpu_seconds(web.pid) + tree_cpu_seconds(web.database_pid)


def addresses(count: int) -> Iterator[str]:
    """Of clients behind a proxy, each of which asks a few times: so many that none asks too often."""
    places = (number // EACH for number in range(count))
    return (f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}" for place in places)
