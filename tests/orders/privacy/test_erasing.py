"""Somebody who is erased is nowhere any more, and the books are as they were."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count, Sum
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers import customer_for
from accounts.models import AccountEvent, Customer, Erasure, Source, User
from accounts.people import deactivate, reactivate
from accounts.privacy import files
from backoffice.db.backups import back_up
from backoffice.errors import Conflict, Forbidden, Invalid, Stale
from backoffice.models import IdempotencyRecord
from backoffice.outbox.delivery import claim_next, deliver_due
from backoffice.outbox.models import EmailMessage, EmailState
from catalog.audit import audit_stock
from catalog.models import Product, StockMovement
from orders.audit import audit_orders
from orders.customers.editing import edit_customer
from orders.customers.merging import MergeFollowed, undo_merge
from orders.fulfilment.lifecycle import cancel_order, deliver_order, ship_order
from orders.models import CustomerEvent, Order, OrderLine, Redemption
from orders.placing import placement
from orders.privacy import erasing
from orders.privacy.erasing import erase_customer, refuse_unless_named
from orders.privacy.plan import CannotErase, plan_erasure
from orders.privacy.rooms import ROOMS
from tests.cli_fixtures import Shopctl
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_customer, make_product, make_promo_code, make_user, place
from tests.orders.privacy.canary import EARLIER, EMAIL, MARKS, columns_with, files_with, shop_with_person
from tests.races.harness import race

pytestmark = pytest.mark.django_db(transaction=True)
FILES = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture(autouse=True)
def an_empty_log(settings: Any) -> None:
    """What other tests have logged is about other people, who may have had the same address."""
    for file in Path(settings.VAR_DIR).glob("security.log*"):
        os.truncate(file, 0)


@pytest.fixture
def written_mails(settings: Any) -> Iterator[Path]:
    folder = Path(settings.VAR_DIR, "mail")
    settings.MAILERS = {"default": {"BACKEND": FILES, "OPTIONS": {"file_path": str(folder)}}}
    yield folder
    for file in folder.glob("*"):
        file.unlink()


def books() -> dict[str, Any]:
    """Everything that the books are made of."""
    amounts = ("subtotal", "discount", "shipping", "total", "credited", "net", "units")
    orders, uses = Order.objects.order_by("pk"), Redemption.objects.order_by("pk")
    of_order = ("number", "status", "placed_at", "ship_country", *amounts)
    return {
        "orders": list(orders.values(*of_order)),
        "lines": list(OrderLine.objects.order_by("pk").values()),
        "sums": Order.objects.aggregate(*map(Sum, amounts), Count("pk")),
        "uses": list(uses.values("order", "promo_code", "customer", "use_number", "state", "discount")),
        "stock": list(Product.objects.order_by("pk").values("sku", "on_hand", "reserved")),
        "ledger": list(StockMovement.objects.order_by("pk").values()),
    }


def test_nothing_holds_who_was_erased_and_the_books_are_as_they_were(
    shopctl: Shopctl, written_mails: Path, tmp_path: Path
) -> None:
    customer, _user = shop_with_person(shopctl)
    deliver_due()
    before, var = books(), Path(settings.VAR_DIR)
    assert len(columns_with(*MARKS)) > 30
    assert {"mail", "security.log"} <= files_with(var, *MARKS)

    plan = plan_erasure(customer)
    erase_customer(customer, by=CLI, digest=plan.digest)

    assert columns_with(*MARKS) == set()
    assert files_with(var, *MARKS) == set()
    assert [*audit_stock(), *audit_orders()] == []
    assert books() == before
    if connection.vendor == "sqlite":
        backup = tmp_path / "shop.backup"
        back_up(backup)
        database = Path(connection.settings_dict["NAME"])
        assert files_with(database.parent, *MARKS) | files_with(tmp_path, *MARKS) == set()


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.key)
def test_a_room_that_is_left_out_is_found(
    room: Any, shopctl: Shopctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: each room holds marks that no other room's erasure takes away."""
    customer, _user = shop_with_person(shopctl)
    monkeypatch.setattr(erasing, "ROOMS", [each for each in ROOMS if each is not room])

    erase_customer(customer, by=CLI)

    assert columns_with(*MARKS) != set()


