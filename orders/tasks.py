"""Periodic tasks: promotions that end, the hourly audit, old plans, and what is kept for a time only."""

from django.utils import timezone
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from orders import hourly_audit, promotions
from orders.payments import reminders
from orders.payments.imports import sweep_payment_plans
from orders.privacy import retention


@db_periodic_task(crontab(minute="*"))
def expire_promotions() -> None:
    """Note which promotions have ended. Harmless when several schedulers ask: each is marked once."""
    promotions.expire_ended_promotions()


@db_periodic_task(crontab(minute="8"))
def sweep_abandoned_payment_plans() -> None:
    """Delete old plans. Several schedulers do no harm: what one of them deletes the others skip."""
    sweep_payment_plans(timezone.now())


@db_periodic_task(crontab(minute="37"))
def prove_the_books() -> None:
    """Audit the books, which only reads; of several schedulers one sends the alert."""
    hourly_audit.prove_the_books(timezone.now())


@db_periodic_task(crontab(minute="20", hour="4"))
def erase_what_is_due() -> None:
    """Erase what has been kept for long enough; of several schedulers one does, once a day."""
    retention.take_turn()


@db_periodic_task(crontab(minute="10", hour="9"))
def remind_of_payments() -> None:
    """Remind of what is overdue, if the settings say so; each due date once, however many schedulers ask."""
    reminders.remind_overdue()
