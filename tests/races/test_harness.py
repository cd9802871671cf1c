import threading
from functools import partial

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests.races.harness import first_together, race


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_every_call_runs_once_and_keeps_its_place():
    outcomes = race(4, [partial(pow, number, 2) for number in range(10)])

    assert outcomes == [number**2 for number in range(10)]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_an_exception_is_an_outcome_and_stops_nobody_else():
    def refuse() -> int:
        raise ValueError("no")

    refused, done = race(1, [refuse, lambda: 7])

    assert isinstance(refused, ValueError)
    assert done == 7


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_threads_overlap_and_see_the_same_database():
    meeting = threading.Barrier(3)
    ContentType.objects.create(app_label="race", model="shared")

    def meet() -> str:
        meeting.wait(timeout=10)
        return ContentType.objects.get(app_label="race").model

    assert race(3, [meet] * 3) == ["shared"] * 3
    assert connection.vendor in ("sqlite", "postgresql")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_first_ones_meet_and_whoever_comes_later_waits_for_nobody():
    arrive = first_together(3)
    before, after = [], []

    def pass_by() -> int:
        before.append(1)
        arrive()
        after.append(1)
        return len(before)

    outcomes = race(3, [pass_by] * 7)

    assert min(outcomes) >= 3
    assert len(after) == 7
