"""Categories: what is sorted by one keeps it from being deleted."""

import logging

from django.db.models import ProtectedError

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict
from catalog.models import Category

logger = logging.getLogger(__name__)

NAMED = 10


class CategoryInUse(Conflict):
    code = "category_in_use"
    title = "The category is in use"


@write_transaction
def delete_category(category: Category, *, by: Actor) -> None:
    """Forget a category that no product belongs to and no promotion is restricted to.

    Raises:
        CategoryInUse: naming what uses it; nothing was deleted.
    """
    # Whoever restricts a promotion to it holds it too: one of the two sees what the other has done.
    held = Category.objects.select_for_update().get(pk=category.pk)
    try:
        held.delete()
    except ProtectedError as error:
        users = sorted({f"{each._meta.verbose_name} {each}" for each in error.protected_objects})
        more = f" and {len(users) - NAMED:,} more" if len(users) > NAMED else ""
        raise CategoryInUse(
            f"{held.name} cannot be deleted: {', '.join(users[:NAMED])}{more} "
            f"{'uses' if len(users) == 1 else 'use'} it. Change that first."
        ) from error
    logger.info("Category %r deleted by %s (%s)", held.name, by, by.source)
