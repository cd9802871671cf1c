"""What the mails about an order look like as data."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import User
from backoffice.outbox.models import EmailMessage
from orders.visibility import may_know_customers

EMAIL_FIELDS = ("id", "template", "recipient", "subject", "state", "created_at", "sent_at")


def email_as_data(row: Mapping[str, Any], fields: Iterable[str], *, to: User | None) -> dict[str, Any]:
    """Return these fields of a mail, as this user may know them; None is the system."""
    is_personal = to is None or may_know_customers(to)
    return {name: row[name] if is_personal or name != "recipient" else None for name in fields}


def email_data(email: EmailMessage, *, to: User | None) -> dict[str, Any]:
    """Return all fields of one mail."""
    row = {name: getattr(email, name) for name in EMAIL_FIELDS}
    return email_as_data(row, EMAIL_FIELDS, to=to)
