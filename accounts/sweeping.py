"""What nobody asks for again: registrations that were never confirmed, and sign-ins that have ended."""

from datetime import datetime, timedelta

from accounts.models import RefreshToken, TokenFamily, User
from backoffice.transactions import write_transaction

KEEP_UNCONFIRMED = timedelta(days=7)


@write_transaction
def sweep(now: datetime) -> int:
    """Delete them, and tell how many rows that were; an address that was given away is free again."""
    outdated = (
        User.objects.unconfirmed().filter(date_joined__lt=now - KEEP_UNCONFIRMED, customer=None),
        TokenFamily.objects.filter(expires_at__lt=now),
        RefreshToken.objects.filter(expires_at__lt=now),
    )
    return sum(rows.delete()[0] for rows in outdated)
