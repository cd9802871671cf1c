"""Stands between a program and a server, and counts how often the program waited for an answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class CountingProxy:
    """Listens on a free port of 127.0.0.1. A path as host names the directory of PostgreSQL's socket."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.target_port = host, port
        self.trips = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                program, _ = self._listener.accept()
            except OSError:
                return
            Conversation(self, program, self._connected())

    def _connected(self) -> socket.socket:
        if not self.host.startswith("/"):
            return socket.create_connection((self.host, self.target_port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(Path(self.host) / f".s.PGSQL.{self.target_port}"))
        return server

    def count(self) -> None:
        with self._lock:
            self.trips += 1


class Conversation:
    """One connection. A trip begins when the program speaks for the first time after the server did."""

    def __init__(self, proxy: CountingProxy, program: socket.socket, server: socket.socket) -> None:
        self.proxy = proxy
        self.is_answered = True
        for each in (program, server):
            if each.family != socket.AF_UNIX:
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._ask, args=(program, server), daemon=True).start()
        threading.Thread(target=self._answer, args=(server, program), daemon=True).start()

    def _ask(self, program: socket.socket, server: socket.socket) -> None:
        for some in _received(program):
            if self.is_answered:
                self.is_answered = False
                self.proxy.count()
            server.sendall(some)
        server.close()

    def _answer(self, server: socket.socket, program: socket.socket) -> None:
        for some in _received(server):
            self.is_answered = True
            program.sendall(some)
        program.close()


def _received(connection: socket.socket) -> Iterator[bytes]:
    try:
        while some := connection.recv(65_536):
            yield some
    except OSError:
        return


@contextmanager
def counting_proxy(host: str, port: int) -> Iterator[CountingProxy]:
    proxy = CountingProxy(host, port)
    try:
        yield proxy
    finally:
        proxy.close()
