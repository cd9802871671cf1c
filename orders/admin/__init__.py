"""The admin of orders, promo codes and customers: autodiscovery finds their pages here."""

from orders.admin import batch, customer, order, promo

__all__ = ["batch", "customer", "order", "promo"]
