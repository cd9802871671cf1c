import pytest

from backoffice.outbox.models import EmailMessage, EmailState
from tests.cli_fixtures import Answers, Shopctl

pytestmark = pytest.mark.django_db


def make_email(number: int, state: EmailState = EmailState.DEAD) -> EmailMessage:
    return EmailMessage.objects.create(
        cause=f"test:{number}",
        template="order_placed",
        recipient=f"c{number}@example.com",
        state=state,
        attempts=8,
    )


def test_emails_are_listed_by_state_and_recipient(answers: Answers) -> None:
    make_email(1)
    make_email(2, EmailState.SENT)
    assert [row["recipient"] for row in answers("emails", "list")] == ["c2@example.com", "c1@example.com"]
    assert [row["recipient"] for row in answers("emails", "list", "--state", "dead")] == ["c1@example.com"]
    assert [row["state"] for row in answers("emails", "list", "--recipient", "C2@example.com")] == ["sent"]


def test_a_given_up_email_is_tried_again_from_the_first_attempt_on(answers: Answers) -> None:
    message = make_email(1)
    (row,) = answers("emails", "requeue", message.pk)
    assert (row["state"], row["attempts"]) == ("queued", 0)


def test_all_given_up_ones_need_yes(shopctl: Shopctl) -> None:
    make_email(1)
    make_email(2)
    assert shopctl("emails", "requeue", "--all-dead").exit_code == 2
    assert EmailMessage.objects.filter(state=EmailState.DEAD).count() == 2
    assert shopctl("emails", "requeue", "--all-dead", "--yes").exit_code == 0
    assert EmailMessage.objects.filter(state=EmailState.QUEUED).count() == 2


def test_a_sent_email_is_not_sent_twice(shopctl: Shopctl) -> None:
    message = make_email(1, EmailState.SENT)
    assert shopctl("emails", "requeue", message.pk).exit_code == 1
    assert EmailMessage.objects.get().state == EmailState.SENT


def test_nothing_given_up_is_nothing_to_do(shopctl: Shopctl) -> None:
    assert shopctl("emails", "requeue", "--all-dead", "--fail-if-empty").exit_code == 3


def test_numbers_or_all_but_not_both(shopctl: Shopctl) -> None:
    assert shopctl("emails", "requeue").exit_code == 2
    assert shopctl("emails", "requeue", 1, "--all-dead").exit_code == 2
