"""The daily mail about what runs low."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection
from django.test import override_settings

from accounts.models import User
from backoffice.models import JobSlot
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from catalog.low_stock import LONGEST_DIGEST, send_digest_once_a_day
from catalog.models import Product, StockMovement
from tests.factories import make_product, make_sold_out, make_user, place
from tests.races.harness import race

pytestmark = pytest.mark.django_db
# In Berlin: 7:00 on 1 July.
SEVEN = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)


def recipients() -> list[str]:
    mails = EmailMessage.objects.filter(template="low_stock").order_by("recipient")
    return list(mails.values_list("recipient", flat=True))


def test_it_lists_what_is_low_with_what_to_order_worst_first(mailoutbox) -> None:
    make_user("wanda@shop.example", role="Warehouse")
    make_product("TEA-01", on_hand=20, name="Tea <caddy> & spoon", low_stock_threshold=15)
    place({"TEA-01": 12})
    make_sold_out("JUG-01", name="Jug", low_stock_threshold=3)
    make_sold_out("MUG-01", name="Mug")
    make_product("CUP-01", on_hand=500)
    make_product("NEW-01", low_stock_threshold=5)
    make_sold_out("OLD-01", is_active=False)

    with override_settings(SHOP_URL="https://shop.example"):
        assert send_digest_once_a_day(SEVEN) == 1
        deliver_due()

    [mail] = [mail for mail in mailoutbox if mail.to == ["wanda@shop.example"]]
    html = mail.alternatives[0][0]
    assert mail.subject == "3 products low on stock"
    assert (
        "Mug (MUG-01): 0 available, threshold 10, order 10\n"
        "Jug (JUG-01): 0 available, threshold 3, order 3\n"
        "Tea <caddy> & spoon (TEA-01): 8 available, threshold 15, order 19\n"
    ) in mail.body
    assert "https://shop.example/admin/catalog/product/?view=low" in mail.body
    assert "Tea &lt;caddy&gt; &amp; spoon" in html
    assert 'href="https://shop.example/admin/catalog/product/?view=low"' in html
    for absent in ("CUP-01", "OLD-01", "more."):
        assert absent not in mail.body + html


def test_a_long_list_is_cut_and_says_how_many_more_there_are(mailoutbox) -> None:
    make_user("wanda@shop.example", role="Warehouse")
    products = Product.objects.bulk_create(
        Product(sku=f"SKU-{number:04}", sku_key=f"sku-{number:04}", name=f"Product {number}", price=1)
        for number in range(LONGEST_DIGEST + 1_200)
    )
    nothing = dict.fromkeys(("on_hand_delta", "reserved_delta", "on_hand_after", "reserved_after"), 0)
    StockMovement.objects.bulk_create(
        StockMovement(product=product, kind="count", **nothing) for product in products
    )

    send_digest_once_a_day(SEVEN)
    deliver_due()

    [mail] = mailoutbox
    assert mail.subject == "1,250 products low on stock"
    assert mail.body.count("threshold 10, order 10") == 50
    assert "and 1,200 more." in mail.body
    assert "and 1,200 more." in mail.alternatives[0][0]


def test_those_whose_work_stock_is_get_it_by_their_role_or_by_themselves() -> None:
    make_sold_out("MUG-01")
    make_user("wanda@shop.example", role="Warehouse")
    make_user("mona@shop.example", role="Manager")
    make_user("sam@shop.example", role="Support")
    make_user("root@shop.example", is_superuser=True)
    gone = make_user("gone@shop.example", role="Warehouse")
    customer = make_user("customer@example.com")
    temp = make_user("temp@shop.example", role="Viewer")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    for user in (customer, temp):
        user.user_permissions.add(Permission.objects.get(codename="move_stock"))

    assert send_digest_once_a_day(SEVEN) == 3

    assert recipients() == ["mona@shop.example", "temp@shop.example", "wanda@shop.example"]


def test_one_product_is_told_in_the_singular(mailoutbox) -> None:
    make_user("wanda@shop.example", role="Warehouse")
    make_sold_out("MUG-01")

    send_digest_once_a_day(SEVEN)
    deliver_due()

    assert mailoutbox[0].subject == "1 product low on stock"
    assert mailoutbox[0].body.startswith("This product has as few units available")


def test_superusers_get_it_when_stock_is_nobody_elses_work() -> None:
    make_sold_out("MUG-01")
    make_user("sam@shop.example", role="Support")
    make_user("root@shop.example", is_superuser=True)

    send_digest_once_a_day(SEVEN)

    assert recipients() == ["root@shop.example"]


def test_nothing_is_sent_when_nothing_is_low() -> None:
    make_user("wanda@shop.example", role="Warehouse")
    make_product("MUG-01", on_hand=500)

    assert send_digest_once_a_day(SEVEN) == 0

    assert recipients() == []


def test_it_goes_out_once_a_day_from_seven_on_by_the_shops_clock() -> None:
    make_user("wanda@shop.example", role="Warehouse")
    make_sold_out("MUG-01")
    moments = (
        SEVEN - timedelta(minutes=10),
        SEVEN,
        SEVEN + timedelta(minutes=10),
        SEVEN + timedelta(hours=16, minutes=50),
        SEVEN + timedelta(hours=23, minutes=50),
        SEVEN + timedelta(days=1, hours=6),
    )

    sent = [send_digest_once_a_day(moment) for moment in moments]

    # The last one after a morning in which the shop was down.
    assert sent == [0, 1, 0, 0, 0, 1]
    causes = EmailMessage.objects.order_by("pk").values_list("cause", flat=True)
    assert list(causes) == ["low-stock:2026-07-01", "low-stock:2026-07-02"]


@pytest.mark.django_db(transaction=True)
def test_what_fails_leaves_the_day_to_the_next_try() -> None:
    make_sold_out("MUG-01")
    make_user("wanda@shop.example", role="Warehouse")

    def fail_to_queue(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT") and "outbox_emailmessage" in sql:
            raise DatabaseError("The disk is full.")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail_to_queue), pytest.raises(DatabaseError, match="disk is full"):
        send_digest_once_a_day(SEVEN)

    assert JobSlot.objects.count() == 0
    assert send_digest_once_a_day(SEVEN) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_schedulers_one_sends_it() -> None:
    make_user("wanda@shop.example", role="Warehouse")
    make_sold_out("MUG-01")

    outcomes = race(4, [lambda: send_digest_once_a_day(SEVEN)] * 8)

    assert sorted(map(str, outcomes)) == ["0"] * 7 + ["1"]
    assert recipients() == ["wanda@shop.example"]
