"""The admin of orders, promo codes and customers: autodiscovery finds their pages here."""

from orders.admin import customer, order, promo

__all__ = ["customer", "order", "promo"]
