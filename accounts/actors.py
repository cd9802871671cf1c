"""Who did it, and through which door."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Source, User, name_of
from backoffice.email_addresses import known_as
from backoffice.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Actor:
    """A user, or the system (`user=None`), acting through a source."""

    user: User | None
    source: Source

    def __str__(self) -> str:
        return name_of(self.user, self.source)

    def may(self, permission: str) -> bool:
        """Whether the user holds `app.codename`; the system may do everything."""
        return self.user is None or self.user.has_perm(permission)

    def require(self, permission: str) -> None:
        """Refuse unless the actor may."""
        if not self.may(permission):
            raise Forbidden(_("Your role does not allow this. Ask a manager."))


def name_told_to(reader: User | None, name: str | None, *, is_staff: bool) -> str:
    """Return who did it: a name, "System", or "Customer" to readers who may not see customers."""
    if not name:
        return _("System")
    name = known_as(name)
    may_know = is_staff or reader is None or reader.has_perm("accounts.view_customer")
    return name if may_know else _("Customer")


SYSTEM = Actor(None, Source.TASK)
