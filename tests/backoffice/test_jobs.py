from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from backoffice import jobs
from backoffice.models import Heartbeat, IdempotencyRecord, JobSlot
from tests.races.harness import race

SLOT = datetime(2026, 11, 22, 3, 20, tzinfo=UTC)


@pytest.mark.django_db
def test_a_slot_is_taken_once_for_each_job() -> None:
    assert jobs.once_per_slot("sweep", SLOT)
    assert not jobs.once_per_slot("sweep", SLOT)
    assert jobs.once_per_slot("digest", SLOT)
    assert jobs.once_per_slot("sweep", SLOT + timedelta(days=1))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_takes_the_slot() -> None:
    outcomes = race(8, [lambda: jobs.once_per_slot("sweep", SLOT)] * 16)
    assert sorted(map(str, outcomes)) == ["False"] * 15 + ["True"]
    assert JobSlot.objects.count() == 1


@pytest.mark.django_db
def test_a_beat_is_remembered_and_the_last_one_counts() -> None:
    assert jobs.last_beat() is None
    jobs.beat()
    first = jobs.last_beat()
    jobs.beat()
    second = jobs.last_beat()
    assert first is not None
    assert second is not None
    assert first <= second
    assert Heartbeat.objects.count() == 1


@pytest.mark.django_db
def test_sweeping_deletes_what_is_outdated_and_nothing_else() -> None:
    now = timezone.now()
    for age in (timedelta(days=6), timedelta(days=8)):
        record = IdempotencyRecord.objects.create(
            caller="user:1", operation="POST /orders", key=str(age), fingerprint=""
        )
        IdempotencyRecord.objects.filter(pk=record.pk).update(created_at=now - age)
    for age in (timedelta(days=29), timedelta(days=31)):
        JobSlot.objects.create(job="sweep", slot=now - age)
    for age in (timedelta(hours=-1), timedelta(hours=1)):
        Session.objects.create(session_key=str(age), session_data="", expire_date=now - age)
    assert jobs.sweep(now) == 3
    assert IdempotencyRecord.objects.get().created_at > now - timedelta(days=7)
    assert JobSlot.objects.get().slot > now - timedelta(days=30)
    assert Session.objects.get().expire_date > now
