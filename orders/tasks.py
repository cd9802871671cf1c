"""Periodic tasks: promotions that end, and the hourly audit."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from orders import hourly_audit, promotions


@db_periodic_task(crontab(minute="*"))
def expire_promotions() -> None:
    """Note which promotions have ended. Harmless when several schedulers ask: each is marked once."""
    promotions.expire_ended_promotions()


@db_periodic_task(crontab(minute="37"))
def prove_the_books() -> None:
    """Audit the books, which only reads; of several schedulers one sends the alert."""
    hourly_audit.prove_the_books(timezone.now())
