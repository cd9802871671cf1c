"""Queue an e-mail in the transaction of its cause; wake the worker when that is committed."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from backoffice.outbox.models import EmailMessage, EmailState
from backoffice.transactions import write_transaction

logger = logging.getLogger(__name__)


@write_transaction
def queue_email(
    *, cause: str, template: str, recipient: str, context: Mapping[str, Any], suppressed: bool = False
) -> None:
    """Write the e-mail's row, unless this cause already has this mail for this person.

    `template` names `email/<template>.txt` and `.html`; `context` holds what JSON holds. Values whose key
    begins with `secret_` are forgotten once the mail is sent. A suppressed mail is recorded, never sent.
    """
    message = EmailMessage(
        cause=cause,
        template=template,
        recipient=recipient,
        context=dict(context),
        state=EmailState.SUPPRESSED if suppressed else EmailState.QUEUED,
    )
    EmailMessage.objects.bulk_create([message], ignore_conflicts=True)
    if not suppressed:
        transaction.on_commit(wake_worker, robust=True)


def wake_worker() -> None:
    """Ask a worker to look at the outbox now. Without an answer the sweeper finds the mail within a minute."""
    # Imported late: the task's module needs the queue, which a process that sends nothing never opens.
    from backoffice.outbox.tasks import deliver_emails

    try:
        deliver_emails()
    except Exception as error:  # noqa: BLE001
        logger.warning("The queue did not take the wake-up (%s); the sweeper will send the mail.", error)
