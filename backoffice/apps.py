from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.core.signals import request_finished, request_started
from django.db.models.signals import post_migrate


class BackofficeConfig(AppConfig):
    name = "backoffice"
    default = True

    def ready(self) -> None:
        from backoffice.db import checks as _of_the_database  # noqa: F401
        from backoffice.db.books_currency import keep_currency
        from backoffice.server import checks as _of_the_server  # noqa: F401
        from backoffice.shop.in_force import begin_reading, end_reading

        request_started.connect(begin_reading, dispatch_uid="backoffice.begin_reading")
        request_finished.connect(end_reading, dispatch_uid="backoffice.end_reading")
        post_migrate.connect(keep_currency, sender=self, dispatch_uid="backoffice.keep_currency")


class AdminConfig(SimpleAdminConfig):
    """Django's admin on our site. The URLs discover its pages: commands and workers start without them."""

    default_site = "backoffice.admin.site.BackofficeSite"
