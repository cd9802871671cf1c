"""Periodic jobs: each turn is taken once, however many schedulers run; old rows are swept."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from backoffice.db.transactions import write_transaction
from backoffice.models import Heartbeat, IdempotencyRecord, JobSlot
from backoffice.moments import start_of_day

HEARTBEAT = "worker"
KEEP_ANSWERS = timedelta(days=7)
KEEP_SLOTS = timedelta(days=30)


def this_minute() -> datetime:
    return timezone.now().replace(second=0, microsecond=0)


def this_day(now: datetime | None = None) -> datetime:
    """Return the start of the day of this moment, or of today, in the shop's time zone."""
    return start_of_day(timezone.localdate(now))


@write_transaction
def once_per_slot(job: str, slot: datetime) -> bool:
    """Take the job's turn for this slot: True for one caller, however many schedulers there are."""
    return JobSlot.objects.get_or_create(job=job, slot=slot)[1]


@write_transaction
def beat() -> None:
    """Note that a worker is alive and that tasks reach it."""
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"seen_at": timezone.now()})


def last_beat() -> datetime | None:
    return Heartbeat.objects.filter(name=HEARTBEAT).values_list("seen_at", flat=True).first()


@write_transaction
def sweep(now: datetime | None = None) -> int:
    """Delete answered requests, taken slots and sessions that nobody asks for again; return how many rows."""
    now = now or timezone.now()
    outdated = (
        IdempotencyRecord.objects.filter(created_at__lt=now - KEEP_ANSWERS),
        JobSlot.objects.filter(slot__lt=now - KEEP_SLOTS),
        Session.objects.filter(expire_date__lt=now),
    )
    return sum(rows.delete()[0] for rows in outdated)
