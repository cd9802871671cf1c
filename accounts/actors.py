"""Who did it, and through which door."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models

from backoffice.errors import Forbidden

if TYPE_CHECKING:
    from accounts.models import User


class Source(models.TextChoices):
    API = "api", "API"
    ADMIN = "admin", "Admin"
    CLI = "cli", "Command line"
    IMPORT = "import", "Import"
    TASK = "task", "Task"


@dataclass(frozen=True, slots=True)
class Actor:
    """A user, or the system (`user=None`), acting through a source."""

    user: "User | None"
    source: Source

    def __str__(self) -> str:
        return self.user.email if self.user else "System"

    def require(self, permission: str) -> None:
        """Refuse unless the user holds `app.codename`; the system may do everything."""
        if self.user is not None and not self.user.has_perm(permission):
            raise Forbidden("Your role does not allow this. Ask a manager.")


def name_told_to(reader: "User | None", name: str | None, *, is_staff: bool) -> str:
    """Whoever did it, as the reader may know them: not everybody may know the customers."""
    if not name:
        return "System"
    may_know = is_staff or reader is None or reader.has_perm("accounts.view_customer")
    return name if may_know else "Customer"


SYSTEM = Actor(None, Source.TASK)
