"""Tasks of the outbox: look at it after each commit that queued a mail, and every minute."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task

from backoffice.outbox import delivery


@db_task()
def deliver_emails() -> None:
    delivery.deliver_due()


@db_periodic_task(crontab(minute="*"))
def sweep_emails() -> None:
    """Send what a wake-up missed, what is due again, and what a worker died over.

    Several schedulers may each enqueue this: a mail is claimed by one worker whoever asks.
    """
    delivery.bury_abandoned()
    delivery.deliver_due(limit=1000)
