"""Queues an e-mail in the transaction of its cause, or again, and wakes the worker after the commit."""

import logging
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.db.inserting import insert_unanswered
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import is_erased
from backoffice.errors import Conflict, NotFound
from backoffice.languages import language_of_shop
from backoffice.outbox.models import EmailMessage, EmailState
from backoffice.runtime.after_commit import tell_redis

logger = logging.getLogger(__name__)


class NotDead(Conflict):
    code = "email_not_dead"


@write_transaction
def queue_email(
    *,
    cause: str,
    template: str,
    recipient: str,
    context: Mapping[str, Any],
    language: str = "",
    about: str = "",
    suppressed: bool = False,
) -> None:
    """Write the e-mail's row, unless this cause already has this mail for this person.

    `about` is the number of the order that it is about, if it is about one. `template` names
    `email/<template>.txt` and `.html`; `context` holds what JSON holds, with amounts and dates as facts
    (`outbox/facts.py`). Values whose key begins with `secret_` are forgotten once the mail is sent.
    `language` is its reader's, "" for the shop's. A suppressed mail is recorded, never sent. Nobody is
    written to who was erased.
    """
    if is_erased(recipient):
        return
    # Asked for in any case, so that the time taken does not tell whether there is an account with a language.
    shops_own = language_of_shop()
    message = EmailMessage(
        cause=cause,
        about=about,
        template=template,
        recipient=recipient,
        context=dict(context),
        language=language or shops_own,
        state=EmailState.SUPPRESSED if suppressed else EmailState.QUEUED,
    )
    insert_unanswered([message], ignore_conflicts=True)
    if not suppressed:
        _wake_worker_after_commit()


@write_transaction
def requeue(pk: int) -> EmailMessage:
    """Give a dead mail its eight attempts again, from now.

    Raises:
        NotFound: there is no such mail.
        NotDead: it was sent, is waiting or is never to be sent.
    """
    dead = EmailMessage.objects.filter(pk=pk, state=EmailState.DEAD)
    revived = dead.update(
        state=EmailState.QUEUED, attempts=0, next_attempt_at=timezone.now(), leased_until=None, error=""
    )
    message = EmailMessage.objects.filter(pk=pk).first()
    if message is None:
        raise NotFound(_("There is no e-mail %(pk)s.") % {"pk": pk})
    if not revived:
        raise NotDead(
            _("Only mails that were given up can be sent again; this one is: %(state)s.")
            % {"state": message.get_state_display()}
        )
    _wake_worker_after_commit()
    return message


def _wake_worker_after_commit() -> None:
    if settings.REDIS_URL:
        tell_redis(wake_worker)
    else:
        transaction.on_commit(wake_worker, robust=True)


class WakeUp:
    """Asks a worker to look at the outbox now; what no worker hears, the sweeper finds within a minute.

    After a failure it stays quiet for a while: a queue that never answers must not slow every order.
    """

    QUIET_SECONDS = 10.0

    def __init__(self) -> None:
        self.quiet_until = 0.0

    def __call__(self) -> None:
        # Imported late: a process that sends nothing never opens the queue.
        from backoffice.outbox.tasks import deliver_emails

        if self._is_quiet():
            return
        try:
            deliver_emails()
        except Exception as error:
            self.failed(error)

    def add_to(self, pipeline: Any) -> None:
        """Ask by a command of the pipeline, where the queue is on Redis."""
        from backoffice.outbox.tasks import deliver_emails

        if not self._is_quiet():
            deliver_emails.huey.add_to(pipeline, deliver_emails.s())

    def sent(self) -> None: ...

    def failed(self, error: Exception) -> None:
        self.quiet_until = time.monotonic() + self.QUIET_SECONDS
        logger.warning("The queue did not take the wake-up (%s); the sweeper will send the mail.", error)

    def _is_quiet(self) -> bool:
        return time.monotonic() < self.quiet_until


wake_worker = WakeUp()
