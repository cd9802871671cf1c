"""The periodic tasks of no app in particular: a sign of life, and sweeping."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from backoffice import jobs


@db_periodic_task(crontab(minute="*"))
def beat() -> None:
    jobs.beat()


@db_periodic_task(crontab(minute="20", hour="3"))
def sweep() -> None:
    if jobs.once_per_slot("sweep", jobs.this_minute()):
        jobs.sweep()
