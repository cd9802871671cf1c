from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts.roles import sync_roles_after_migrate

        # Permissions exist only after migrate; the roles' groups then follow the table in roles.py.
        post_migrate.connect(sync_roles_after_migrate, dispatch_uid="accounts.sync_roles")
