"""What every row of a history has: who did it, through which door and when."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import name_told_to
from accounts.models import Source, User


class HistoryIsAppendOnly(TypeError):
    """Code tried to rewrite history; it has to record a further row instead."""

    def __init__(self) -> None:
        message = "History is never changed or deleted: record a further row instead."  # not translated
        super().__init__(message)


class HistoryQuerySet[Row: models.Model](models.QuerySet[Row]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise HistoryIsAppendOnly

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise HistoryIsAppendOnly

    def delete(self) -> NoReturn:
        raise HistoryIsAppendOnly


class HistoryRow(models.Model):
    """A row that the ORM writes once, and never changes or deletes."""

    # Long histories have an index on it: the database looks there for a user who is deleted.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    source = models.CharField(_("door"), max_length=6, choices=Source)
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryIsAppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise HistoryIsAppendOnly

    def actor_told_to(self, reader: User | None) -> str:
        """Name who did it, as far as the reader may know."""
        actor = self.actor
        return name_told_to(
            reader, str(actor) if actor else None, is_staff=actor is not None and actor.is_staff
        )
