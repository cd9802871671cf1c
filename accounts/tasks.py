"""What happens to accounts by the clock."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from accounts import sweeping


@db_periodic_task(crontab(minute="50", hour="3"))
def sweep() -> None:
    """Harmless when several schedulers ask: what one of them sweeps the others pass by."""
    sweeping.sweep(timezone.now())
