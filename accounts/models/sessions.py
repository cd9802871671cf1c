"""The places where people have signed in, and the browsers that they are signed in with."""

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models.users import User


class KnownPlace(models.Model):
    """An address (of IPv6 its /64) from which somebody has signed in, or come by a link of a mail."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_places", db_index=False)
    block = models.CharField(max_length=45)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "block"), name="place_known_once"),)

    def __str__(self) -> str:
        return self.block


class BrowserSession(AbstractBaseSession):
    """A browser that is signed in to the admin. Deleting the row signs it out at once."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="browser_sessions")
    auth_version = models.PositiveIntegerField(default=0)
    address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        # Imported late, for it imports the models.
        store: type[SessionBase] = import_string("accounts.sign_in.sessions.SessionStore")
        return store
