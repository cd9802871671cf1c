from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Sales")

    def ready(self) -> None:
        from accounts.customers import FOLLOWERS
        from orders.customers.following import follow_account

        if follow_account not in FOLLOWERS:
            FOLLOWERS.append(follow_account)
