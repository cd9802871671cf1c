import threading
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection

from backoffice.api.idempotency import IdempotencyMismatch, StillRunning, once
from backoffice.errors import Conflict
from backoffice.models import IdempotencyRecord, JobSlot
from backoffice.requests.json_reply import Reply
from tests.races.harness import race


def effect(reply: bytes = b"done") -> Reply:
    """Something that happens each time it is run."""
    JobSlot.objects.create(job=uuid4().hex, slot="2026-01-01T00:00:00Z")
    return Reply(201, reply, {"Location": "/there"})


@pytest.mark.django_db(transaction=True)
def test_a_key_has_one_effect_and_one_reply():
    first = once("user:1", "POST x", "k", "f", effect)
    second = once("user:1", "POST x", "k", "f", partial(effect, b"again"))

    assert first == second == Reply(201, b"done", {"Location": "/there"})
    assert JobSlot.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "other", [("user:2", "POST x", "k"), ("user:1", "POST y", "k"), ("user:1", "POST x", "l")]
)
def test_another_caller_operation_or_key_is_another_request(other):
    once("user:1", "POST x", "k", "f", effect)
    once(*other, "f", effect)

    assert JobSlot.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_key_is_not_used_for_another_body():
    once("user:1", "POST x", "k", "f", effect)

    with pytest.raises(IdempotencyMismatch):
        once("user:1", "POST x", "k", "g", effect)
    assert JobSlot.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_refusal_leaves_nothing_so_that_a_retry_may_succeed():
    def refuse() -> Reply:
        effect()
        raise Conflict("Not now.")

    with pytest.raises(Conflict):
        once("user:1", "POST x", "k", "f", refuse)
    assert (JobSlot.objects.count(), IdempotencyRecord.objects.count()) == (0, 0)

    assert once("user:1", "POST x", "k", "f", effect).status == 201


@pytest.mark.django_db(transaction=True)
def test_what_refuses_before_it_asks_anything_is_not_heard_where_there_is_a_reply():
    def refuse() -> Reply:
        raise Conflict("Not now.")

    once("user:1", "POST x", "k", "f", effect)

    assert once("user:1", "POST x", "k", "f", refuse).body == b"done"
    with pytest.raises(IdempotencyMismatch):
        once("user:1", "POST x", "k", "g", refuse)
    with pytest.raises(Conflict):
        once("user:1", "POST x", "l", "f", refuse)
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_costs_two_statements(django_assert_num_queries):
    # And BEGIN and COMMIT.
    with django_assert_num_queries(4):
        once("user:1", "POST x", "k", "f", lambda: Reply(200, b""))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_acts_and_all_get_its_reply():
    calls = [partial(once, "user:1", "POST x", f"k{turn % 4}", "f", effect) for turn in range(40)]

    replies = race(8, calls)

    assert all(reply == Reply(201, b"done", {"Location": "/there"}) for reply in replies)
    assert JobSlot.objects.count() == 4


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_positive_control_without_the_key_each_one_acts():
    race(8, [effect] * 4)

    assert JobSlot.objects.count() > 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite's one writer waits for its turn instead"
)
def test_a_wait_that_takes_too_long_asks_to_come_again():
    inside, leave = threading.Event(), threading.Event()

    def slow() -> Reply:
        # The key goes with the first question.
        assert not JobSlot.objects.exists()
        inside.set()
        leave.wait(timeout=10)
        return effect()

    def impatient() -> Reply:
        inside.wait(timeout=10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            return once("user:1", "POST x", "k", "f", effect)
        finally:
            leave.set()

    first, second = race(2, [partial(once, "user:1", "POST x", "k", "f", slow), impatient])

    assert first.status == 201
    assert isinstance(second, StillRunning)
    assert second.retry_after_seconds == 2
    assert JobSlot.objects.count() == 1
