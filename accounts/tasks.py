"""Periodic tasks about accounts."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from accounts import sweeping


@db_periodic_task(crontab(minute="50", hour="3"))
def sweep() -> None:
    """Sweep; harmless when several schedulers ask, for what one of them sweeps the others do not find."""
    sweeping.sweep(timezone.now())
