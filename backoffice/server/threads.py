"""The threads that run Django: a fixed number, and a line that has an end, in which all take turns."""

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from backoffice.runtime.giving_way import requests

# Requests at a time in one process; the others wait in line.
COUNT = 8
MOST_WAITING = 512
# One address may have this share of the line at most.
MOST_FOR_ONE = 0.5
LONGEST_WAIT_SECONDS = 30
# Whoever has waited this long for an answer is told when there will be none.
PATIENCE_SECONDS = 5


class Overloaded(Exception):
    """More is waiting than can be done in time."""


class Hanging(Exception):
    """What the thread asks does not answer; it may still end what it has begun."""


@dataclass(frozen=True, slots=True)
class _Work:
    do: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Any]"
    given_up_at: float


class _Line:
    """The line of requests, one of each address in turn: a flood of one delays the others by one request."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[_Work]] = {}
        self._lock = threading.Lock()
        self._count: queue.SimpleQueue[None] = queue.SimpleQueue()

    def __len__(self) -> int:
        return self._count.qsize()

    def waiting_for(self, whom: str) -> int:
        return len(self._waiting.get(whom, ()))

    def put(self, work: _Work, whom: str) -> None:
        with self._lock:
            self._waiting.setdefault(whom, deque()).append(work)
        self._count.put(None)

    def take(self) -> _Work:
        """Wait until there is work, and take it."""
        self._count.get()
        with self._lock:
            whom = next(iter(self._waiting))
            works = self._waiting.pop(whom)
            work = works.popleft()
            if works:
                # Behind all others.
                self._waiting[whom] = works
        return work


class Threads:
    def __init__(self, count: int = COUNT, *, most_waiting: int = MOST_WAITING) -> None:
        self.most_waiting = most_waiting
        self._line = _Line()
        self._awaited: dict[asyncio.Future[Any], float] = {}
        for number in range(count):
            threading.Thread(target=self._work, name=f"request-{number + 1}", daemon=True).start()

    async def run[Result](self, do: Callable[[], Result], *, whom: str) -> Result:
        """Call `do` in one of the threads, for the address `whom`, and return what it returns.

        Raises:
            Overloaded: the line is full, or half of it theirs, or its turn did not come in time; it was not
                called.
            Hanging: `give_up_on_what_hangs` found that no answer will come.
        """
        is_full = len(self._line) >= self.most_waiting
        if is_full or self._line.waiting_for(whom) >= self.most_waiting * MOST_FOR_ONE:
            raise Overloaded
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        self._line.put(_Work(do, loop, done, time.monotonic() + LONGEST_WAIT_SECONDS), whom)
        self._awaited[done] = time.monotonic()
        try:
            return await done
        finally:
            del self._awaited[done]

    async def give_up_on_what_hangs(self, hangs: Callable[[], Awaitable[bool]]) -> None:
        """Run for ever; while something hangs, tell those who have waited long that no answer will come.

        What they were waiting for in line is then never begun.
        """
        while True:
            await asyncio.sleep(PATIENCE_SECONDS / 5)
            late = [done for done, since in self._awaited.items() if _is_late(since)]
            if late and await hangs():
                for done in late:
                    _settle(done, None, Hanging())

    def _work(self) -> None:
        while True:
            work = self._line.take()
            if work.done.done():
                continue
            is_late = time.monotonic() > work.given_up_at
            with requests.one():
                result, error = (None, Overloaded()) if is_late else _outcome(work.do)
            with suppress(RuntimeError):
                # The loop may have ended meanwhile, and with it whoever waited.
                work.loop.call_soon_threadsafe(_settle, work.done, result, error)


def _is_late(since: float) -> bool:
    return time.monotonic() > since + PATIENCE_SECONDS


def _outcome(do: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return do(), None
    except Exception as error:  # told to whoever waits for it
        return None, error


def _settle(done: "asyncio.Future[Any]", result: Any, error: Exception | None) -> None:
    if done.done():
        # The caller does not wait for it any more.
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)
