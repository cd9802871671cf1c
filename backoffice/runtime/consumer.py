"""The worker: runs tasks in threads of this process, beside a web server or alone."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connections
from django.utils.module_loading import autodiscover_modules
from huey.consumer import Consumer as HueyConsumer
from huey.consumer import Scheduler as HueyScheduler

THREADS = 2
# Only SQLite's queue is polled; Redis answers at once.
POLL_SECONDS = 0.5
DRAIN_SECONDS = 20


class Scheduler(HueyScheduler):
    """Enqueues the periodic tasks at the start and then early in each minute.

    Huey's own counts 60 seconds on from the start, wherever in the minute that was: at its very end a tick
    could slip into the next minute, and a task that is due at one minute of the day would be skipped.
    """

    def enqueue_periodic_tasks(self, now: datetime | None) -> None:
        super().enqueue_periodic_tasks(now)
        self._next_periodic = time.monotonic() + 62 - time.time() % 60


class Consumer(HueyConsumer):
    """Leaves signals to the process it lives in."""

    scheduler_class = Scheduler

    def _set_signal_handlers(self) -> None:
        pass

    def watch(self) -> None:
        """Replace threads that died, until the consumer is stopped."""
        while not self.stop_flag.wait(self._health_check_interval):
            self.check_worker_health()


def make_consumer(*, threads: int = THREADS, periodic: bool = True) -> Consumer:
    """Return a consumer that knows the tasks of all apps; without threads it only enqueues periodic ones."""
    from huey.contrib.djhuey import HUEY

    autodiscover_modules("tasks")
    return Consumer(
        HUEY,
        workers=threads,
        periodic=periodic,
        max_delay=POLL_SECONDS,
        shutdown_timeout=DRAIN_SECONDS,
    )


@contextmanager
def consuming(consumer: Consumer) -> Iterator[Callable[[], None]]:
    """Yield a function that starts the consumer; at the end, let running tasks finish."""
    watcher = threading.Thread(target=consumer.watch, name="consumer", daemon=True)

    def start() -> None:
        consumer.start()
        watcher.start()

    try:
        yield start
    finally:
        if watcher.is_alive():
            consumer.stop(graceful=True)


def consume(consumer: Consumer, *, when_up: Callable[[], None], is_supervised: bool = False) -> None:
    """Run tasks until INT or TERM, then end what is running.

    A second signal ends it at once, unless a supervisor does that: it passes on what a terminal has sent to
    both of them.
    """
    stopping = threading.Event()

    def stop(signum: int, _: object) -> None:
        signal.signal(signum, signal.SIG_IGN if is_supervised else signal.SIG_DFL)
        stopping.set()

    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, stop)
    with consuming(consumer) as start:
        start()
        when_up()
        stopping.wait()
    connections.close_all()
