"""The threads that run Django: a fixed number, and a line that has an end, in which all take turns."""

import asyncio
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger("backoffice.server")

# Requests at a time in one process; the others wait in line.
COUNT = 8
MOST_WAITING = 512
# Nobody's may be more of the line than that.
MOST_FOR_ONE = 0.5
LONGEST_WAIT_SECONDS = 30


class Overloaded(Exception):
    """More is waiting than can be done in time."""


@dataclass(frozen=True, slots=True)
class _Work:
    do: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Any]"
    given_up_at: float


class _Line:
    """Who has asked for one thing waits for no more than one of each other's, however much they ask for."""

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
        """Waits until there is something."""
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
        for number in range(count):
            threading.Thread(target=self._work, name=f"request-{number + 1}", daemon=True).start()

    async def run[Result](self, do: Callable[[], Result], *, whom: str) -> Result:
        """What a thread of these got from calling it for somebody.

        Raises:
            Overloaded: the line is full, or half of it theirs, or its turn did not come in time; it was not
                called.
        """
        is_full = len(self._line) >= self.most_waiting
        if is_full or self._line.waiting_for(whom) >= self.most_waiting * MOST_FOR_ONE:
            raise Overloaded
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        self._line.put(_Work(do, loop, done, time.monotonic() + LONGEST_WAIT_SECONDS), whom)
        return await done

    def _work(self) -> None:
        while True:
            work = self._line.take()
            is_late = time.monotonic() > work.given_up_at
            result, error = (None, Overloaded()) if is_late else _outcome(work.do)
            work.loop.call_soon_threadsafe(_settle, work.done, result, error)


def _outcome(do: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return do(), None
    except Exception as error:  # told to whoever waits for it
        return None, error


def _settle(done: "asyncio.Future[Any]", result: Any, error: Exception | None) -> None:
    if done.done():
        # Nobody waits for it any more.
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)
