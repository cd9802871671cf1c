"""What a server hands to the front: a request whose body comes as the test wants it to."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any


def run[T](scene: Coroutine[Any, Any, T]) -> T:
    """In a loop and a thread of its own: the browser of other tests leaves one running in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, scene).result()


class Headers:
    def __init__(self, *pairs: tuple[str, str]) -> None:
        self.pairs = pairs

    def items(self) -> list[tuple[str, str]]:
        return list(self.pairs)

    def __contains__(self, name: str) -> bool:
        return any(each == name for each, _ in self.pairs)


@dataclass
class Scope:
    path: str = "/"
    method: str = "GET"
    query_string: str = ""
    headers: Headers = field(default_factory=Headers)
    authority: str | None = None
    client: str = "192.0.2.7:51000"
    server: str = "127.0.0.1:8000"
    http_version: str = "1.1"


class Proto:
    """Chunks of a body, each after a pause, and the answer that was given."""

    def __init__(self, chunks: Sequence[bytes] = (), *, pause: float = 0.0, breaks_off: bool = False) -> None:
        self.chunks = chunks
        self.breaks_off = breaks_off
        self.pause = pause
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.chunks_taken = 0

    async def __call__(self) -> bytes:
        return b"".join([chunk async for chunk in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            await asyncio.sleep(self.pause)
            self.chunks_taken += 1
            yield chunk
        # As Granian ends a body, and one of which it could not read the rest.
        for _ in range(2 if self.breaks_off else 1):
            yield b""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answers.append((status, dict(headers), body))

    def response_file(self, status: int, headers: list[tuple[str, str]], path: str) -> None:
        with open(path, "rb") as file:  # noqa: PTH123 - a number of this process's open files
            self.answers.append((status, dict(headers), file.read()))


def posted(*headers: tuple[str, str], path: str = "/", **more: Any) -> Scope:
    return Scope(path=path, method="POST", headers=Headers(("host", "shop.example"), *headers), **more)
