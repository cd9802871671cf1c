"""The admin of orders, promo codes and customers: autodiscovery finds their pages here."""

from orders.admin import customer
from orders.admin.order import order_admin
from orders.admin.payment_files import payment_import
from orders.admin.payments import entries
from orders.admin.promos import promo_code, promotion

__all__ = ["customer", "entries", "order_admin", "payment_import", "promo_code", "promotion"]
