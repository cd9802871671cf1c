"""What Redis is told once a transaction has committed: collected meanwhile, and sent in one round trip.

Nothing may depend on it: a process may die between its commit and this, and Redis may not hear it.
"""

from typing import Any, Protocol

from django.core.cache import cache
from django.db import connection, transaction

from backoffice.runtime.outages import cache_errors


class Message(Protocol):
    """Something that Redis is told: it adds its commands, and hears whether Redis took them."""

    def add_to(self, pipeline: Any) -> None: ...
    def sent(self) -> None: ...
    def failed(self, error: Exception) -> None: ...


class Trip:
    """All that Redis is told of one transaction."""

    def __init__(self, message: Message) -> None:
        self.messages = [message]

    def __call__(self) -> None:
        pipeline = cache.pipeline()  # type: ignore[attr-defined]
        for message in self.messages:
            message.add_to(pipeline)
        try:
            pipeline.execute()
        except cache_errors() as error:
            for message in self.messages:
                message.failed(error)
        else:
            for message in self.messages:
                message.sent()


def tell_redis(message: Message) -> None:
    """Tell it once the present transaction has committed, however often this is called; else at once."""
    trip = _trip_of_this_transaction()
    if trip is None:
        transaction.on_commit(Trip(message), robust=True)
    elif message not in trip.messages:
        trip.messages.append(message)


def _trip_of_this_transaction() -> Trip | None:
    """Return a trip that is made whenever this point is committed: not one of a savepoint that has ended."""
    for savepoints, function, *_ in connection.run_on_commit:
        if isinstance(function, Trip) and savepoints <= set(connection.savepoint_ids):
            return function
    return None
