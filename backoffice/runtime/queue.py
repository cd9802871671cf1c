"""The task queue: a SQLite file beside the shop when embedded, Redis when REDIS_URL is set.

`settings.HUEY` chooses one of the classes; tasks are written with `huey.contrib.djhuey`'s `db_task` and
`db_periodic_task` in a module `tasks` of an app. Huey runs a task at most once and only wakes workers up:
what must not be lost is a row in the database, found again by a periodic task.
"""

import sqlite3
from copy import copy
from pathlib import Path
from typing import Any

from huey import PriorityRedisHuey, SqliteHuey
from huey.api import Task
from huey.serializer import SignedSerializer
from huey.storage import SqliteStorage
from redis import ConnectionPool


class LazySqliteStorage(SqliteStorage):
    """Makes its file at the first task, so that importing the shop's code touches no disk."""

    def __init__(self, name: str, filename: Path) -> None:
        super().__init__(name, filename=str(filename), timeout=30, create_tables=False)

    def _create_connection(self) -> sqlite3.Connection:
        Path(self.filename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection: sqlite3.Connection = super()._create_connection()
        # A lost wake-up is found by the sweepers; the file itself stays whole.
        connection.execute("pragma synchronous=normal")
        for statement in self.ddl:
            connection.execute(statement)
        return connection


class EmbeddedQueue(SqliteHuey):
    storage_class = LazySqliteStorage

    def __init__(self, name: str, *, secret: str, **options: Any) -> None:
        super().__init__(name, serializer=_signed(secret), **options)


class SharedQueue(PriorityRedisHuey):
    """Runs on Redis, for several processes. A silent server is an error within two seconds, not a wait.

    A worker waits a second at a time for a task, so that its answer, too, comes within the two seconds.
    """

    def __init__(self, name: str, *, secret: str, url: str, **options: Any) -> None:
        pool = ConnectionPool.from_url(url, socket_connect_timeout=1, socket_timeout=2)
        super().__init__(name, serializer=_signed(secret), connection_pool=pool, **options)

    def add_to(self, pipeline: Any, task: Task) -> None:
        """Enqueue the task by a command of this pipeline, which is sent with others."""
        storage = copy(self.storage)
        storage.conn = pipeline
        storage.enqueue(self.serialize_task(task), task.priority)


def _signed(secret: str) -> SignedSerializer:
    return SignedSerializer(secret, salt="backoffice.runtime.queue")
