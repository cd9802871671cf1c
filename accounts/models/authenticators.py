"""What somebody shows beside their password: an app that makes codes, passkeys, codes on paper."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from backoffice.db.fields import LineField


class AuthenticatorKind(models.TextChoices):
    TOTP = "totp", _("Authenticator app")
    PASSKEY = "passkey", _("Passkey")


class Authenticator(models.Model):
    """An app that makes six-digit codes (RFC 6238), or a passkey (WebAuthn)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="authenticators")
    kind = models.CharField(max_length=7, choices=AuthenticatorKind)
    # Of a passkey alone: there is one app.
    name = LineField(max_length=60, blank=True)
    # Of an app: encrypted, see accounts/second_factor/sealing.py.
    secret = models.CharField(max_length=200, blank=True)
    # Of an app: the latest step of 30 seconds whose code was used. Each is good once, and none before it.
    last_step = models.BigIntegerField(default=0)
    # Of a passkey, in base64url.
    credential_id = models.CharField(max_length=1400, null=True)  # noqa: DJ001
    public_key = models.TextField(blank=True)
    sign_count = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("credential_id",), name="passkey_once"),
            models.UniqueConstraint(
                fields=("user",), condition=Q(kind=AuthenticatorKind.TOTP), name="one_app_per_user"
            ),
            models.CheckConstraint(
                condition=Q(kind=AuthenticatorKind.TOTP, credential_id=None, public_key="") & ~Q(secret="")
                | Q(kind=AuthenticatorKind.PASSKEY, credential_id__isnull=False, secret="")
                & ~Q(public_key="")
                & ~Q(name=""),
                name="authenticator_is_app_or_passkey",
            ),
            models.CheckConstraint(condition=Q(last_step__gte=0), name="authenticator_last_step"),
        )

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())

    @property
    def is_passkey(self) -> bool:
        return self.kind == AuthenticatorKind.PASSKEY


class RecoveryCode(models.Model):
    """One of ten codes on paper, good once; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes", db_index=False)
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("user", "code_hash"), name="recovery_code_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.code_hash[:8]}"


class SpentChallenge(models.Model):
    """A state between the password and the second factor that has let somebody in: good once."""

    nonce = models.CharField(max_length=43)
    spent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("nonce",), name="challenge_spent_once"),)

    def __str__(self) -> str:
        return self.nonce
