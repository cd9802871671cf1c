"""What was done to accounts."""

from django.db import models
from django.utils import timezone

from accounts.models.sources import Source, name_of
from accounts.models.users import User


class AccountChange(models.TextChoices):
    CREATED = "created", "Account created"
    INVITED = "invited", "Invited"
    ROLE = "role", "Role changed"
    DEACTIVATED = "deactivated", "Deactivated"
    ACTIVATED = "activated", "Activated"
    PASSWORD = "password", "Password changed"
    LINK = "link", "Password link sent"
    SIGNED_IN = "signed_in", "Signed in"
    REFUSED = "refused", "Sign-in refused"
    LIMITED = "limited", "Too many guesses"
    SIGNED_OUT = "signed_out", "Signed out"
    REPLAYED = "replayed", "A refresh token was used twice"
    EXPORTED = "exported", "Exported"
    BACKED_UP = "backed_up", "Backup written"
    RESTORED = "restored", "Backup restored"


class AccountEvent(models.Model):
    """What was done to or with an account, by whom, when and from where; in the transaction of the change.

    A refused sign-in is kept for an address without an account too: the time that it takes does not tell.
    """

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=AccountChange)
    text = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.RESTRICT, related_name="+")
    source = models.CharField(max_length=6, choices=Source)
    address = models.CharField(max_length=45, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("user", "-id"), name="event_of_account"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.text}".strip()

    @property
    def by(self) -> str:
        return name_of(self.actor, self.source)
