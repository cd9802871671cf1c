"""One person with a marked text in every field that a door takes, and a search for them in every column."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Customer, User
from accounts.people import deactivate
from orders.customers.merging import merge_customers
from orders.models import Order
from orders.payments.imports import apply_payments, plan_payments
from tests.cli_fixtures import Shopctl
from tests.contract.client import Api
from tests.factories import CLI, PASSWORD, make_customer, make_product, make_promo_code, make_user, place

EMAIL, EARLIER, MISTYPED = "canary-one@example.com", "canary-two@example.com", "canary-three@example.com"
NUMBER = "JD7000000000000017"
# In the middle of each: search texts are folded, files encoded, and none may be left of any.
MARKS = ("canary", "7654321", "7000000000000017", "203.0.113.77")
ADDRESS = {
    "name": "Canary-Name",
    "line1": "Canary-Street 1",
    "line2": "Canary-Yard",
    "city": "Canary-Town",
    "region": "Canary-Shire",
    "postcode": "CANARY1",
    "country": "DE",
    "phone": "0221 7654321",
}


def shop_with_person(shopctl: Shopctl) -> tuple[Customer, User]:
    """Canary ordered with an account and as a guest, was merged, edited, mailed and written about."""
    boss = make_user("boss@example.com", is_superuser=True)
    make_product("TEA-01", on_hand=50, price="10.00")
    make_promo_code("SPRING20", percent_off="20")
    user = make_user(EMAIL, name="Canary-Account")
    make_customer(EMAIL, user=user, name="Canary-Name")
    api, staff = Api(user), Api(boss)
    _by_the_api(api, staff)
    _in_the_admin(boss)
    _by_the_terminal(shopctl)
    _by_the_bank(Order.objects.filter(email=EMAIL).earliest("pk"))
    merge_customers(Customer.objects.get(email=EMAIL), Customer.objects.get(email=EARLIER), by=CLI)
    return Customer.objects.get(email=EMAIL), user


def _by_the_api(api: Api, staff: Api) -> None:
    body = {
        "lines": [{"sku": "TEA-01", "quantity": 5}],
        "shipping_address": ADDRESS,
        "note": "Canary-Note",
        "promo_code": "SPRING20",
    }
    placed = api.post("orders", body, Idempotency_Key=f"of-{EMAIL}")
    assert placed.status_code == 201, placed.content
    number = placed.json()["number"]
    assert staff.patch(f"orders/{number}", {"note": "Canary-Note two"}).status_code == 200
    moved = {**ADDRESS, "line1": "Canary-Street 2"}
    assert staff.patch(f"orders/{number}", {"shipping_address": moved}).status_code == 200
    assert (
        staff.post(f"orders/{number}/comments", {"text": "Canary-Comment"}, Idempotency_Key="say").status_code
        == 201
    )
    shipped = {"lines": [{"sku": "TEA-01", "quantity": 3}], "carrier": "DHL", "tracking_number": NUMBER}
    assert staff.post(f"orders/{number}/ship", shipped, Idempotency_Key="ship").status_code == 200
    rest = {"lines": [{"sku": "TEA-01", "quantity": 2}], "reason": "Canary-Cancel"}
    assert staff.post(f"orders/{number}/cancel", rest, Idempotency_Key="rest").status_code == 200
    assert staff.post(f"orders/{number}/deliver", {}).status_code == 200
    back = {"lines": [{"sku": "TEA-01", "quantity": 1}], "reason": "Canary-Return"}
    assert staff.post(f"orders/{number}/return", back, Idempotency_Key="back").status_code == 200
    customer = Customer.objects.get(email=EMAIL)
    known = {"phone": "0221 7654321", "note": "Canary-Remark"}
    assert staff.patch(f"customers/{customer.pk}", known).status_code == 200
    signed_in = {"email": EMAIL, "password": PASSWORD}
    client = Client(REMOTE_ADDR="203.0.113.77")
    assert client.post("/api/v1/auth/token", signed_in, content_type="application/json").status_code == 200
    assert api.patch("users/me", {"name": 'Canary-Account, "two"'}).status_code == 200
    # The security log tells where the program was.
    assert api.delete("users/me/sessions").status_code == 204
    assert client.post("/api/v1/auth/token", signed_in, content_type="application/json").status_code == 200
    change = {"email": "canary-four@example.com", "password": PASSWORD}
    assert api.post("auth/email/change", change).status_code == 202


def _in_the_admin(boss: User) -> None:
    client = Client()
    client.force_login(boss)
    order = Order.objects.get()
    customer = Customer.objects.get(email=EMAIL)
    page = reverse("admin:accounts_customer_change", args=[customer.pk])
    edited = {"name": "Canary-Name", "phone": "0221 7654321", "note": "Canary-Remark two"}
    assert client.post(page, edited).status_code == 302
    assert client.get(reverse("admin:orders_order_change", args=[order.pk])).status_code == 200


def _by_the_bank(order: Order) -> None:
    row = f"date,amount,text,name\n2026-11-30,1.00,{order.number} Canary-Purpose,Canary-Payer\n"
    planned = plan_payments(BytesIO(row.encode()), file_name="bank.csv", by=CLI)
    apply_payments(planned.pk, by=CLI, accept_differences=True)


def _by_the_terminal(shopctl: Shopctl) -> None:
    """A guest's order under another address, which was mistyped first, and was a stranger's."""
    guest = make_customer(EARLIER, name="Canary-Name")
    order = place({"TEA-01": 1}, customer=guest, note="Canary-Note")
    shopctl("orders", "edit", order.number, "--email", MISTYPED)
    shopctl("orders", "edit", order.number, "--email", EARLIER, "--note", "Canary-Note three")
    shopctl("orders", "cancel", order.number, "--reason", "Canary-Cancel", "--yes")
    shopctl("customers", "edit", EARLIER, "--note", "Canary-Remark three", "--idempotency-key", "remark")


def columns_with(*marks: str) -> set[str]:
    """Look into every column of every table for these texts; gives `table.column`."""
    return {place for place, text in _texts() if any(mark in text for mark in marks)}


def _texts() -> Iterator[tuple[str, str]]:
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor:
                for name, value in zip(names, row, strict=True):
                    yield f"{model._meta.db_table}.{name}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode(errors="replace").lower()
    return (json.dumps(value, default=str) if isinstance(value, (dict, list)) else str(value)).lower()


def leave(user: User) -> None:
    deactivate(user, by=CLI)


def files_with(folder: Path, *marks: str) -> set[str]:
    """Look into every file below the folder, byte by byte; gives the first part of each one's path.

    Not into what is served to everybody, whose bytes are the shop's own and may have any digits.
    """
    found = set()
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).parts[0] != "static":
            content = unquoted(path.read_bytes().lower())
            if any(mark.encode() in content for mark in marks):
                found.add(path.relative_to(folder).parts[0])
    return found


def unquoted(content: bytes) -> bytes:
    """Join the lines that mails break within a word."""
    return content.replace(b"=\n", b"").replace(b"=\r\n", b"")
