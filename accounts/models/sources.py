"""The doors through which things are done, and the names of those who do them."""

from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from backoffice.email_addresses import known_as


class Source(models.TextChoices):
    API = "api", _("API")
    ADMIN = "admin", _("Admin")
    CLI = "cli", _("Command line")
    IMPORT = "import", _("Import")
    TASK = "task", _("Task")


def name_of(user: User | None, source: str) -> str:
    """Return the user's e-mail address, or in words who was erased or acts without a user."""
    if user is not None:
        return known_as(user.email)
    return gettext(nobody_in(source))  # of the catalogues


def nobody_in(source: str) -> str:
    """Return the text of the catalogues for who acts without a user."""
    return gettext_noop("Nobody") if source in (Source.API, Source.ADMIN) else gettext_noop("System")
