"""Categories: no two look the same, and one stays while a product belongs to it or a promotion names it."""

import logging

from django.db import IntegrityError, transaction
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


class CategoryTaken(Conflict):
    code = "category_taken"
    title = gettext_lazy("Another category has it already")


@write_transaction
def save_category(category: Category, *, by: Actor) -> None:
    """Save a category that was checked to be clean.

    Raises:
        CategoryTaken: another one has just taken its name or slug.
    """
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError as error:
        raise CategoryTaken(_("Another category has this name or slug already.")) from error
    logger.info("Category %r saved by %s (%s)", category.name, by, by.source)


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
