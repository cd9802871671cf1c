"""The admin of orders, promo codes and customers: autodiscovery finds their pages here."""

from orders.admin import customer
from orders.admin.order import order_list
from orders.admin.promos import promo_code, promotion

__all__ = ["customer", "order_list", "promo_code", "promotion"]
