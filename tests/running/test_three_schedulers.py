"""Promise 18: three consumers, each with a clock of its own, and what is due happens once."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from huey.contrib.djhuey import HUEY

from backoffice.models import Heartbeat, JobSlot
from backoffice.outbox.models import EmailMessage
from backoffice.runtime.consumer import make_consumer
from catalog.models import Product
from orders.models import PromotionEvent
from tests.factories import make_product, make_promo_code, make_user
from tests.races.harness import first_together, race
from tests.running.processes import environment_here

CONSUMERS = 3
# As `shopctl worker`, but whatever is periodic is due at once, whatever the time.
CONSUMER = """
import django
django.setup()
from huey.contrib.djhuey import HUEY
from huey.signals import SIGNAL_COMPLETE, SIGNAL_ERROR
from backoffice.runtime.consumer import consume, make_consumer
from catalog import low_stock

low_stock.HOUR = 0
consumer = make_consumer()
for task in HUEY._registry.periodic_tasks:
    type(task).validate_datetime = lambda self, timestamp: True
# A line at a time: its workers tell what they did at the same moment.
HUEY.signal(SIGNAL_COMPLETE, SIGNAL_ERROR)(
    lambda signal, task, *_: print(f"{task.name} {signal}\\n", end="", flush=True)
)
consume(consumer, when_up=lambda: None)
"""
make_consumer()
PERIODIC = {task.name for task in HUEY._registry.periodic_tasks}

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ended(tmp_path: Path) -> Iterator[Callable[[], Counter[str]]]:
    """Three consumers run; gives how often each task has ended, and in which way."""
    told = tmp_path / "told"
    with told.open("a") as written:
        started = [
            subprocess.Popen(
                [sys.executable, "-c", CONSUMER],
                env=environment_here(VAR_DIR=str(tmp_path)),
                cwd=settings.BASE_DIR,
                stdout=written,
            )
            for _ in range(CONSUMERS)
        ]

    def count() -> Counter[str]:
        assert all(each.poll() is None for each in started), "A consumer has ended."
        return Counter(told.read_text().splitlines())

    yield count
    for each in started:
        each.kill()
        each.wait()


@pytest.fixture
def due() -> None:
    """Something to do for each of the periodic tasks that do something."""
    make_user("boss@example.com", role="Manager")
    make_product("LOW", on_hand=1)
    make_product("WRONG", on_hand=50)
    Product.objects.filter(sku="WRONG").update(on_hand=51)
    for number in range(3):
        make_promo_code(f"OVER-{number}", ends_at=timezone.now() - timedelta(minutes=1))


@pytest.mark.slow
def test_what_three_consumers_find_due_at_once_happens_once(
    due: None, ended: Callable[[], Counter[str]]
) -> None:
    wait_for(lambda: all(ended()[f"{name} complete"] >= CONSUMERS for name in PERIODIC))

    assert {line.partition(" ")[2] for line in ended()} == {"complete"}
    assert Heartbeat.objects.count() == 1
    assert PromotionEvent.objects.filter(kind="expired").count() == 3
    # An hour or a day that ends in the middle of this has another slot.
    slots = Counter(JobSlot.objects.values_list("job", flat=True))
    mails = Counter(EmailMessage.objects.values_list("template", flat=True))
    assert slots.keys() >= {"sweep", "low-stock-digest", "prove-the-books"}
    assert mails == {
        "low_stock": slots["low-stock-digest"],
        "invariants": slots["prove-the-books"],
        "promotions_ended": 1,
    }
    # By whichever of the three, each mail was tried once.
    assert set(EmailMessage.objects.exclude(attempts=0).values_list("attempts", flat=True)) == {1}


def test_a_turn_that_is_looked_up_and_then_taken_is_taken_by_several() -> None:
    """The control."""
    taken = []
    all_have_looked = first_together(CONSUMERS)

    def take_unguarded() -> None:
        is_free = not JobSlot.objects.filter(job="unguarded").exists()
        all_have_looked()
        if is_free:
            JobSlot.objects.update_or_create(job="unguarded", slot=timezone.now())
            taken.append(1)

    race(CONSUMERS, [take_unguarded] * CONSUMERS)

    assert len(taken) == CONSUMERS


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(0.02)
