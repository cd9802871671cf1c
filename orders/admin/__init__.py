"""The admin of orders, promo codes and customers: autodiscovery finds their pages here."""

from orders.admin import customer
from orders.admin.order import order_admin
from orders.admin.promos import promo_code, promotion

__all__ = ["customer", "order_admin", "promo_code", "promotion"]
