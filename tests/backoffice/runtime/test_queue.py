import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from huey.contrib.djhuey import HUEY

from backoffice.runtime.consumer import Scheduler, make_consumer
from backoffice.runtime.queue import EmbeddedQueue


@pytest.fixture
def queue(tmp_path: Path) -> EmbeddedQueue:
    return EmbeddedQueue(
        "test", secret="a secret", filename=tmp_path / "deep" / "queue.sqlite3", results=False
    )


def test_the_queue_s_file_is_made_by_the_first_task(queue: EmbeddedQueue) -> None:
    done: list[int] = []
    task = queue.task()(done.append)
    path = Path(queue.storage.filename)
    assert not path.exists()
    task(7)
    assert path.exists()
    assert queue.pending_count() == 1
    assert done == []
    queue.execute(queue.dequeue())
    assert done == [7]
    queue.storage.close()


def test_a_message_that_we_did_not_sign_is_not_read(queue: EmbeddedQueue) -> None:
    task = queue.task()(print)
    task("hello")
    connection = sqlite3.connect(queue.storage.filename)
    (message,) = connection.execute("SELECT data FROM task").fetchone()
    # A pickle that somebody else wrote, with the right form but another key's signature.
    connection.execute("UPDATE task SET data = ?", (message[:-1] + (b"0" if message[-1:] != b"0" else b"1"),))
    connection.commit()
    connection.close()
    with pytest.raises(ValueError, match="mismatch"):
        queue.dequeue()
    queue.storage.close()


def test_tasks_never_run_inside_the_request_that_queues_them() -> None:
    assert HUEY.immediate is False


def test_a_consumer_knows_the_tasks_of_every_app() -> None:
    make_consumer()
    known = set(HUEY._registry._registry)
    assert {"backoffice.tasks.beat", "backoffice.outbox.tasks.sweep_emails"} <= known
    assert "orders.tasks.expire_promotions" in known
    assert "orders.tasks.prove_the_books" in known


def test_periodic_tasks_are_looked_at_early_in_the_next_minute(
    queue: EmbeddedQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = Scheduler(queue, None, interval=1, periodic=True)
    monkeypatch.setattr("time.time", lambda: 1_000_000_079.5)
    monkeypatch.setattr("time.monotonic", lambda: 500.0)
    scheduler.enqueue_periodic_tasks(datetime(2026, 11, 22, 3, 20))  # noqa: DTZ001
    # It is 59.5 seconds past the minute: two and a half seconds later it is two seconds past the next one.
    assert scheduler._next_periodic == 502.5
