"""What is kept for a time only goes by night, some at a time, and nothing else."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AccountChange, AccountEvent, Customer
from accounts.privacy.files import expire_log
from accounts.shop.changing import change_settings
from backoffice.outbox.models import EmailMessage, EmailState
from backoffice.outbox.queueing import NotDead, requeue
from orders.fulfilment.lifecycle import cancel_order
from orders.privacy import retention
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import CLI, make_customer, make_product, make_user, place

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def mails(settings: Any, *, days: int, age: int, state: EmailState = EmailState.SENT) -> EmailMessage:
    settings.SHOP_KEEP_MAIL_TEXTS_DAYS = days
    return EmailMessage.objects.create(
        cause=f"order:{age}:{state}",
        template="order_placed",
        recipient="theo@example.com",
        state=state,
        context={"name": "Theo"},
        text="Dear Theo",
        created_at=NOW - timedelta(days=age),
    )


def test_mails_forget_what_they_said_and_not_that_they_were_sent(settings: Any) -> None:
    old, young = mails(settings, days=30, age=31), mails(settings, days=30, age=29)
    waiting = mails(settings, days=30, age=90, state=EmailState.QUEUED)
    dead = mails(settings, days=30, age=90, state=EmailState.DEAD)
    assert retention.forget_mails(NOW) == 2
    told = {mail.pk: (mail.text, mail.recipient) for mail in EmailMessage.objects.all()}
    assert told[old.pk] == ("", "theo@example.com")
    assert {told[young.pk][0], told[waiting.pk][0]} == {"Dear Theo"}
    with pytest.raises(NotDead):
        requeue(dead.pk)


def test_many_go_some_at_a_time_and_the_next_turn_goes_on(settings: Any, monkeypatch: Any) -> None:
    for age in range(100, 107):
        mails(settings, days=30, age=age)
    monkeypatch.setattr(retention, "MAILS_AT_ONCE", 2)
    monkeypatch.setattr(retention, "MOST_MAILS", 4)
    assert [retention.forget_mails(NOW), retention.forget_mails(NOW)] == [4, 3]


def test_customers_go_who_have_neither_ordered_nor_signed_in_for_so_long(settings: Any) -> None:
    settings.SHOP_KEEP_CUSTOMERS_MONTHS = 24
    make_product("A", on_hand=9)
    long_ago = NOW - timedelta(days=900)
    named = ("gone", "ordered", "open", "signed-in", "colleague", "new")
    people = {name: make_customer(f"{name}@example.com") for name in named}
    cancel_order(place({"A": 1}, customer=people["ordered"]).number, by=CLI)
    place({"A": 1}, customer=people["open"], at=long_ago)
    signed_in = make_user("signed-in@example.com", created_at=long_ago, last_login=NOW)
    colleague = make_user("colleague@example.com", role="Viewer", created_at=long_ago, last_login=long_ago)
    Customer.objects.filter(pk=people["signed-in"].pk).update(user=signed_in)
    Customer.objects.filter(pk=people["colleague"].pk).update(user=colleague)
    Customer.objects.exclude(pk=people["new"].pk).update(created_at=long_ago)

    assert {each.email for each in retention.long_gone(NOW)} == {"gone@example.com", "open@example.com"}
    assert retention.erase_due(NOW)["customers"] == 1
    assert list(Customer.objects.filter(erased_at__isnull=False)) == [people["gone"]]


def test_nothing_goes_that_no_setting_limits(settings: Any) -> None:
    mails(settings, days=30, age=4_000)
    settings.SHOP_KEEP_MAIL_TEXTS_DAYS = settings.SHOP_KEEP_SIGN_INS_DAYS = None
    Customer.objects.filter(pk=make_customer().pk).update(created_at=NOW - timedelta(days=9_000))
    AccountEvent.objects.create(
        user=make_user(), kind=AccountChange.SIGNED_IN, source="api", at=NOW - timedelta(days=9_000)
    )
    assert list(retention.due(NOW)) == []
    assert retention.erase_due(NOW) == {"mails": 0, "customers": 0, "sign_ins": 0}


def test_nothing_goes_when_a_limit_is_lifted_between_the_look_and_the_deed(settings: Any) -> None:
    mails(settings, days=30, age=4_000)
    Customer.objects.filter(pk=make_customer().pk).update(created_at=NOW - timedelta(days=9_000))
    change_settings({"SHOP_KEEP_MAIL_TEXTS_DAYS": "", "SHOP_KEEP_CUSTOMERS_MONTHS": ""}, by=CLI)

    assert list(retention.old_mails(NOW)) == []
    assert list(retention.long_gone(NOW)) == []


def test_a_limit_that_a_manager_sets_holds_from_the_next_night_on(settings: Any) -> None:
    mails(settings, days=0, age=31)
    settings.SHOP_KEEP_MAIL_TEXTS_DAYS = None
    change_settings({"SHOP_KEEP_MAIL_TEXTS_DAYS": "30"}, by=CLI)

    assert retention.erase_due(NOW)["mails"] == 1


def test_one_of_several_schedulers_takes_the_nights_turn(settings: Any) -> None:
    mails(settings, days=30, age=31)
    assert [retention.take_turn(NOW), retention.take_turn(NOW)] == [True, False]
    assert EmailMessage.objects.get().forgotten_at == NOW


def test_what_is_due_is_listed_before_it_goes(settings: Any, answers: Answers, shopctl: Shopctl) -> None:
    mails(settings, days=30, age=31)
    settings.SHOP_KEEP_SIGN_INS_DAYS = None
    [row] = answers("privacy", "due")
    assert (row["setting"], row["count"]) == ("SHOP_KEEP_MAIL_TEXTS_DAYS", 1)
    assert shopctl("privacy", "sweep").exit_code == 2
    assert answers("privacy", "sweep", "--yes")["mails"] == 1
    assert answers("privacy", "due")[0]["count"] == 0


def test_files_of_the_log_expire(settings: Any, tmp_path: Path) -> None:
    log = tmp_path / "security.log"
    handlers = settings.LOGGING["handlers"]
    handler = {**handlers["security"], "filename": log}
    settings.LOGGING = {**settings.LOGGING, "handlers": {**handlers, "security": handler}}
    log.write_text("2026-01-01 10:00:00,000 INFO old\n")
    for number, age in ((1, 5), (2, 50)):
        file = log.with_name(f"security.log.{number}")
        file.write_text(f"{age}\n")
        os.utime(file, (NOW.timestamp(), NOW.timestamp() - age * 86_400))
    assert expire_log(NOW - timedelta(days=30)) == 1
    assert sorted(path.name for path in tmp_path.glob("security.log.?")) == [
        "security.log.1",
        "security.log.2",
    ]
    assert log.with_name("security.log.1").read_text().startswith("2026-01-01")
    assert not log.exists()