def test_a_log_and_mails_that_are_left_alone_are_found(
    shopctl: Shopctl, written_mails: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, _user = shop_with_person(shopctl)
    deliver_due()
    monkeypatch.setattr(erasing, "clear_files", lambda _person: None)
    erase_customer(customer, by=CLI)
    assert {"mail", "security.log"} <= files_with(Path(settings.VAR_DIR), *MARKS)
    files.remove_written_mails()
    files.mask_log_lines([EMAIL, EARLIER, "canary-four@example.com", "canary-three@example.com"])


def finished(customer: Customer, **fields: Any) -> Order:
    order = place({"A": 1}, customer=customer, **fields)
    ship_order(order.number, by=CLI)
    deliver_order(order.number, by=CLI)
    EmailMessage.objects.update(state=EmailState.SENT)
    return order


@pytest.fixture
def shop(db: None) -> None:
    make_product("A", on_hand=50, price="10.00")


def test_an_order_on_its_way_stands_in_the_way(shop: None) -> None:
    theo = make_customer("theo@example.com", name="Theo")
    order = place({"A": 1}, customer=theo)
    for step in (lambda: None, lambda: ship_order(order.number, by=CLI)):
        step()
        with pytest.raises(CannotErase, match=str(order.number)):
            erase_customer(theo, by=CLI)
    assert Customer.objects.get().name == "Theo"
    deliver_order(order.number, by=CLI)
    erase_customer(theo, by=CLI)
    assert Customer.objects.get().name == ""


def test_a_colleague_is_not_erased_as_a_customer(shop: None) -> None:
    sam = make_user("sam@example.com", role="Support")
    with pytest.raises(CannotErase, match="work here"):
        erase_customer(make_customer("sam@example.com", user=sam), by=CLI)
    assert User.objects.get(pk=sam.pk).is_active


def test_what_was_not_seen_is_not_erased(shop: None) -> None:
    theo = make_customer("theo@example.com", name="Theo")
    seen = plan_erasure(theo).digest
    finished(theo)
    with pytest.raises(Stale):
        erase_customer(theo, by=CLI, digest=seen)
    seen = plan_erasure(theo).digest
    edit_customer(theo, note="Likes tea", by=CLI)
    with pytest.raises(Stale):
        erase_customer(theo, by=CLI, digest=seen)
    assert Customer.objects.get().erased_at is None


def test_it_is_confirmed_by_address_or_number(shop: None) -> None:
    theo = make_customer("theo@straße.de")
    for typed in ("theo@straße.de", " THEO@xn--strae-oqa.de ", str(theo.pk)):
        refuse_unless_named(theo, typed)
    for typed in ("", "theo", "theo@strasse.de", str(theo.pk + 1)):
        with pytest.raises(Invalid):
            refuse_unless_named(theo, typed)


def test_nobody_brings_an_erased_person_back(shop: None) -> None:
    """No second erasure, no edit, no merge, no undo, no account, no mail."""
    kept, gone = make_customer("theo@example.com", name="Theo"), make_customer("t@example.com")
    erasing_merge = _merged(kept, gone)
    user = make_user("theo@example.com")
    Customer.objects.filter(pk=kept.pk).update(user=user)
    order = finished(kept)
    erase_customer(kept, by=CLI)
    refused = (
        lambda: erase_customer(kept, by=CLI),
        lambda: edit_customer(kept, name="Theo", by=CLI),
        lambda: undo_merge(erasing_merge, by=CLI),
        lambda: reactivate(user, by=CLI),
        lambda: make_customer(Customer.objects.get(pk=kept.pk).email),
    )
    for each in refused:
        with pytest.raises((Conflict, MergeFollowed, Invalid)):
            each()
    EmailMessage.objects.all().delete()
    staff = Api(make_user(is_superuser=True))
    body = {"lines": [{"sku": "A", "quantity": 1}]}
    assert staff.post(f"orders/{order.number}/return", body).status_code == 200
    assert not EmailMessage.objects.exists()
    assert str(Customer.objects.get(pk=kept.pk)) == f"Erased customer {kept.pk}"


def _merged(kept: Customer, gone: Customer) -> int:
    from orders.customers.merging import merge_customers

    return merge_customers(kept, gone, by=CLI).pk


def test_a_later_order_of_the_same_address_is_a_new_customers(shop: None) -> None:
    make_promo_code("ONCE", percent_off="10")
    theo = make_customer("theo@example.com")
    finished(theo, promo_code="ONCE")
    erase_customer(theo, by=CLI)

    again = place({"A": 1}, customer=customer_for("theo@example.com"), promo_code="ONCE")

    assert again.customer_id != theo.pk
    assert list(Redemption.objects.order_by("pk").values_list("customer", "use_number")) == [
        (theo.pk, 1),
        (again.customer_id, 1),
    ]
    assert [*audit_stock(), *audit_orders()] == []


def test_mails_that_wait_never_leave(shop: None, mailoutbox: list[Any]) -> None:
    theo = make_customer("theo@example.com")
    order = place({"A": 1}, customer=theo)
    cancel_order(order.number, by=CLI)
    assert EmailMessage.objects.filter(state=EmailState.QUEUED).count() == 2
    erase_customer(theo, by=CLI)
    assert (deliver_due(), mailoutbox) == (0, [])
    assert {mail.state for mail in EmailMessage.objects.all()} == {EmailState.WITHDRAWN}


def test_a_mail_that_is_being_sent_is_waited_for_and_a_late_worker_notes_nothing(shop: None) -> None:
    theo = make_customer("theo@example.com")
    cancel_order(place({"A": 1}, customer=theo).number, by=CLI)
    claim = claim_next()
    assert claim is not None
    with pytest.raises(CannotErase, match="being sent"):
        erase_customer(theo, by=CLI)
    past = timezone.now() - timedelta(seconds=1)
    EmailMessage.objects.filter(pk=claim.pk).update(leased_until=past)

    erase_customer(theo, by=CLI)

    from backoffice.outbox import delivery

    assert not delivery._deliver(replace(claim, leased_until=past))
    assert "theo@example.com" not in {mail.recipient for mail in EmailMessage.objects.all()}
    assert not EmailMessage.objects.exclude(text="").exists()


def test_a_kept_answer_is_given_to_nobody_any_more(shop: None) -> None:
    boss = make_user("boss@example.com", role="Manager")
    api = Api(boss)
    body = {
        "email": "theo@example.com",
        "lines": [{"sku": "A", "quantity": 1}],
        "shipping_address": {"name": "Theo", "line1": "Seeweg 56", "city": "Köln", "country": "DE"},
    }
    number = api.post("orders", body, Idempotency_Key="one").json()["number"]
    assert api.post("orders", body, Idempotency_Key="one").json()["number"] == number
    cancel_order(number, by=CLI)
    erase_customer(Customer.objects.get(), by=CLI)
    assert_problem(api.post("orders", body, Idempotency_Key="one"), 409, "reply_erased")
    assert Order.objects.count() == 1
    assert bytes(IdempotencyRecord.objects.get().body) == b""


def test_the_history_says_that_it_was_done_and_not_to_whom(shop: None) -> None:
    boss = make_user("boss@example.com", is_superuser=True)
    theo = make_customer("theo@example.com")
    erase_customer(theo, by=Actor(boss, Source.ADMIN))
    event = AccountEvent.objects.get(user=boss)
    assert event.sentence == f"Erased a person customer {theo.pk}"
    assert CustomerEvent.objects.get(kind="erased").actor == boss
    assert (Erasure.objects.get().kind, Erasure.objects.get().key) == ("customer", theo.pk)


def _ordering_meanwhile(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """An order has its customer, and is written only once the erasure waits for it or is through."""
    has_customer, may_write = threading.Event(), threading.Event()
    write_order = placement._write_order

    def slowly(*args: Any, **kwargs: Any) -> Any:
        has_customer.set()
        may_write.wait(timeout=2)
        return write_order(*args, **kwargs)

    monkeypatch.setattr(placement, "_write_order", slowly)
    theo = Customer.objects.get()
    digest = plan_erasure(theo).digest

    def erased() -> object:
        has_customer.wait(timeout=10)
        try:
            return erase_customer(theo, by=CLI, digest=digest)
        finally:
            may_write.set()

    return race(2, [lambda: place({"A": 1}, customer=theo), erased])


def test_an_order_that_is_placed_meanwhile_is_not_lost_to_an_erasure(
    shop: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_customer("theo@example.com")
    placed, refused = _ordering_meanwhile(monkeypatch)
    assert isinstance(refused, (CannotErase, Stale)), refused
    assert (placed.email, Customer.objects.get().email) == ("theo@example.com", "theo@example.com")


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time.")
def test_without_the_customers_lock_an_erased_customer_would_have_an_order_with_a_name(
    shop: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    make_customer("theo@example.com")
    monkeypatch.setattr(erasing, "held_customers", lambda *pks: Customer.objects.in_bulk(pks))
    _placed, erased = _ordering_meanwhile(monkeypatch)
    assert not isinstance(erased, (CannotErase, Stale)), erased
    assert Order.objects.get().email == "theo@example.com"


def test_only_a_superuser_erases_a_superuser_who_was_a_customer() -> None:
    make_user("root@example.com", is_superuser=True)
    boss, manager = make_user("boss@example.com", is_superuser=True), make_user(role="Manager")
    customer = make_customer(boss.email, user=boss)
    deactivate(boss, by=CLI)
    with pytest.raises(Forbidden):
        erase_customer(customer, by=Actor(manager, Source.API))
    assert User.objects.get(pk=boss.pk).is_superuser
    erase_customer(customer, by=CLI)
