"""What somebody finds in their mailbox."""

from typing import Any

from backoffice.outbox.models import EmailMessage


def templates_sent_to(email: str) -> list[str]:
    return list(
        EmailMessage.objects.filter(recipient=email).order_by("pk").values_list("template", flat=True)
    )


def token_sent_to(email: str) -> str:
    """That of the newest mail which has one."""
    token: str = context_of_link_sent_to(email)["secret_token"]
    return token


def context_of_link_sent_to(email: str) -> dict[str, Any]:
    mails = EmailMessage.objects.filter(recipient=email).order_by("-pk")
    return next(mail.context for mail in mails if "secret_token" in mail.context)
