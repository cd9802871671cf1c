"""Every index has a query that needs it, for whoever writes a row of its table pays for it.

Constraints need no other reason than the rows that they keep apart. Django's own tables are as it makes them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.deletion import Collector
from django.utils import timezone

from accounts import sweeping
from accounts.history import latest_events
from accounts.models import AccountEvent, Customer, RefreshToken, SettingChange, TokenFamily, User
from accounts.second_factor.requirement import has_factor
from accounts.shop.looking import setting_changes
from accounts.sign_in.sessions import living_sessions
from accounts.tokens.refresh import living_families
from backoffice import jobs
from backoffice.outbox.delivery import claim_next
from backoffice.outbox.models import EmailMessage, EmailState
from catalog.admin.category_history import history_of as history_of_category
from catalog.families.holding import history_of as history_of_family
from catalog.models import Category, Product, ProductChange, ProductImport, StockImport, StockMovement
from catalog.product_history import changes_of
from orders import audit
from orders.admin.payments.filters import entries_matching
from orders.admin.promos.history import history_of as history_of_promotion
from orders.finding import orders_matching
from orders.fulfilment.sending_again import emails_about
from orders.models import (
    Allowance,
    Order,
    OrderEvent,
    PaymentEntry,
    PromoCode,
    Promotion,
    PromotionCategory,
    Return,
    Shipment,
)
from orders.models.payments import NEWEST_FIRST as NEWEST_ENTRIES
from orders.payments.audit import audit_payments
from orders.placing.open_limits import open_of
from orders.promotions.uses import other_orders_of
from orders.readers.customers import history_of as history_of_customer
from orders.status import PaymentState

pytestmark = pytest.mark.django_db
NEWEST = ("-placed_at", "-id")
OURS = ("accounts", "backoffice", "catalog", "orders", "outbox")


def user() -> User:
    return User(pk=1, auth_version=1)


def deleting(row: Any, *, looks_in: Any, by: str) -> QuerySet[Any]:
    """Return what Django asks before it deletes the row; a foreign key has the database ask the same."""
    return Collector(using="default").related_objects(looks_in, [looks_in._meta.get_field(by)], [row])


type Query = Callable[[], object]
# By the index's name; the hash that ends the name of an unnamed one is left out.
NEEDED: Mapping[str, Query] = {
    # Accounts
    "accounts_accountevent_actor_id": lambda: deleting(user(), looks_in=AccountEvent, by="actor"),
    "accounts_authenticator_user_id": lambda: has_factor(user()),
    "accounts_browsersession_expire_date": lambda: sweeping.sweep(timezone.now()),
    "accounts_browsersession_user_id": lambda: living_sessions(user()),
    "accounts_refreshtoken_expires_at": lambda: sweeping.sweep(timezone.now()),
    "accounts_refreshtoken_family_id": lambda: deleting(
        TokenFamily(pk=1), looks_in=RefreshToken, by="family"
    ),
    "accounts_tokenfamily_user_id": lambda: living_families(user(), timezone.now()),
    "accounts_settingchange_actor_id": lambda: deleting(user(), looks_in=SettingChange, by="actor"),
    "change_of_setting": lambda: setting_changes("SHOP_NAME")[:50],
    "customer_merged_into": lambda: Order.objects.all().of_email("theo@example.com"),
    "event_of_account": lambda: latest_events(user()),
    "event_of_customer": lambda: list(history_of_customer(Customer(pk=1))),
    "orders_customerevent_other_id": lambda: list(history_of_customer(Customer(pk=1))),
    # What is answered, sent and swept
    "backoffice_idempotencyrecord_created_at": jobs.sweep,
    "email_about": lambda: emails_about(Order(number="B-100042")),
    "email_by_state": lambda: EmailMessage.objects.filter(state=EmailState.DEAD).count(),
    "email_due": claim_next,
    # Products and their stock
    "catalog_categorychange_category_id": lambda: history_of_category(1),
    "catalog_earliersku_product_id": lambda: list(Product(pk=1).earlier_skus.all()),
    "catalog_familychange_family_id": lambda: history_of_family(1),
    "catalog_product_category_id": lambda: deleting(Category(pk=1), looks_in=Product, by="category"),
    "change_by": lambda: deleting(user(), looks_in=ProductChange, by="actor"),
    "change_of_import": lambda: ProductImport(pk=1).entries.order_by("pk"),
    "change_of_product": lambda: changes_of(Product(pk=1))[:50],
    "movement_at": lambda: StockMovement.objects.filter(at__gte=timezone.now()).order_by("-at"),
    "movement_by": lambda: StockMovement.objects.filter(actor=1),
    "movement_of_import": lambda: StockImport(pk=1).movements.all(),
    "movement_of_product": lambda: StockMovement.objects.filter(product=1).order_by("-id")[:50],
    "movement_reference": lambda: StockMovement.objects.filter(reference__in=["B-100042", "b-100042"]),
    "product_name": lambda: Product.objects.order_by("name", "pk")[:20],
    "stock_import_digest": lambda: StockImport.objects.filter(digest="0" * 64).order_by("pk"),
    # Orders
    "event_of_order": lambda: Order(pk=1).events.order_by("-id")[:50],
    "line_of_product": lambda: orders_matching(Order.objects.all(), "MUG-7"),
    "order_by_promo_code": lambda: Order.objects.with_promo_code("TEN").order_by(*NEWEST)[:25],
    "order_by_status": lambda: Order.objects.filter(status="delivered").order_by(*NEWEST)[:25],
    "order_email": lambda: Order.objects.all().of_email("theo@example.com"),
    "order_external_number": lambda: orders_matching(Order.objects.all(), "wc-1"),
    "order_largest": lambda: Order.objects.order_by("-total", "-id")[:25],
    "order_newest": lambda: Order.objects.order_by(*NEWEST)[:25],
    "order_of_customer": lambda: other_orders_of(1, than=2),
    "order_open_of_customer": lambda: open_of(1),
    "order_open_oldest": lambda: Order.objects.open().order_by("placed_at", "id")[:25],
    "order_owed": lambda: Order.objects.in_payment_state(PaymentState.TO_PAY_BACK).order_by(*NEWEST)[:25],
    "order_owing": lambda: Order.objects.filter(due__above_zero=True).order_by(*NEWEST)[:25],
    "order_owing_until": lambda: Order.objects.overdue(timezone.localdate()).order_by("payment_due_on", "id"),
    "order_with_note": lambda: Order.objects.filter(note__filled=True).order_by(*NEWEST)[:25],
    "orders_allowance_order_id": lambda: Allowance.objects.filter(order=1),
    "orders_allowanceline_order_line_id": audit_payments,
    "payment_by": lambda: PaymentEntry.objects.filter(actor=1),
    "payment_by_amount": lambda: PaymentEntry.objects.filter(paid_delta__in=[25, -25]),
    "payment_by_day": lambda: PaymentEntry.objects.order_by(*NEWEST_ENTRIES)[:25],
    "payment_by_kind": lambda: PaymentEntry.objects.filter(kind="refund").order_by(*NEWEST_ENTRIES)[:25],
    "payment_by_method": lambda: PaymentEntry.objects.filter(method="card").order_by(*NEWEST_ENTRIES)[:25],
    "payment_by_reference": lambda: entries_matching(PaymentEntry.objects.all(), "NTRF 4711"),
    "payment_with_note": lambda: PaymentEntry.objects.filter(note__filled=True).order_by(*NEWEST_ENTRIES)[
        :25
    ],
    "payment_of_order": lambda: PaymentEntry.objects.filter(order=1).order_by("-id")[:50],
    "orders_cancellation_order_id": audit.audit_orders,
    "orders_cancellationline_order_line_id": audit.audit_orders,
    "orders_order_placed_by_id": lambda: deleting(user(), looks_in=Order, by="placed_by"),
    "orders_orderevent_actor_id": lambda: deleting(user(), looks_in=OrderEvent, by="actor"),
    "orders_return_order_id": lambda: Return.objects.filter(order=1),
    "orders_returnline_order_line_id": audit.audit_orders,
    "orders_shipment_order_id": lambda: Order(pk=1).shipments.all(),
    "orders_shipmentline_order_line_id": audit.audit_orders,
    "shipment_tracking": lambda: Shipment.objects.with_tracking_number("TR1"),
    "shipment_tracking_end": lambda: Shipment.objects.tracked_by("98877"),
    # Promotions
    "orders_promocode_code_like": lambda: PromoCode.objects.filter(code__startswith="SPRING"),
    "orders_promocode_promotion_id": lambda: PromoCode.objects.filter(promotion=1),
    "orders_promotion_categories_category_id": lambda: deleting(
        Category(pk=1), looks_in=PromotionCategory, by="category"
    ),
    "orders_promotionevent_promo_code_id": lambda: history_of_promotion(
        PromoCode(pk=1, promotion=Promotion(is_batch=True)), user()
    ),
    "orders_promotionevent_promotion_id": lambda: history_of_promotion(Promotion(pk=1), user()),
    "orders_redemption_customer_id": lambda: Customer(pk=1).redemptions.all(),
    "orders_redemption_promo_code_id": lambda: PromoCode(pk=1).redemptions.order_by("-redeemed_at", "-pk"),
    "orders_redemption_promotion_id": lambda: Promotion(pk=1).redemptions.order_by("-redeemed_at", "-pk"),
}
# Other tests leave statistics of a few rows, by which any index would do.
NOTHING_IS_KNOWN = (
    "UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE relnamespace = 'public'::regnamespace",
    "DELETE FROM pg_statistic WHERE starelid >= 16384",
)
POSTGRESQL_ALONE = {"email_due", "order_open_oldest", "orders_promocode_code_like"}
# Django makes it for every text that is a primary key.
UNASKED = {"accounts_browsersession_session_key_like"}


@pytest.mark.parametrize("index", NEEDED)
def test_a_query_takes_each_index(index: str) -> None:
    present = {_plain(name): name for _table, name in _indexes()}
    if index in POSTGRESQL_ALONE and connection.vendor == "sqlite":
        pytest.skip("SQLite has none, or sorts the few rows that another index finds")
    assert any(present[index] in plan for plan in _plans(NEEDED[index]))


def test_no_index_is_without_a_query() -> None:
    present = {_plain(name) for _table, name in _indexes()} - UNASKED
    assert present <= set(NEEDED)


def test_each_index_and_constraint_of_a_model_is_in_the_database() -> None:
    with connection.cursor() as cursor:
        for model in _models():
            named = {each.name for each in (*model._meta.indexes, *model._meta.constraints)}
            present = connection.introspection.get_constraints(cursor, model._meta.db_table)
            assert named <= set(present), model


def _plans(query: Query) -> list[str]:
    """Return how the database would answer each of the statements; PostgreSQL as though rows were many."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        asked.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        answer = query()
        if isinstance(answer, QuerySet):
            list(answer)
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            for forget in NOTHING_IS_KNOWN:
                cursor.execute(forget)
        explained = [
            # With its parameters: SQLite takes no index of which they say that it holds the rows.
            cursor.execute(f"{explain} {sql}", parameters).fetchall()
            for sql, parameters in asked
            if sql.startswith(("SELECT", "UPDATE", "DELETE"))
        ]
    return [str(rows) for rows in explained]


def _plain(name: str) -> str:
    return re.sub(r"_[0-9a-f]{8}(?=_like$|$)", "", name)


def _models() -> list[type[Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def _indexes() -> list[tuple[str, str]]:
    """Return (table, name) of each index of our own tables that keeps no rows unique."""
    tables = {model._meta.db_table for model in _models()}
    query = (
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX %'"
        if connection.vendor == "sqlite"
        else "SELECT indrelid::regclass::text, indexrelid::regclass::text FROM pg_index WHERE NOT indisunique"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [(table, name) for table, name in cursor.fetchall() if table in tables]
