import smtplib
import threading
import time
from datetime import timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from accounts.shop.changing import change_settings
from backoffice.errors import NotFound
from backoffice.outbox import delivery
from backoffice.outbox.delivery import MAX_ATTEMPTS, claim_next, deliver_due, sender
from backoffice.outbox.models import EmailMessage, EmailState
from backoffice.outbox.queueing import NotDead, requeue
from backoffice.outbox.tasks import sweep_emails
from backoffice.runtime.giving_way import requests
from tests.factories import CLI

pytestmark = pytest.mark.django_db


def let_time_pass() -> None:
    """As if every wait and every lease had just ended."""
    a_moment_ago = timezone.now() - timedelta(seconds=1)
    EmailMessage.objects.filter(state=EmailState.QUEUED).update(next_attempt_at=a_moment_ago)
    EmailMessage.objects.filter(state=EmailState.SENDING).update(leased_until=a_moment_ago)


def test_a_mail_goes_out_in_both_forms_and_is_kept_as_sent(smtp, queued):
    row = queued(context={"number": "B-7", "name": "Ann <b>& Co", "total": "€12.00"})

    assert deliver_due() == 1

    row.refresh_from_db()
    [mail] = smtp.messages
    text, html = (part.get_payload(decode=True).decode() for part in mail.get_payload())
    assert mail["Subject"] == row.subject == "Your order B-7"
    assert mail["To"] == "ann@example.com"
    assert mail["Message-ID"] == row.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Hello Ann <b>& Co," in text
    assert "Hello Ann &lt;b&gt;&amp; Co," in html
    assert text.splitlines() == row.text.splitlines()
    assert html.splitlines() == row.html.splitlines()
    assert (row.state, row.attempts, row.error, row.leased_until) == (EmailState.SENT, 1, "", None)
    assert deliver_due() == 0


def test_a_failure_waits_longer_each_time_and_gives_up_after_eight(smtp, queued):
    smtp.refusals["ann@example.com"] = "451 try later"
    row = queued()
    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        let_time_pass()
        assert deliver_due() == 0
        row.refresh_from_db()
        assert row.state == EmailState.QUEUED
        waits.append((row.next_attempt_at - timezone.now()).total_seconds())

    assert waits == sorted(waits)
    assert 20 < waits[0] < 40
    assert waits[-1] > 4 * 3600
    let_time_pass()
    deliver_due()
    row.refresh_from_db()
    assert (row.state, row.attempts) == (EmailState.DEAD, MAX_ATTEMPTS)
    assert "451" in row.error
    let_time_pass()
    assert deliver_due() == 0
    assert smtp.messages == []


def test_nothing_is_tried_before_its_time(smtp, queued):
    smtp.refusals["ann@example.com"] = "451 try later"
    row = queued()
    deliver_due()
    smtp.refusals.clear()

    assert deliver_due() == 0
    row.refresh_from_db()
    assert row.attempts == 1


def test_a_permanent_refusal_is_dead_at_once(smtp, queued):
    smtp.refusals["ann@example.com"] = "550 no such person"
    row = queued()

    deliver_due()

    row.refresh_from_db()
    assert (row.state, row.attempts) == (EmailState.DEAD, 1)
    assert "no such person" in row.error


@pytest.mark.parametrize(
    ("error", "is_permanent"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.c": (550, b"no")}), True),
        (smtplib.SMTPRecipientsRefused({"a@b.c": (450, b"greylisted")}), False),
        (smtplib.SMTPDataError(554, b"refused"), True),
        (smtplib.SMTPDataError(452, b"full"), False),
        (smtplib.SMTPSenderRefused(553, b"who", "x"), True),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), False),
        (smtplib.SMTPConnectError(554, b"not today"), False),
        (smtplib.SMTPServerDisconnected("gone"), False),
        (ConnectionRefusedError(), False),
        (ValueError(), False),
    ],
)
def test_only_the_servers_word_about_this_mail_is_final(error, is_permanent):
    assert delivery.is_permanent(error) is is_permanent


def test_one_bad_mail_in_a_hundred_delays_nobody(smtp, queued):
    bad = queued("order:B-0", template="no_such_template")
    good = [queued(f"order:B-{number}") for number in range(1, 100)]

    assert deliver_due(limit=100) == 99

    assert sorted(smtp.message_ids) == sorted(row.message_id for row in good)
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (EmailState.QUEUED, 1)
    assert "TemplateDoesNotExist" in bad.error


def test_a_mail_that_failed_before_waits_behind_the_new_ones(smtp, queued):
    smtp.refusals["bad@example.com"] = "451 try later"
    bad = queued("order:B-0", recipient="bad@example.com")
    deliver_due()
    queued("order:B-1")
    let_time_pass()

    claim = claim_next()

    assert claim is not None
    assert claim.pk != bad.pk


