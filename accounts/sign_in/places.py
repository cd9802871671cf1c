"""Where somebody has signed in before. Strangers who guess at their password cannot lock them out there."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import KnownPlace, User
from backoffice.db.transactions import write_transaction
from backoffice.requests.addresses import address_block

KNOWN_FOR = timedelta(days=90)


@write_transaction
def know_place(user: User, address: str) -> bool:
    """The account may be signed in to from here whatever strangers do; tells whether that is news."""
    now, block = timezone.now(), address_block(address)
    KnownPlace.objects.filter(user=user, last_seen_at__lt=now - KNOWN_FOR).delete()
    if KnownPlace.objects.filter(user=user, block=block).update(last_seen_at=now):
        return False
    KnownPlace.objects.bulk_create([KnownPlace(user=user, block=block)], ignore_conflicts=True)
    return True


def is_known_place(user: User | None, address: str) -> bool:
    """One query in any case: the time that it takes does not tell."""
    since = timezone.now() - KNOWN_FOR
    block = address_block(address)
    of_user = KnownPlace.objects.filter(user_id=user.pk if user else 0, block=block)
    return of_user.filter(last_seen_at__gte=since).exists()
