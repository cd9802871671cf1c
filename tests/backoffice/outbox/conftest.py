from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backoffice.outbox.models import EmailMessage
from backoffice.outbox.queueing import queue_email
from tests.backoffice.outbox.smtp import MailServer, mail_server

type Queued = Callable[..., EmailMessage]


@pytest.fixture
def smtp(settings: Any) -> Iterator[MailServer]:
    """The shop's mails go to this server."""
    with mail_server() as server:
        settings.MAILERS = {
            "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": server.options()}
        }
        yield server


@pytest.fixture
def queued() -> Queued:
    """Queue a mail and give its row."""

    def queue(cause: str = "order:B-1", **changes: Any) -> EmailMessage:
        fields = {
            "template": "order_placed",
            "recipient": "ann@example.com",
            "context": {"number": cause.partition(":")[2], "name": "Ann"},
            **changes,
        }
        queue_email(cause=cause, **fields)
        return EmailMessage.objects.get(
            cause=cause, template=fields["template"], recipient=fields["recipient"]
        )

    return queue
