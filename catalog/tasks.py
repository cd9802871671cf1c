"""What happens to stock by the clock."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from catalog import low_stock
from catalog.product_files import sweep_product_plans
from catalog.stock_import import sweep_plans


@db_periodic_task(crontab(minute="7"))
def sweep_abandoned_plans() -> None:
    """Harmless when several schedulers ask: what one of them sweeps the others pass by."""
    sweep_plans(timezone.now())
    sweep_product_plans(timezone.now())


@db_periodic_task(crontab(minute="*/10"))
def send_low_stock_digest() -> None:
    """Asks often, for the clock here is UTC and the shop may have been down: the day's slot is taken once."""
    low_stock.send_digest_once_a_day(timezone.now())
