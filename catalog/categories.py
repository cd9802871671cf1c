"""Categories: no two look the same, and one stays while a product belongs to it or a promotion names it."""

import logging
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict
from backoffice.numbers import grouped
from catalog.models import Category, CategoryChange, CategoryChangeKind

logger = logging.getLogger(__name__)

NAMED = 10
# What the history tracks of a category.
KEPT_OF = ("name", "slug")

type Values = Mapping[str, str]


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
    known = Category.objects.select_for_update().filter(pk=category.pk).first()
    before = _values_of(known) if known else {}
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError as error:
        raise CategoryTaken(_("Another category has this name or slug already.")) from error
    kind = CategoryChangeKind.CHANGED if known else CategoryChangeKind.CREATED
    _record(category.pk, kind, before, _values_of(category), by=by)
    logger.info("Category %r saved by %s (%s)", category.name, by, by.source)


@write_transaction
def delete_category(category: Category, *, by: Actor) -> None:
    """Forget a category that no product belongs to and no promotion is restricted to.

    Raises:
        CategoryInUse: naming what uses it; nothing was deleted.
    """
    # Restricting a promotion to it takes the same lock, so the later of the two sees the earlier one's work.
    held = Category.objects.select_for_update().get(pk=category.pk)
    category_key = held.pk
    try:
        held.delete()
    except ProtectedError as error:
        users = sorted({f"{each._meta.verbose_name} {each}" for each in error.protected_objects})
        raise CategoryInUse(_used_by(held, users)) from error
    _record(category_key, CategoryChangeKind.DELETED, _values_of(held), {}, by=by)
    logger.info("Category %r deleted by %s (%s)", held.name, by, by.source)


def _values_of(category: Category) -> Values:
    return {name: getattr(category, name) for name in KEPT_OF}


def _record(category: int, kind: CategoryChangeKind, before: Values, after: Values, *, by: Actor) -> None:
    """Add an entry to the history about what differs; nothing if nothing does."""
    changes = {
        name: [before.get(name), after.get(name)] for name in KEPT_OF if before.get(name) != after.get(name)
    }
    if changes:
        CategoryChange.objects.create(
            category_id=category, kind=kind, changes=changes, actor=by.user, source=by.source
        )


def _used_by(category: Category, users: list[str]) -> str:
    more = len(users) - NAMED
    facts = {"name": category.name, "users": ", ".join(users[:NAMED]), "more": grouped(more)}
    if more <= 0:
        only_these = ngettext(
            "%(name)s cannot be deleted: %(users)s uses it. Change that first.",
            "%(name)s cannot be deleted: %(users)s use it. Change that first.",
            len(users),
        )
        return only_these % facts
    others_too = _("%(name)s cannot be deleted: %(users)s and %(more)s more use it. Change that first.")
    return others_too % facts
