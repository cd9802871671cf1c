"""The socket that a server listens at."""

import errno
import socket
import sys

BACKLOG = 1024
PORTS_TRIED = 50
# A peer that takes nothing of its answer for this long is given up.
UNTAKEN_MILLISECONDS = 60_000


def listen(host: str, port: int, *, tries: int = 1) -> socket.socket:
    """Return a socket that listens on the port, or the next free one of `tries`; connections wait from now.

    Raises:
        OSError: not an address of this machine, a port that needs privileges, or all are taken (EADDRINUSE).
    """
    last = min(port + tries, 65_536) - 1
    for candidate in range(port, last):
        try:
            return _listening(host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    return _listening(host, last)


def _listening(host: str, port: int) -> socket.socket:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind)
    try:
        # Not SO_REUSEPORT: two shops would silently share the port's requests.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "linux":
            # Each connection inherits the option from here.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_MILLISECONDS)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
