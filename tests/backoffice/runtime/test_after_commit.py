"""What Redis is told after a commit: all of it in one trip, nothing of what was rolled back."""

from typing import Any

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.db import transaction
from redis.connection import AbstractConnection

from backoffice.db.transactions import write_transaction
from backoffice.runtime.after_commit import tell_redis
from tests.contract.client import Api
from tests.factories import make_product, make_promo_code, make_shopper
from tests.orders.api.test_orders import basket

pytestmark = [
    pytest.mark.skipif(not configured.REDIS_URL, reason="needs Redis"),
    pytest.mark.django_db(transaction=True),
]
NO_REDIS = "redis://127.0.0.1:1/0"


class Note:
    """Sets a key of its own to how often it was sent, and keeps what it heard."""

    def __init__(self, name: str) -> None:
        self.key = f"after-commit:{name}"
        self.heard: list[str] = []
        cache.delete(self.key)

    def add_to(self, pipeline: Any) -> None:
        pipeline.incr(cache.make_key(self.key))

    def sent(self) -> None:
        self.heard.append("sent")

    def failed(self, error: Exception) -> None:
        self.heard.append(type(error).__name__)

    @property
    def count(self) -> int:
        return int(cache.get(self.key, 0))


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was sent to Redis, a piece each time."""
    sent: list[bytes] = []
    send = AbstractConnection.send_packed_command

    def noting(self: Any, command: Any, *args: Any, **options: Any) -> Any:
        sent.append(b"".join(command) if isinstance(command, list) else command)
        return send(self, command, *args, **options)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", noting)
    return sent


def test_all_messages_of_a_transaction_travel_together_each_once(trips):
    first, second = Note("first"), Note("second")

    @write_transaction
    def change() -> None:
        for _ in range(3):
            tell_redis(first)
            tell_redis(second)
        trips.clear()

    change()
    assert len(trips) == 1
    assert (first.count, second.count) == (1, 1)
    assert first.heard == second.heard == ["sent"]


def test_what_was_rolled_back_is_not_told(trips):
    note = Note("rolled-back")
    trips.clear()
    with transaction.atomic():
        tell_redis(note)
        transaction.set_rollback(True)
    assert (trips, note.heard) == ([], [])


def test_a_savepoint_that_is_rolled_back_takes_its_own_message_alone():
    outer, inner, last = Note("outer"), Note("inner"), Note("last")
    with transaction.atomic():
        with transaction.atomic():
            tell_redis(inner)
            transaction.set_rollback(True)
        tell_redis(outer)
        with transaction.atomic():
            tell_redis(last)
    assert (outer.count, inner.count, last.count) == (1, 0, 1)


def test_a_message_of_an_inner_savepoint_never_carries_one_of_the_whole():
    inner, outer = Note("inner"), Note("outer")
    with transaction.atomic():
        with transaction.atomic():
            tell_redis(inner)
        tell_redis(outer)
    assert (inner.heard, outer.heard) == (["sent"], ["sent"])


def test_outside_of_a_transaction_it_is_told_at_once():
    note = Note("at-once")
    tell_redis(note)
    assert note.count == 1


def test_when_redis_is_away_everybody_hears_it_and_the_commit_stands(settings):
    away = {"BACKEND": "backoffice.runtime.caches.RedisCache", "LOCATION": NO_REDIS}
    notes = [Note("one"), Note("two")]
    settings.CACHES = {**settings.CACHES, "default": away}

    @write_transaction
    def change() -> str:
        for note in notes:
            tell_redis(note)
        return "done"

    assert change() == "done"
    assert [note.heard for note in notes] == [["ConnectionError"]] * 2


def test_an_order_with_a_code_that_was_never_tried_asks_redis_twice(trips, settings):
    """Before it, for all of its limits at once; after it, about the products and for a worker."""
    settings.API_RATE_PER_MINUTE = 600
    make_product("71053", on_hand=10)
    make_promo_code("GOOD")
    shopper = Api(make_shopper())
    trips.clear()

    answer = shopper.post("orders", basket(("71053", 1), promo_code="good"), Idempotency_Key="mine")

    assert answer.status_code == 201
    assert len(trips) == 2, trips
    assert trips[0].count(b"throttle:") > 2
    assert b"products:generation" in trips[1]
    assert b"huey" in trips[1]
