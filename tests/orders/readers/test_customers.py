"""What a customer looks like as data, and how they are found."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Customer
from orders.customers.editing import edit_customer
from orders.customers.merging import merge_customers
from orders.payments.recording import record_payment
from orders.readers.customers import (
    CUSTOMER_COLUMNS,
    CUSTOMER_DETAIL,
    CustomerFilter,
    customer_detail,
    customers_with_figures,
    history_of,
)
from tests.factories import CLI, make_customer, make_product, make_user, place

pytestmark = pytest.mark.django_db


def found(q: str) -> list[str]:
    return list(CustomerFilter(q).of(Customer.objects.order_by("email")).values_list("email", flat=True))


def customer_data(customer: Customer) -> dict[str, Any]:
    return customer_detail(customer, CUSTOMER_DETAIL, to=None)


def test_a_customer_has_figures_of_their_orders() -> None:
    make_product("A", on_hand=3, price="10.00")
    lena = make_customer("lena@example.com", name="Lena")
    assert customer_data(lena) == {
        **{
            name: getattr(lena, name)
            for name in ("id", "email", "name", "phone", "note", "language", "created_at")
        },
        "erasure_asked_at": None,
        "erased_at": None,
        "has_account": False,
        "orders": 0,
        "last_order_at": None,
        "merged_into": None,
        "spent": 0,
        "due": 0,
        "owed": 0,
        "merges": [],
    }
    order = place({"A": 2}, customer=lena)
    data = customer_data(lena)
    assert (data["orders"], str(data["spent"]), data["last_order_at"]) == (1, "20.00", order.placed_at)
    assert list(data) == [*CUSTOMER_COLUMNS, "merges"]
    assert customers_with_figures().count() == 1


def test_what_is_due_of_one_order_is_not_offset_by_what_is_owed_of_another_and_moves_with_a_merge() -> None:
    make_product("A", on_hand=9, price="10.00")
    kept, gone = make_customer("theo@example.com"), make_customer("typo@example.com")
    place({"A": 2}, customer=gone)
    record_payment(place({"A": 1}, customer=gone).number, Decimal("13.00"), by=CLI)

    data = customer_data(gone)
    assert (data["due"], data["owed"]) == (Decimal("20.00"), Decimal("3.00"))
    merge_customers(kept, gone, by=CLI)
    assert [customer_data(kept)[name] for name in ("due", "owed")] == [Decimal("20.00"), Decimal("3.00")]
    assert [customer_data(gone)[name] for name in ("due", "owed")] == [0, 0]


def test_what_they_owe_is_for_those_who_see_whether_orders_are_paid() -> None:
    make_product("A", on_hand=9, price="10.00")
    theo = make_customer("theo@example.com")
    place({"A": 2}, customer=theo)

    told = {
        role: customer_detail(theo, ("spent", "due", "owed"), to=make_user(role=role))
        for role in ("Support", "Marketing")
    }
    assert (told["Support"]["due"], told["Support"]["spent"]) == (Decimal("20.00"), None)
    assert (told["Marketing"]["due"], told["Marketing"]["owed"]) == (None, None)


def test_who_was_merged_is_found_by_the_old_address_and_listed_once() -> None:
    kept, gone = make_customer("theo@example.com", name="Theo"), make_customer("typo@example.com")
    merge_customers(kept, gone, by=CLI)

    assert found("typo@") == found("theo") == found("") == ["theo@example.com"]
    assert found("theo nobody") == []


def test_the_history_of_both_names_the_other() -> None:
    kept, gone = make_customer("theo@example.com"), make_customer("typo@example.com")
    edit_customer(kept, note="Likes tea", by=CLI)
    merge_customers(kept, gone, by=CLI)

    assert [(each["kind"], each["other"]) for each in history_of(kept)] == [
        ("merged", "typo@example.com"),
        ("edited", None),
    ]
    assert [(each["kind"], each["other"]) for each in history_of(gone)] == [("merged", "theo@example.com")]
