"""Through which door something was done, and what whoever did it is called."""

from django.db import models

from accounts.models.users import User


class Source(models.TextChoices):
    API = "api", "API"
    ADMIN = "admin", "Admin"
    CLI = "cli", "Command line"
    IMPORT = "import", "Import"
    TASK = "task", "Task"


def name_of(user: User | None, source: str) -> str:
    """An e-mail address, or who that is whom no user stands for."""
    if user is not None:
        return user.email
    return "Nobody" if source in (Source.API, Source.ADMIN) else "System"
