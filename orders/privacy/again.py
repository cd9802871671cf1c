"""Erase once more whom a restored backup brought back: the ledger knows which rows, and asks nobody."""

from collections.abc import Iterable

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Customer, User
from accounts.privacy import colleagues
from accounts.privacy.ledger import ErasedRow, came_back
from backoffice.db.transactions import write_transaction
from orders.privacy import erasing
from orders.privacy.person import person_of_row


def erase_again(known: Iterable[ErasedRow], *, by: Actor) -> int:
    """Erase the rows of these entries that are there again, each on its own; return how many.

    Orders that were open in the backup are in no way: they were finished when the person was erased.
    """
    return sum(_again(row, by) for row in list(came_back(known)))


@write_transaction
def _again(row: Customer | User, by: Actor) -> int:
    row.refresh_from_db()
    if row.erased_at is not None:
        return 0
    if isinstance(row, Customer):
        # What was merged into somebody else by then is theirs, and not looked at.
        erasing.carry_out(row, person_of_row(row), by=by, at=timezone.now())
    else:
        colleagues.carry_out(row, by=by)
    return 1
