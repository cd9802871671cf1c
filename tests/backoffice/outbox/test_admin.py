"""The page of one e-mail: what was, or would be, sent, and sending it again."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client

from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage, EmailState
from tests.factories import make_customer, make_product, place

pytestmark = pytest.mark.django_db
type SignIn = Callable[[str], Client]


class Letters(HTMLParser):
    """The documents inside a page's frames."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "iframe":
            self.found.append(dict(attrs)["srcdoc"] or "")


@pytest.fixture
def message() -> EmailMessage:
    make_product("TEA-01", on_hand=5, name='Tea "Earl" <Grey>')
    place({"TEA-01": 2}, customer=make_customer("theo@example.com"))
    return EmailMessage.objects.get()


def page_of(client: Client, message: EmailMessage) -> str:
    return client.get(f"/admin/outbox/emailmessage/{message.pk}/change/").content.decode()


def test_a_waiting_mail_is_shown_as_it_would_be_sent(manager: Client, message: EmailMessage) -> None:
    page = page_of(manager, message)

    [letter] = Letters(page).found
    assert letter.startswith("<!doctype html>")
    assert letter.rstrip().endswith("</html>")
    assert "Tea &quot;Earl&quot; &lt;Grey&gt;" in letter
    assert "2 x Tea &quot;Earl&quot; &lt;Grey&gt; (TEA-01)" in page
    assert "As it would be sent now" in page
    assert f"Order placed to {message.recipient}" in page


@pytest.mark.parametrize("state", ["withdrawn", "suppressed"])
def test_a_mail_that_is_never_sent_is_not_said_to_wait(
    manager: Client, message: EmailMessage, state: str
) -> None:
    EmailMessage.objects.update(state=state)
    page = page_of(manager, message)
    assert "As it would have been sent" in page
    assert "As it would be sent now" not in page


def test_a_sent_mail_is_shown_as_it_was_sent(manager: Client, message: EmailMessage) -> None:
    deliver_due()
    message.refresh_from_db()

    page = page_of(manager, message)

    assert Letters(page).found == [message.html]
    assert "As it was sent" in page


def test_a_mail_that_was_given_up_can_be_sent_again(manager: Client, message: EmailMessage) -> None:
    EmailMessage.objects.update(state=EmailState.DEAD, attempts=8, error="550 no such mailbox")
    assert "550 no such mailbox" in page_of(manager, message)

    manager.post(f"/admin/outbox/emailmessage/{message.pk}/send-again/")

    message.refresh_from_db()
    assert (message.state, message.attempts) == (EmailState.QUEUED, 0)


def test_a_mail_that_cannot_be_rendered_has_its_page_all_the_same(
    manager: Client, message: EmailMessage
) -> None:
    EmailMessage.objects.update(template="no_such_template")

    page = page_of(manager, message)

    assert Letters(page).found == []
    assert "It cannot be rendered: TemplateDoesNotExist" in page


def test_colleagues_without_the_right_see_no_mail(sign_in: SignIn, message: EmailMessage) -> None:
    assert sign_in("Warehouse").get(f"/admin/outbox/emailmessage/{message.pk}/change/").status_code == 403


@pytest.mark.parametrize(
    "narrowed",
    [
        "context__secret_token__startswith=M",
        "context__icontains=secret",
        "html__contains=secret",
        "recipient__regex=(",
        "template__regex=(",
    ],
)
def test_no_secret_of_a_mail_can_be_guessed_letter_by_letter(
    sign_in: SignIn, message: EmailMessage, narrowed: str
) -> None:
    """Support sees that a mail waits, and must not get at the link in it by narrowing the list."""
    support = sign_in("Support")
    assert support.get("/admin/outbox/emailmessage/?template=order_placed").status_code == 200

    assert support.get(f"/admin/outbox/emailmessage/?{narrowed}").status_code == 400
