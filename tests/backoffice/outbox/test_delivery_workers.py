"""Workers of their own: killed in the middle, or several at once."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings as django_settings
from django.db.models import Sum
from django.utils import timezone

from backoffice.outbox import delivery
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage, EmailState
from tests.races.harness import first_together, race
from tests.running.processes import environment_here

# Loads the shop once, then makes a worker for each line that it is sent: a fork, which it waits for.
WORKERS = """
import os, sys
import django
django.setup()
from backoffice.outbox.tasks import sweep_emails
for _ in sys.stdin:
    pid = os.fork()
    if pid == 0:
        sweep_emails.call_local()
        os._exit(0)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Worker:
    """A process that sweeps this test's outbox, once."""

    def __init__(self, maker: subprocess.Popen[str]) -> None:
        assert maker.stdin is not None
        assert maker.stdout is not None
        maker.stdin.write("\n")
        maker.stdin.flush()
        self.said = maker.stdout
        self.pid = int(self.said.readline())

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        assert self.wait() == -signal.SIGKILL

    def wait(self) -> int:
        """Its exit code, when it has ended."""
        return int(self.said.readline())


@pytest.fixture
def start_worker(smtp):
    """Start a process that sweeps this test's outbox through this test's mail server."""
    environment = environment_here(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=str(smtp.port),
    )
    # The mails are in the database; who is woken is all the same here.
    environment.pop("REDIS_URL", None)
    with subprocess.Popen(
        [sys.executable, "-c", WORKERS],
        env=environment,
        cwd=django_settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as maker:
        yield partial(Worker, maker)
        maker.kill()


def end_leases() -> None:
    EmailMessage.objects.filter(state=EmailState.SENDING).update(
        leased_until=timezone.now() - timedelta(seconds=1)
    )


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(0.002)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_mail_whose_worker_was_killed_goes_out_again_under_its_message_id(smtp, queued, start_worker):
    row = queued()
    smtp.may_answer.clear()
    worker = start_worker()
    assert smtp.message_arrived.wait(timeout=60)
    worker.kill()
    row.refresh_from_db()
    assert row.state == EmailState.SENDING

    smtp.may_answer.set()
    end_leases()
    assert start_worker().wait() == 0

    row.refresh_from_db()
    assert (row.state, row.attempts) == (EmailState.SENT, 2)
    assert smtp.message_ids == [row.message_id] * 2


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_ten_killed_workers_lose_none_of_two_hundred_mails_and_repeat_at_most_ten(smtp, queued, start_worker):
    rows = [queued(f"order:B-{number}") for number in range(200)]
    for kill in range(1, 11):
        worker = start_worker()
        # Each gets on by about fifteen mails, and is killed wherever it then is.
        wait_for(lambda target=15 * kill: len(smtp.messages) >= target)
        worker.kill()
        end_leases()
    assert EmailMessage.objects.exclude(state=EmailState.SENT).exists()

    assert start_worker().wait() == 0

    assert EmailMessage.objects.filter(state=EmailState.SENT).count() == 200
    assert {row.message_id for row in rows} == set(smtp.message_ids)
    assert 200 <= len(smtp.messages) <= 210
    assert EmailMessage.objects.aggregate(Sum("attempts"))["attempts__sum"] <= 210


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_three_workers_send_each_mail_once(smtp, queued):
    rows = [queued(f"order:B-{number}") for number in range(60)]

    sent = race(3, [partial(deliver_due, 100)] * 3)

    assert sum(count for count in sent if isinstance(count, int)) == 60
    assert sorted(smtp.message_ids) == sorted(row.message_id for row in rows)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_claim_three_workers_repeat_mails(smtp, queued):
    """The positive control: the same race shows the fault when mails are read and then marked."""
    for number in range(60):
        queued(f"order:B-{number}")
    all_have_read = first_together(3)

    def send_without_claim() -> None:
        rows = list(EmailMessage.objects.filter(state=EmailState.QUEUED).order_by("pk"))
        all_have_read()
        for row in rows:
            claim = delivery.Claim(
                row.pk, 1, timezone.now(), row.message_id, row.template, row.recipient, row.context, "en-gb"
            )
            delivery._deliver(claim)
            EmailMessage.objects.filter(pk=row.pk).update(state=EmailState.SENT)

    race(3, [send_without_claim] * 3)

    assert len(smtp.messages) == 3 * 60
