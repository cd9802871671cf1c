"""Between the front and Django: a request as WSGI knows it (PEP 3333), and the answer as bytes or a file."""

import io
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from typing import IO, Any

type Headers = list[tuple[str, str]]
type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# A longer answer is kept on disk: whoever reads it slowly, or never, holds no memory.
IN_MEMORY_BYTES = 65_536
# When the disk takes nothing, answers up to here stay in memory, so that what only reads goes on.
MOST_IN_MEMORY_BYTES = 1_048_576
# WSGI's own names for these two.
BARE = ("content-type", "content-length")
# Headers between this server and its peer: the front decides whether a connection is kept.
HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer"})


class File:
    """A file that is the whole answer (`wsgi.file_wrapper`)."""

    def __init__(self, file: IO[bytes], block_bytes: int = 65_536) -> None:
        self.file = file
        self.block_bytes = block_bytes

    def __iter__(self) -> Iterator[bytes]:
        return iter(partial(self.file.read, self.block_bytes), b"")

    def close(self) -> None:
        self.file.close()

    @property
    def is_long_and_whole(self) -> bool:
        is_whole = isinstance(self.file, io.BufferedReader) and not self.file.tell()
        return is_whole and os.fstat(self.file.fileno()).st_size > IN_MEMORY_BYTES


FIXED = {
    "wsgi.file_wrapper": File,
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "backoffice",
    "GATEWAY_INTERFACE": "CGI/1.1",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.url_scheme": "http",
}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes | IO[bytes]


def environ_of(scope: Any) -> dict[str, Any]:
    """Return the WSGI environ of a request without its body, which is read afterwards.

    A header with an underscore in its name is left out: WSGI could not tell X_Forwarded_For from the
    X-Forwarded-For that a proxy vouches for. Two hosts are joined to one, which Django refuses.
    """
    server, _, port = scope.server.rpartition(":")
    environ = {
        **FIXED,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": _bytes_in_wsgi(scope.path),
        "QUERY_STRING": _bytes_in_wsgi(scope.query_string),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
    }
    for name, value in scope.headers.items():
        key = _name_in_wsgi(name)
        if key in environ:
            environ[key] = _joined(key, environ[key], value)
        elif key:
            environ[key] = value
    if scope.authority:
        # RFC 9112: the host of an absolute target counts, whatever the header says.
        environ["HTTP_HOST"] = scope.authority
    return environ


def _bytes_in_wsgi(text: str) -> str:
    """Write the text as WSGI does, whose strings hold bytes, also those that a client failed to encode."""
    return text if text.isascii() else text.encode().decode("latin-1")


@lru_cache(maxsize=1_024)
def _name_in_wsgi(name: str) -> str:
    """Return WSGI's name of a header, "" for one that is left out."""
    if "_" in name or name in HOP_BY_HOP:
        return ""
    key = name.upper().replace("-", "_")
    return key if name in BARE else f"HTTP_{key}"


def _joined(key: str, first: str, second: str) -> str:
    return f"{first}{'; ' if key == 'HTTP_COOKIE' else ', '}{second}"


def with_body(environ: dict[str, Any], body: IO[bytes], length: int) -> dict[str, Any]:
    """Add the body and its length as it came, however it was announced."""
    environ["wsgi.input"] = body
    if length or "CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = str(length)
    return environ


def answer_of(application: Application, environ: dict[str, Any]) -> Answer:
    """Call the application, and read its answer to the end."""
    started: list[tuple[str, Headers]] = []
    written = io.BytesIO()

    def start_response(status: str, headers: Headers, *_: object) -> Callable[[bytes], object]:
        started.append((status, headers))
        return written.write

    parts = application(environ, start_response)
    try:
        body = _gathered(parts, written)
    finally:
        getattr(parts, "close", bool)()
    status, headers = started[-1]
    return Answer(int(status[:3]), _sendable(headers, body), body)


def _gathered(parts: Iterable[bytes], written: io.BytesIO) -> bytes | IO[bytes]:
    if isinstance(parts, list) and len(parts) == 1 and not written.tell():
        only: bytes = parts[0]
        if len(only) <= IN_MEMORY_BYTES:
            return only
    if isinstance(parts, File) and parts.is_long_and_whole:
        # Sent as it is: a copy for everybody who never reads it would fill the disk.
        return os.fdopen(os.dup(parts.file.fileno()), "rb")
    with ExitStack() as until_whole:
        body = until_whole.enter_context(tempfile.SpooledTemporaryFile(MOST_IN_MEMORY_BYTES))
        body.write(written.getvalue())
        for part in parts:
            body.write(part)
        if body.tell() <= MOST_IN_MEMORY_BYTES:
            body.seek(0)
            content = body.read()
            return content if len(content) <= IN_MEMORY_BYTES else _on_disk(content)
        body.flush()
        # Closed by the front, when it is sent.
        until_whole.pop_all()
        return body


class _FilesOfAnswers:
    """Keeps long answers on disk without a name; the same bytes are kept once, however many read them."""

    def __init__(self, most: int = 16) -> None:
        self.most = most
        # The numbers of open files by the digest of their content.
        self._files: dict[bytes, int] = {}
        self._lock = threading.Lock()

    def holding(self, content: bytes) -> IO[bytes]:
        """Return an open file with this content. Raises OSError when the disk takes nothing."""
        digest = sha256(content).digest()
        with self._lock:
            number = self._files.pop(digest, None) or self._written(content)
            # It goes behind all others, so that the first is the one that was not asked for longest.
            self._files[digest] = number
            if len(self._files) > self.most:
                os.close(self._files.pop(next(iter(self._files))))
            return os.fdopen(os.dup(number), "rb")

    def _written(self, content: bytes) -> int:
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.flush()
            return os.dup(file.fileno())


_files_of_answers = _FilesOfAnswers()


def _on_disk(content: bytes) -> bytes | IO[bytes]:
    try:
        return _files_of_answers.holding(content)
    except OSError:
        return content


def _sendable(headers: Headers, body: bytes | IO[bytes]) -> Headers:
    """Write the headers' names in lower case, and add a file's length, which the server could not know."""
    sendable = [(name.lower(), value) for name, value in headers]
    if not isinstance(body, bytes) and not any(name == "content-length" for name, _ in sendable):
        sendable.append(("content-length", str(os.fstat(body.fileno()).st_size)))
    return sendable
