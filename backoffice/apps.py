from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig


class BackofficeConfig(AppConfig):
    name = "backoffice"
    default = True

    def ready(self) -> None:
        from backoffice.db import checks as _of_the_database  # noqa: F401
        from backoffice.server import checks as _of_the_server  # noqa: F401


class AdminConfig(SimpleAdminConfig):
    """Django's admin on our site. The URLs discover its pages: commands and workers start without them."""

    default_site = "backoffice.admin.site.BackofficeSite"
