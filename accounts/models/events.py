"""The entries of accounts' histories."""

from django.db import models
from django.utils import timezone

from accounts.models.changes import AccountChange, details_of
from accounts.models.sources import Source, name_of
from accounts.models.users import User


class AccountEvent(models.Model):
    """What was done to an account, by whom, when and from where; written in the change's transaction.

    A refused sign-in is also kept for an address without an account, so that the time taken does not tell.
    """

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=20, choices=AccountChange)
    # Old and new values as {"role": {"from": …, "to": …}}; the words are made when they are shown.
    facts = models.JSONField(default=dict, blank=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.RESTRICT, related_name="+")
    source = models.CharField(max_length=6, choices=Source)
    address = models.CharField(max_length=45, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("user", "-id"), name="event_of_account"),)

    def __str__(self) -> str:
        return self.sentence

    @property
    def details(self) -> str:
        return details_of(self.kind, self.facts)

    @property
    def sentence(self) -> str:
        """`Role changed Warehouse → Support`."""
        return f"{self.get_kind_display()} {self.details}".strip()

    @property
    def by(self) -> str:
        return name_of(self.actor, self.source)
