"""Mails taken back before they left: who may have read them all the same, and that none leaves later."""

import pytest

from backoffice.errors import NotFound
from backoffice.outbox import delivery
from backoffice.outbox.delivery import claim_next, deliver_due
from backoffice.outbox.models import RESTORED, WORKER_ENDED, EmailMessage, EmailState
from backoffice.outbox.queueing import NotDead, requeue
from backoffice.outbox.withdrawing import withdraw

pytestmark = pytest.mark.django_db


def withdraw_all() -> int:
    return withdraw(EmailMessage.objects.all())


def test_a_mail_that_waits_is_never_sent(smtp, queued):
    queued()
    assert withdraw_all() == 0
    assert deliver_due() == 0
    assert (smtp.messages, EmailMessage.objects.get().state) == ([], EmailState.WITHDRAWN)
    with pytest.raises(NotDead, match="Withdrawn"):
        requeue(EmailMessage.objects.get().pk)
    with pytest.raises(NotFound):
        requeue(0)


@pytest.mark.parametrize(
    ("state", "error", "arrived", "after"),
    [
        (EmailState.DEAD, "SMTPRecipientsRefused: 550", 0, EmailState.WITHDRAWN),
        (EmailState.DEAD, WORKER_ENDED, 1, EmailState.WITHDRAWN),
        (EmailState.DEAD, RESTORED, 1, EmailState.WITHDRAWN),
        (EmailState.SENDING, "", 1, EmailState.WITHDRAWN),
        (EmailState.SENT, "", 1, EmailState.SENT),
        (EmailState.SUPPRESSED, "", 1, EmailState.SUPPRESSED),
        (EmailState.WITHDRAWN, "", 0, EmailState.WITHDRAWN),
    ],
)
def test_it_is_told_whether_somebody_may_have_read_it(queued, state, error, arrived, after):
    row = queued()
    EmailMessage.objects.update(state=state, error=error)
    assert withdraw_all() == arrived
    row.refresh_from_db()
    assert row.state == after


def test_a_mail_that_went_out_while_it_was_withdrawn_was_sent(smtp, queued, monkeypatch):
    row = queued()
    send = delivery._send

    def send_while_it_is_withdrawn(claim, rendered):
        assert withdraw_all() == 1
        send(claim, rendered)

    monkeypatch.setattr(delivery, "_send", send_while_it_is_withdrawn)
    assert deliver_due() == 1
    row.refresh_from_db()
    assert (row.state, row.leased_until, len(smtp.messages)) == (EmailState.SENT, None, 1)


def test_a_mail_that_failed_while_it_was_withdrawn_is_not_tried_again(smtp, queued):
    row = queued()
    claim = claim_next()
    assert withdraw_all() == 1
    delivery._mark_failed(claim, OSError("no route"))
    EmailMessage.objects.update(next_attempt_at=row.created_at, leased_until=row.created_at)
    assert deliver_due() == 0
    row.refresh_from_db()
    assert (row.state, smtp.messages) == (EmailState.WITHDRAWN, [])
