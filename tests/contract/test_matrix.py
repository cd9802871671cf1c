"""Every operation by nobody, by two customers and by each role of staff: who may do what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import ROLE_NAMES
from accounts.tokens.refresh import issue_pair
from orders.models import Order
from tests.contract.document import answered, one_connection, operation_id, operations
from tests.contract.shop import CODE, SKU, Shop
from tests.counts import forget_counts
from tests.factories import PASSWORD, make_customer, make_user
from tests.pictures import png


def other_customer(ada: User) -> int:
    """Whom Ada's customer has not been merged with, made anew."""
    return make_customer(name="Ada").pk


def another_order(ada: User) -> str:
    return str(Order.objects.exclude(customer__user=ada).latest("pk").number)


def order_of(ada: User) -> str:
    return str(Order.objects.get(customer__user=ada).number)


LINES = [{"sku": SKU, "quantity": 1}]
ADDRESS = {"name": "Theo Jansen", "line1": "Seeweg 56", "city": "Köln", "country": "DE"}
TERMS = {"name": "Summer", "percent_off": "5.00"}
NEW_PASSWORD = "another horse battery"
YEAR = {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}


@dataclass(frozen=True)
class Row:
    """The statuses that a sound request gets from nobody, Ada, Bob and each role, in the order of CALLERS."""

    statuses: str
    body: Any = None


