"""Deleting categories: refused while a product belongs to one or a promotion names it."""

import logging

from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict
from catalog.models import Category

logger = logging.getLogger(__name__)

NAMED = 10


class CategoryInUse(Conflict):
    code = "category_in_use"
    title = gettext_lazy("The category is in use")


@write_transaction
def delete_category(category: Category, *, by: Actor) -> None:
    """Forget a category that no product belongs to and no promotion is restricted to.

    Raises:
        CategoryInUse: naming what uses it; nothing was deleted.
    """
    # Restricting a promotion to it takes the same lock, so the later of the two sees the earlier one's work.
    held = Category.objects.select_for_update().get(pk=category.pk)
    try:
        held.delete()
    except ProtectedError as error:
        users = sorted({f"{each._meta.verbose_name} {each}" for each in error.protected_objects})
        raise CategoryInUse(_used_by(held, users)) from error
    logger.info("Category %r deleted by %s (%s)", held.name, by, by.source)


def _used_by(category: Category, users: list[str]) -> str:
    more = len(users) - NAMED
    facts = {"name": category.name, "users": ", ".join(users[:NAMED]), "more": f"{more:,}"}
    if more <= 0:
        only_these = ngettext(
            "%(name)s cannot be deleted: %(users)s uses it. Change that first.",
            "%(name)s cannot be deleted: %(users)s use it. Change that first.",
            len(users),
        )
        return only_these % facts
    others_too = _("%(name)s cannot be deleted: %(users)s and %(more)s more use it. Change that first.")
    return others_too % facts
