"""Bodies of requests, read to their end before a thread is asked to do anything with them.

Whoever sends one holds no thread, however slowly it comes; and what all of them together may hold here is
limited, and how much of that one address may.
"""

import asyncio
import io
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Any

# A body up to this size is read at once and not counted in `Room`.
SMALL_BYTES = 8_192
# This much of a body is kept in memory; a longer one is on disk.
IN_MEMORY_BYTES = 16_384
# A body may be this late behind the least rate; what came faster earns no time for a pause.
GRACE_SECONDS = 10
LEAST_BYTES_PER_SECOND = 4_096
MOST_BYTES_HELD = 256 * 1_048_576
MOST_BYTES_HELD_FOR_ONE = 64 * 1_048_576


class BodyRefused(Exception):
    """The body is not taken: the HTTP status that says why, and after how many seconds to try again."""

    def __init__(self, status: int, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.retry_after_seconds = retry_after_seconds


class Room:
    """Counts the bytes of bodies that are held, and for which address."""

    def __init__(self, *, most: int = MOST_BYTES_HELD, most_for_one: int = MOST_BYTES_HELD_FOR_ONE) -> None:
        self.most = most
        self.most_for_one = most_for_one
        self.held = 0
        self._held_for: Counter[str] = Counter()

    @contextmanager
    def guest(self, address: str) -> Iterator["Guest"]:
        """Yield a guest who can take room for this address; all of it is given back at the end."""
        guest = Guest(self, address)
        try:
            yield guest
        finally:
            self._add(address, -guest.bytes)

    def _add(self, address: str, count: int) -> None:
        self.held += count
        self._held_for[address] += count
        if self._held_for[address] <= 0:
            del self._held_for[address]

    def take(self, address: str, count: int) -> None:
        """Count the bytes. Raises BodyRefused when everybody together, or this address, holds too many."""
        if self.held + count > self.most or self._held_for[address] + count > self.most_for_one:
            raise BodyRefused(503, retry_after_seconds=10)
        self._add(address, count)


class Guest:
    def __init__(self, room: Room, address: str) -> None:
        self.room = room
        self.address = address
        self.bytes = 0

    def take(self, count: int) -> None:
        self.room.take(self.address, count)
        self.bytes += count


async def small_body(proto: Any) -> IO[bytes]:
    """Read a body that was announced to be small. Raises BodyRefused (408) when it is too slow."""
    try:
        async with asyncio.timeout(GRACE_SECONDS):
            return io.BytesIO(await proto())
    except TimeoutError:
        raise BodyRefused(408) from None


async def any_body(proto: Any, guest: Guest, *, most_bytes: int) -> IO[bytes]:
    """Read a body of any length and return it as a file at its beginning; the caller closes it.

    Raises:
        BodyRefused: it broke off or has trailers (400), is longer than may be (413), too slow (408), or there
            is no room for it (503).
    """
    with ExitStack() as until_whole:
        body = until_whole.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))
        try:
            await _copy(proto, body, guest, most_bytes)
        except TimeoutError:
            raise BodyRefused(408) from None
        body.seek(0)
        until_whole.pop_all()
        return body


async def _copy(proto: Any, body: IO[bytes], guest: Guest, most_bytes: int) -> None:
    due = time.monotonic() + GRACE_SECONDS
    chunks: AsyncIterator[bytes] = aiter(proto)
    empty = 0
    while True:
        try:
            async with asyncio.timeout(max(0.0, due - time.monotonic())):
                # Without a default: CPython 3.13 crashes when the awaitable below it raises.
                chunk = await anext(chunks)
        except StopAsyncIteration:
            break
        empty += not chunk
        if guest.bytes + len(chunk) > most_bytes:
            raise BodyRefused(413)
        guest.take(len(chunk))
        body.write(chunk)
        due = min(due + len(chunk) / LEAST_BYTES_PER_SECOND, time.monotonic() + GRACE_SECONDS)
    # Granian gives one empty chunk at the end, and one more for what it could not read: the rest of a body
    # whose sender has gone, or a chunk that is none.
    if empty > 1:
        raise BodyRefused(400)
