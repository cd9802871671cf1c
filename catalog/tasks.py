"""What happens to stock imports by the clock."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from catalog.stock_import import sweep_plans


@db_periodic_task(crontab(minute="7"))
def sweep_stock_plans() -> None:
    """Harmless when several schedulers ask: what one of them sweeps the others pass by."""
    sweep_plans(timezone.now())
