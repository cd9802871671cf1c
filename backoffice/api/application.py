"""The API of version 1: its doors, and how it says no. Loaded by the URLs alone."""

from django.conf import settings
from django.utils.module_loading import import_string

from backoffice.api import problems
from backoffice.api.inputs import StrictParser, strictly
from backoffice.api.openapi import DocumentedAPI
from backoffice.api.rate_limit import counted

DESCRIPTION = f"""
Products, stock, promo codes and orders of one shop. Money is in {settings.SHOP_CURRENCY}, as decimal strings;
times are ISO 8601 with an offset.

Sign in with `POST /api/v1/auth/token` and send `Authorization: Bearer <access>`. Every error is an RFC 9457
problem with a stable `code`. A POST with an `Idempotency-Key` may be repeated safely. Lists give `next` and
`previous` cursors; `?fields=` asks for some fields only; `ETag` with `If-None-Match` saves a download, with
`If-Match` it guards a change.
"""

api = DocumentedAPI(
    title="Shop API",
    version="1.0.0",
    description=DESCRIPTION.strip(),
    docs_url=None,
    urls_namespace="api",
    auth=import_string("accounts.api.auth.bearer"),
    parser=StrictParser(),
)
api.add_decorator(strictly)
for exception, handler in problems.HANDLERS:
    api.add_exception_handler(exception, counted(handler, throttled=problems.refused))

for prefix, router in (
    ("/auth", "accounts.api.sign_in.sign_in_router"),
    ("/users", "accounts.api.users.users_router"),
    ("", "accounts.api.shop.shop_router"),
    ("/users", "accounts.api.sessions.sessions_router"),
    ("/users", "orders.api.privacy.own_data_router"),
    # Before /products/{sku}, which would take their URLs; no product may be called “imports”.
    ("", "catalog.api.product_imports.product_import_router"),
    ("", "catalog.api.products.products_router"),
    ("", "catalog.api.pictures.picture_router"),
    ("", "catalog.api.families.families_router"),
    ("", "catalog.api.stock.stock_router"),
    ("", "catalog.api.stock_imports.import_router"),
    # Before /promo-codes/{code}, which would take their URLs.
    ("", "orders.api.promos.promotions.promotions_router"),
    ("/promo-codes", "orders.api.promos.backtest.backtest_router"),
    ("/promo-codes", "orders.api.promos.promo_codes.promo_router"),
    ("/customers", "orders.api.customers.customers_router"),
    ("/customers", "orders.api.privacy.person_router"),
    ("/orders", "orders.api.orders.orders_router"),
    ("/orders", "orders.api.actions.actions_router"),
    ("/orders", "orders.api.shipments.shipments_router"),
    ("/orders", "orders.api.emails.emails_router"),
    ("/orders", "orders.api.payments.payments_router"),
    ("", "orders.api.payments.ledger_router"),
    ("", "orders.api.payment_imports.payment_import_router"),
):
    api.add_router(prefix, router)
