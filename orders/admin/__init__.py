"""The admin of orders, promo codes and customers: autodiscovery finds their pages here."""

from orders.admin import customer
from orders.admin.order import order_list
from orders.admin.promos import batch, promo_code

__all__ = ["batch", "customer", "order_list", "promo_code"]
