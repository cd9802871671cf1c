"""Periodic tasks about stock."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from catalog import low_stock
from catalog.pictures.sweeping import sweep_picture_files
from catalog.product_files import sweep_product_plans
from catalog.stock_import import sweep_plans


@db_periodic_task(crontab(minute="7"))
def sweep_abandoned_plans() -> None:
    """Delete old plans. Several schedulers do no harm: what one of them deletes the others skip."""
    sweep_plans(timezone.now())
    sweep_product_plans(timezone.now())


@db_periodic_task(crontab(minute="*/10"))
def send_low_stock_digest() -> None:
    """Send the day's digest once. Runs often, for this clock is UTC and the shop may have been down."""
    low_stock.send_digest_once_a_day(timezone.now())


@db_periodic_task(crontab(hour="3", minute="23"))
def sweep_files_of_pictures() -> None:
    """Delete files that no picture names. Several schedulers do no harm: a file is gone only once."""
    sweep_picture_files(timezone.now())