def test_a_lost_lease_writes_nothing(queued):
    row = queued()
    first = claim_next()
    let_time_pass()
    second = claim_next()
    assert first is not None
    assert second is not None
    assert (first.pk, second.pk) == (row.pk, row.pk)

    delivery._mark_failed(first, ConnectionResetError("too late"))

    row.refresh_from_db()
    assert (row.state, row.attempts, row.leased_until) == (EmailState.SENDING, 2, second.leased_until)
    assert row.error == ""


def test_a_mail_under_lease_is_left_to_its_holder(mailoutbox, queued):
    queued()
    assert claim_next() is not None

    assert claim_next() is None
    assert deliver_due() == 0
    let_time_pass()
    assert deliver_due() == 1


def test_a_mail_over_which_workers_keep_dying_is_given_up(mailoutbox, queued):
    row = queued()
    for _ in range(MAX_ATTEMPTS):
        assert claim_next() is not None
        let_time_pass()

    sweep_emails.call_local()

    row.refresh_from_db()
    assert row.state == EmailState.DEAD
    assert mailoutbox == []


def test_a_dead_mail_can_be_queued_again(smtp, queued):
    smtp.refusals["ann@example.com"] = "550 no such person"
    row = queued()
    deliver_due()
    smtp.refusals.clear()

    revived = requeue(row.pk)

    assert (revived.state, revived.attempts, revived.error) == (EmailState.QUEUED, 0, "")
    assert deliver_due() == 1
    assert smtp.message_ids == [row.message_id]


def test_only_dead_mails_can_be_queued_again(mailoutbox, queued):
    row = queued()
    with pytest.raises(NotDead, match="Queued"):
        requeue(row.pk)
    deliver_due()
    with pytest.raises(NotDead, match="Sent"):
        requeue(row.pk)
    with pytest.raises(NotFound):
        requeue(row.pk + 1)

    assert deliver_due() == 0
    assert len(mailoutbox) == 1


def test_a_secret_is_forgotten_once_the_mail_is_sent(smtp, queued):
    row = queued(context={"number": "B-7", "name": "Ann", "secret_link": "https://shop.test/let-me-in"})

    deliver_due()

    row.refresh_from_db()
    assert row.context == {"number": "B-7", "name": "Ann", "secret_link": "(removed)"}


def test_a_mail_waits_while_requests_are_answered_beside_it(smtp, queued):
    queued()
    sent_meanwhile = []
    entered = threading.Event()

    def answer():
        with requests.one():
            entered.set()
            time.sleep(0.3)
            sent_meanwhile.extend(smtp.messages)

    answering = threading.Thread(target=answer)
    answering.start()
    entered.wait()

    assert deliver_due() == 1

    answering.join()
    assert sent_meanwhile == []


def test_a_mail_that_has_waited_long_goes_out_beside_requests(smtp, queued):
    queued()
    EmailMessage.objects.update(next_attempt_at=timezone.now() - delivery.MOST_PATIENCE)
    with requests.one():
        assert deliver_due() == 1


def test_where_nothing_is_due_nobody_is_kept_from_writing(queued, django_assert_num_queries):
    queued()
    EmailMessage.objects.update(next_attempt_at=timezone.now() + timedelta(hours=1))
    with django_assert_num_queries(1) as asked:
        assert deliver_due() == 0
    assert asked.captured_queries[0]["sql"].startswith("SELECT")


@pytest.mark.parametrize(("context", "times"), [({}, 1), ({"secret_link": "https://shop.test/in"}, 2)])
def test_a_mail_is_rendered_again_only_to_keep_it_without_its_secrets(
    smtp, queued, monkeypatch, context, times
):
    rendered = []

    def render(template, values, *, language):
        rendered.append(template)
        return delivery_render(template, values, language=language)

    delivery_render = delivery.render
    monkeypatch.setattr(delivery, "render", render)
    queued(context={"number": "B-7", "name": "Ann", **context})
    assert deliver_due() == 1
    assert len(rendered) == times


@pytest.mark.parametrize("name", ["Tea & Co", 'The "Tea", Ltd.', "Tee für Köln 🫖"])
def test_a_mail_comes_from_the_shop_by_its_name_now_unless_the_environment_names_a_sender(
    settings, db, name: str
) -> None:
    change_settings({"SHOP_NAME": name}, by=CLI)
    message = EmailMultiAlternatives("s", "b", sender(), ["a@example.com"]).message()

    [(told, address)] = [parseaddr(str(make_header(decode_header(message["From"]))))]
    assert (told, address) == (name, "shop@127.0.0.1")
    settings.EMAIL_FROM = "Us <us@example.com>"
    assert sender() == "Us <us@example.com>"