CALLERS = ("nobody", "ada", "bob", *ROLE_NAMES)
EVERYBODY = "200 200 200 200 200 200 200 200"
SIGNED_IN = "401 200 200 200 200 200 200 200"
STAFF = "401 403 403 200 200 200 200 200"
MANAGER = "401 403 403 200 403 403 403 403"
SEES_PAYMENTS = "401 403 403 200 403 200 403 403"
STOCK_KEEPER = "401 403 403 200 200 403 403 403"
SEES_CUSTOMERS = "401 403 403 200 200 200 403 200"
SEES_PROMOS = "401 403 403 200 403 200 200 200"
MANAGES_PROMOS = "401 403 403 200 403 403 200 403"
FULFILS = "401 403 403 200 200 200 403 403"
# The order is Ada's, part-shipped. Nobody, Ada, Bob, Manager, Warehouse, Support, Marketing, Viewer.
MATRIX = {
    "sign_in": Row(EVERYBODY, {"email": "ada@example.com", "password": PASSWORD}),
    "sign_in_second": Row(
        "401 401 401 401 401 401 401 401", {"challenge": "of-no-password", "code": "287082"}
    ),
    "refresh_tokens": Row(EVERYBODY, lambda ada: {"refresh": issue_pair(ada).refresh}),
    "sign_out": Row("401 204 204 204 204 204 204 204"),
    "change_password": Row(
        "401 204 204 204 204 204 204 204", {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    ),
    "request_password_reset": Row("202 202 202 202 202 202 202 202", {"email": "ada@example.com"}),
    "reset_password": Row(
        "422 422 422 422 422 422 422 422", {"token": "of-no-mail", "new_password": NEW_PASSWORD}
    ),
    "confirm_email": Row(
        "422 422 422 422 422 422 422 422", {"token": "of-no-mail", "password": "a good long phrase"}
    ),
    "request_email_change": Row(
        "401 202 202 202 202 202 202 202", {"email": "another@example.com", "password": PASSWORD}
    ),
    "confirm_email_change": Row("422 422 422 422 422 422 422 422", {"token": "of-no-mail"}),
    "stop_email_change": Row("422 422 422 422 422 422 422 422", {"token": "of-no-mail"}),
    "change_email_of_user": Row("401 403 403 202 403 403 403 403", {"email": "another@example.com"}),
    "register": Row(
        "202 202 202 202 202 202 202 202", {"email": "new@example.com", "password": NEW_PASSWORD}
    ),
    "list_users": Row(MANAGER),
    "invite_user": Row("401 403 403 201 403 403 403 403", {"email": "new@example.com", "role": "Viewer"}),
    "get_me": Row(SIGNED_IN),
    "change_me": Row(SIGNED_IN, {"name": "Ada Lovelace"}),
    "list_my_sessions": Row(SIGNED_IN),
    "end_my_other_sessions": Row("401 204 204 204 204 204 204 204"),
    "end_my_session": Row("401 404 404 404 404 404 404 404"),
    "end_sessions_of_user": Row("401 403 403 204 403 403 403 403"),
    "get_user": Row(MANAGER),
    "change_user": Row(MANAGER, {"is_active": False}),
    "get_shop": Row(EVERYBODY),
    "list_products": Row(EVERYBODY),
    "create_product": Row("401 403 403 201 403 403 403 403", {"sku": "NEW", "name": "New", "price": "1.00"}),
    "get_product": Row(EVERYBODY),
    "change_product": Row(MANAGER, {"price": "4.00"}),
    "archive_product": Row("401 403 403 204 403 403 403 403"),
    "add_picture": Row("401 403 403 201 403 403 403 403", {"file": png(colour="#000000")}),
    "change_picture": Row(MANAGER, {"alt": "A lantern", "position": 1}),
    "remove_picture": Row("401 403 403 204 403 403 403 403"),
    "import_products": Row("401 403 403 201 403 403 403 403", {"file": f"sku,price\n{SKU},4.00\n".encode()}),
    "list_product_imports": Row(STAFF),
    "get_product_import": Row(STAFF),
    "list_product_import_rows": Row(STAFF),
    "get_rejected_products": Row(STAFF),
    "apply_product_import": Row(MANAGER, {"skip_invalid": True}),
    "undo_product_import": Row("401 403 403 409 403 403 403 403"),
    "list_categories": Row(EVERYBODY),
    "list_families": Row(EVERYBODY),
    "get_family": Row(EVERYBODY),
    "create_family": Row("401 403 403 201 403 403 403 403", {"name": "Bowl", "options": ["Size"]}),
    "change_family": Row(MANAGER, {"name": "Metal lantern", "options": ["Glaze"]}),
    "dissolve_family": Row("401 403 403 204 403 403 403 403"),
    "set_options_of_products": Row(MANAGER, {"products": [{"sku": SKU, "options": {"Colour": "cream"}}]}),
    "take_out_of_family": Row("401 403 403 204 403 403 403 403"),
    "plan_combinations": Row(MANAGER, {"values": {"Colour": ["red"]}}),
    "make_combinations": Row(
        "401 403 403 201 403 403 403 403", {"products": [{"sku": "NEW", "options": {"Colour": "red"}}]}
    ),
    "list_movements": Row(STAFF),
    "move_stock": Row("401 403 403 201 201 403 403 403", {"sku": SKU, "kind": "receive", "quantity": 1}),
    "import_stock": Row(
        "401 403 403 201 201 403 403 403",
        {"file": f"sku,quantity\n{SKU},90\n".encode(), "mode": "count"},
    ),
    "list_stock_imports": Row(STAFF),
    "get_stock_import": Row(STAFF),
    "list_stock_import_rows": Row(STAFF),
    "get_rejected_rows": Row(STAFF),
    "apply_stock_import": Row(STOCK_KEEPER, {"skip_invalid": True}),
    "undo_stock_import": Row("401 403 403 409 409 403 403 403"),
    "import_payments": Row(
        "401 403 403 201 403 201 403 403", {"file": b"date,amount,text\n2026-11-30,1.00,thanks\n"}
    ),
    "list_payment_imports": Row(SEES_PAYMENTS),
    "get_payment_import": Row(SEES_PAYMENTS),
    "list_payment_import_rows": Row(SEES_PAYMENTS),
    "get_rejected_payments": Row(SEES_PAYMENTS),
    "give_payment_row_an_order": Row(SEES_PAYMENTS, lambda ada: {"order": order_of(ada)}),
    "apply_payment_import": Row(SEES_PAYMENTS),
    "undo_payment_import": Row("401 403 403 409 403 409 403 403"),
    "generate_promo_codes": Row("401 403 403 201 403 403 201 403", TERMS | {"count": 2}),
    "list_promotions": Row(SEES_PROMOS),
    "get_promotion": Row(SEES_PROMOS),
    "change_promotion": Row(MANAGES_PROMOS, {"name": "Autumn"}),
    "pause_promotion": Row(MANAGES_PROMOS),
    "resume_promotion": Row(MANAGES_PROMOS),
    "list_codes_of_promotion": Row(SEES_PROMOS),
    "download_codes_of_promotion": Row(MANAGES_PROMOS),
    "backtest_promo_code": Row(MANAGES_PROMOS, YEAR | {"code": CODE}),
    "list_promo_codes": Row(SEES_PROMOS),
    "create_promo_code": Row("401 403 403 201 403 403 201 403", TERMS | {"code": "SUMMER"}),
    "get_promo_code": Row(SEES_PROMOS),
    "change_promo_code": Row(MANAGES_PROMOS, {"name": "Autumn"}),
    "delete_promo_code": Row("401 403 403 204 403 403 204 403"),
    "duplicate_promo_code": Row("401 403 403 201 403 403 201 403", {"code": "SUMMER"}),
    "pause_promo_code": Row(MANAGES_PROMOS),
    "resume_promo_code": Row(MANAGES_PROMOS),
    "list_customers": Row(SEES_CUSTOMERS),
    "export_customers": Row(MANAGER),
    "get_customer": Row(SEES_CUSTOMERS),
    "change_customer": Row(MANAGER, {"note": "Likes tea"}),
    "plan_merge": Row(MANAGER, lambda ada: {"customer": other_customer(ada)}),
    "merge_customers": Row("401 403 403 201 403 403 403 403", lambda ada: {"customer": other_customer(ada)}),
    "undo_merge": Row(MANAGER),
    "get_my_data": Row(SIGNED_IN),
    "ask_to_be_erased": Row("401 202 202 409 409 409 409 409", {"password": PASSWORD}),
    "stay_after_all": Row("401 200 200 409 409 409 409 409"),
    "get_data_of_customer": Row(MANAGER),
    "plan_erasure": Row(MANAGER),
    # The order is on its way.
    "erase_customer": Row(
        "401 403 403 409 403 403 403 403", {"confirm": "ada@example.com", "digest": "as it was seen"}
    ),
    "list_orders": Row(SIGNED_IN),
    "place_order": Row("401 201 201 201 403 201 403 403", {"lines": LINES, "shipping_address": ADDRESS}),
    "quote_order": Row(SIGNED_IN, {"lines": LINES}),
    "get_order": Row("401 200 404 200 200 200 200 200"),
    "change_order": Row("401 403 403 200 403 200 403 403", {"note": "Ring twice"}),
    "list_order_events": Row("401 200 404 200 200 200 200 200"),
    "ship_order": Row(FULFILS),
    "correct_shipment": Row(FULFILS, {"tracking_number": "0034"}),
    "undo_shipment": Row(FULFILS),
    "list_order_emails": Row("401 403 403 200 403 200 403 403"),
    "send_order_email_again": Row("401 403 403 201 403 201 403 403"),
    "deliver_order": Row(FULFILS),
    "cancel_order": Row("401 409 404 200 403 200 403 403"),
    "return_items": Row(FULFILS, {"lines": LINES}),
    "list_payments": Row("401 403 403 200 403 200 403 403"),
    "list_order_payments": Row("401 200 404 200 403 200 403 403"),
    "record_payment": Row("401 403 403 201 403 201 403 403", {"amount": "1.00"}),
    "reverse_payment": Row("401 403 403 201 403 201 403 403", {"reason": "Bounced"}),
    "move_payment": Row("401 403 403 201 403 201 403 403", lambda ada: {"to": another_order(ada)}),
    "write_off": Row("401 403 403 201 403 403 403 403", {"reason": "Lost"}),
    "set_due_date": Row("401 403 403 200 403 200 403 403", {"payment_due_on": "2026-12-24"}),
    "remind_of_payment": Row("401 403 403 201 403 201 403 403"),
    "list_allowances": Row("401 200 404 200 403 200 403 403"),
    "grant_allowance": Row("401 403 403 201 403 201 403 403", {"amount": "1.00", "reason": "Late"}),
    "comment_on_order": Row("401 403 403 201 201 201 403 403", {"text": "Called back"}),
}


def callers(shop: Shop) -> dict[str, User | None]:
    staff = {role: make_user(role=role) for role in ROLE_NAMES}
    return {"nobody": None, "ada": shop.ada, "bob": shop.bob} | staff


def test_the_matrix_names_every_operation_and_no_other() -> None:
    assert MATRIX.keys() == {
        operation_id(operation) for (operation,) in (each.values for each in operations())
    }


@pytest.mark.parametrize("operation", operations())
def test_an_operation_answers_each_caller_as_the_matrix_says(operation: Any, opened_shop: Shop) -> None:
    row, shop = MATRIX[operation_id(operation)], opened_shop
    body = row.body(shop.ada) if isinstance(row.body, Callable) else row.body  # type: ignore[arg-type]
    content = {} if body is None else {"body": body, "media_type": next(iter(operation.body)).media_type}
    statuses = {}

    with one_connection():
        for name, user in callers(shop).items():
            forget_counts()
            case = operation.Case(path_parameters=shop.parameters(operation.path), **content)
            headers = {"Authorization": f"Bearer {issue_pair(user).access}"} if user else {}
            statuses[name] = answered(case, headers).status_code

    assert statuses == dict(zip(CALLERS, map(int, row.statuses.split()), strict=True))
