"""The books are proved by the clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.outbox.models import EmailMessage
from backoffice.outbox.rendering import render
from catalog.models import Product
from orders.hourly_audit import prove_the_books
from tests.factories import make_product, make_user, place

pytestmark = pytest.mark.django_db


def test_nobody_is_disturbed_while_the_books_balance() -> None:
    make_user("boss@example.com", role="Manager")
    make_product("A", on_hand=5)
    place({"A": 1})

    assert prove_the_books(timezone.now()) == []
    assert not EmailMessage.objects.filter(template="invariants").exists()


def test_a_unit_that_nobody_can_explain_is_told_once_an_hour_to_managers_and_superusers() -> None:
    make_user("boss@example.com", role="Manager")
    make_user("root@example.com", is_superuser=True)
    make_user("ana@example.com", role="Warehouse")
    make_user("gone@example.com", role="Manager", is_active=False)
    make_product("A", on_hand=5)
    Product.objects.update(on_hand=6)
    now = timezone.now().replace(minute=10)

    [discrepancy] = prove_the_books(now)
    prove_the_books(now + timedelta(minutes=40))
    alerts = EmailMessage.objects.filter(template="invariants")

    assert discrepancy.subject == "A"
    assert sorted(alerts.values_list("recipient", flat=True)) == ["boss@example.com", "root@example.com"]
    prove_the_books(now + timedelta(hours=1))
    assert alerts.count() == 4
    mail = render("invariants", alerts[0].context, language="en-gb")
    assert "on hand 6" in mail.text
    assert "on hand 6" in mail.html
