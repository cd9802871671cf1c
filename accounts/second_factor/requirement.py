"""Whether a member of staff needs a second factor, has one, or has to set one up first."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Authenticator, User
from backoffice.db.transactions import write_transaction
from backoffice.errors import Forbidden, NotAuthenticated, Title

GRACE = timedelta(days=7)


class SetUpFirst(Forbidden):
    code = "second_factor_missing"
    title: ClassVar[Title] = gettext_lazy("Set up a second factor first")


class SecondFactorRequired(NotAuthenticated):
    """The password was right, and is not enough; `challenge` goes on with what else is shown."""

    code = "second_factor_required"
    title: ClassVar[Title] = gettext_lazy("A second factor is needed")

    def __init__(self, challenge: str) -> None:
        super().__init__(
            _("Send the challenge with a code to POST /api/v1/auth/token/second within five minutes.")
        )
        self.challenge = challenge

    @property
    def members(self) -> dict[str, Any]:
        return {"challenge": self.challenge}


class Next(Enum):
    """What follows the right password."""

    SESSION = "session"
    FACTOR = "factor"
    SET_UP = "set_up"


def is_offered() -> bool:
    return bool(settings.SHOP_MFA != "off")


def is_required() -> bool:
    return bool(settings.SHOP_MFA == "required")


def has_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user).exists()


def after_password(user: User) -> Next:
    """Return what follows the right password; in doubt more than the password is needed."""
    if not user.is_staff or not is_offered():
        return Next.SESSION
    if has_factor(user):
        return Next.FACTOR
    return Next.SET_UP if is_overdue(user) else Next.SESSION


def is_overdue(user: User) -> bool:
    """Whether their days of grace are over."""
    due = due_at(user)
    return due is not None and due <= timezone.now()


def due_at(user: User) -> datetime | None:
    """Return by when they have to set one up; None while nothing is required of them."""
    return user.mfa_required_from if is_required() and user.is_staff else None


@write_transaction
def begin_grace(user: User) -> None:
    """Let the days begin in which somebody who signs in without a second factor may set one up."""
    if not (is_required() and user.is_staff and user.mfa_required_from is None) or has_factor(user):
        return
    due = timezone.now() + GRACE
    User.objects.filter(pk=user.pk, mfa_required_from=None).update(mfa_required_from=due)
    user.mfa_required_from = due


def insist(user: User) -> None:
    """Refuse who should have set one up by now. Raises SetUpFirst."""
    if after_password(user) is Next.SET_UP:
        raise set_up_first()


def set_up_first() -> SetUpFirst:
    return SetUpFirst(_("This account needs a second factor: sign in to the back office and set one up."))
