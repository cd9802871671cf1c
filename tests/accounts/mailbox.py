"""What somebody finds in their mailbox."""

from backoffice.outbox.models import EmailMessage


def templates_sent_to(email: str) -> list[str]:
    return list(
        EmailMessage.objects.filter(recipient=email).order_by("pk").values_list("template", flat=True)
    )


def token_sent_to(email: str) -> str:
    """That of the newest mail."""
    token: str = EmailMessage.objects.filter(recipient=email).latest("pk").context["secret_token"]
    return token
