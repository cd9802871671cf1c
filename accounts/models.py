"""People: users who sign in, from where and with what, what was done to their accounts, and customers."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.auth.hashers import make_password, verify_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.actors import Source, name_of
from backoffice.db.transactions import write_transaction


def normalised_email(email: str) -> str:
    """Trimmed and casefolded: one person, however they type their address."""
    return email.strip().casefold()


class UserManager(BaseUserManager["User"]):
    def unconfirmed(self) -> models.QuerySet["User"]:
        """Customers who have registered and not shown yet that the address is theirs."""
        return self.filter(is_staff=False, is_active=True, email_confirmed_at=None)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalised_email(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=normalised_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in with an e-mail address: staff, or a customer with an account.

    `auth_version` is in every access token and session; raising it makes all earlier ones worthless.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_staff = models.BooleanField("staff", default=False, help_text="May sign in to the back office.")
    is_active = models.BooleanField("active", default=True, help_text="Untick instead of deleting.")
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    auth_version = models.PositiveIntegerField(default=1, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = normalised_email(self.email)

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email.partition("@")[0]

    @property
    def greeting(self) -> str:
        """How mails address them. Before the address is confirmed a stranger may have typed the name."""
        return self.get_short_name() if self.is_staff or self.email_confirmed_at else ""

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is theirs; a hash that was made with older parameters is then renewed."""
        is_right, is_outdated = verify_password(raw_password, self.password)
        if is_right and is_outdated:
            self._renew_hash(make_password(raw_password))
        return is_right

    @write_transaction
    def _renew_hash(self, renewed: str) -> None:
        # In the place of the one that was checked alone: a password chosen meanwhile stays.
        if User.objects.filter(pk=self.pk, password=self.password).update(password=renewed):
            self.password = renewed

    def get_session_auth_hash(self) -> str:
        """Sessions fall with `auth_version`, as tokens do, and not with the password alone."""
        return f"{self.auth_version}:{super().get_session_auth_hash()}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for fallback in super().get_session_auth_fallback_hash():
            yield f"{self.auth_version}:{fallback}"

    @property
    def may_sign_in(self) -> bool:
        """Active; a customer's account works only once its address is confirmed."""
        return self.is_active and (self.is_staff or self.email_confirmed_at is not None)


class Customer(models.Model):
    """A person who orders, unique by normalised e-mail, with or without a user account."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="customer"
    )
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        permissions = (("export_customer", "Can export customers"),)

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        self.email = normalised_email(self.email)


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


class KnownPlace(models.Model):
    """An address (of IPv6 its /64) from which somebody has signed in, or come by a link of a mail."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_places")
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
    browser = models.CharField(max_length=200, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        # Which knows the models.
        store: type[SessionBase] = import_string("accounts.sign_in.sessions.SessionStore")
        return store


class TokenFamily(models.Model):
    """One sign-in on one client: the refresh tokens that followed from it. Dies as a whole."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    auth_version = models.PositiveIntegerField()
    address = models.CharField(max_length=45, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(help_text="The absolute end, however often it is refreshed.")
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"


class RefreshToken(models.Model):
    """A single-use opaque token; only its SHA-256 is kept."""

    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"of family {self.family_id}, issued {self.issued_at:%Y-%m-%d %H:%M}"
