"""Sign-ins of the API's clients."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User


class TokenFamily(models.Model):
    """One sign-in on one client: the refresh tokens that followed from it. Dies as a whole."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    auth_version = models.PositiveIntegerField()
    address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(help_text=_("The absolute end, however often it is refreshed."))
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name_plural = _("token families")

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"


class RefreshToken(models.Model):
    """A single-use opaque token; only its SHA-256 is kept."""

    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64)
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("token_hash",), name="refresh_token_once"),)

    def __str__(self) -> str:
        return f"of family {self.family_id}, issued {self.issued_at:%Y-%m-%d %H:%M}"
