"""Somebody who signs in: staff, or a customer with an account."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.auth.hashers import make_password, verify_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.db.fields import LineField
from backoffice.db.search_text import Searched, SearchTextField
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import known_as, normalised_email, readable_email, valid_email
from backoffice.errors import Fault, Invalid
from backoffice.languages import languages


class UserManager(BaseUserManager["User"]):
    def unconfirmed(self) -> models.QuerySet["User"]:
        """Return customers who have registered and not yet shown that the address is theirs."""
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


class User(Searched, AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in with an e-mail address: staff, or a customer with an account.

    `auth_version` is in every access token and session; raising it makes all earlier ones worthless.
    """

    email = models.EmailField(_("e-mail address"), validators=[valid_email])
    name = LineField(_("name"), max_length=150, blank=True)
    # A code of `languages`; empty is the shop's own.
    language = models.CharField(_("language"), max_length=10, blank=True, choices=languages)
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May sign in to the back office."))
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Turn off instead of deleting."))
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    # Set while a second factor is required of them that they do not have: from then on nothing else works.
    mfa_required_from = models.DateTimeField(null=True, editable=False)
    auth_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    search_text = SearchTextField(texts=("email", "readable_email", "name"))

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (models.UniqueConstraint(fields=("email",), name="user_once_per_email"),)

    def __str__(self) -> str:
        return known_as(self.email)

    def clean(self) -> None:
        self.email = normalised_email(self.email)

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email.partition("@")[0]

    @property
    def readable_email(self) -> str:
        return readable_email(self.email)

    @property
    def greeting(self) -> str:
        """Return how mails address them; a stranger may have typed the name of an unconfirmed account."""
        return self.get_short_name() if self.is_staff or self.email_confirmed_at else ""

    def check_password(self, raw_password: str | None) -> bool:
        """Whether the password is theirs; if so, a hash with older parameters is renewed."""
        is_right, is_outdated = verify_password(raw_password, self.password)
        if is_right and is_outdated:
            self._renew_hash(make_password(raw_password))
        return is_right

    @write_transaction
    def _renew_hash(self, renewed: str) -> None:
        # It replaces only the hash that was checked: a password chosen meanwhile stays.
        if User.objects.filter(pk=self.pk, password=self.password).update(password=renewed):
            self.password = renewed

    def get_session_auth_hash(self) -> str:
        """Return a hash that also changes with `auth_version`, which thus ends sessions and tokens alike."""
        return f"{self.auth_version}:{super().get_session_auth_hash()}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for fallback in super().get_session_auth_fallback_hash():
            yield f"{self.auth_version}:{fallback}"

    @property
    def may_sign_in(self) -> bool:
        """Whether the user is active and, if a customer, has confirmed the address."""
        return self.is_active and (self.is_staff or self.email_confirmed_at is not None)


def checked_name(name: str) -> str:
    """Return a person's name as it is kept, trimmed.

    Raises:
        Invalid: too long, or with characters that no text may have; the fault points at /name.
    """
    try:
        return str(User._meta.get_field("name").clean(name.strip(), None))
    except ValidationError as error:
        detail = " ".join(error.messages)
        raise Invalid(f"name: {detail}", faults=[Fault("/name", "validation", detail)]) from None
