"""What happens to promotions by the clock."""

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from orders import promotions


@db_periodic_task(crontab(minute="*"))
def expire_promotions() -> None:
    """Note which promotions have ended. Harmless when several schedulers ask: each is marked once."""
    promotions.expire_ended_promotions()
