"""An account's address changes once both mailboxes have said so; or the new one, when the old one is lost."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.addresses.change import (
    ask_for_own,
    ask_for_somebody,
    confirm_email_change,
    stop_email_change,
    waiting_change,
)
from accounts.mailing.links import InvalidLink
from accounts.models import AccountEvent, Customer, EmailChange, Source, TokenFamily, User
from accounts.passwords.choosing import change_password
from accounts.people import EmailTaken, deactivate
from accounts.registration import register
from accounts.sweeping import sweep
from accounts.tokens.refresh import issue_pair
from backoffice.errors import Conflict, Forbidden, Invalid
from backoffice.outbox.models import EmailMessage
from tests.accounts.mailbox import templates_sent_to, token_sent_to
from tests.factories import CLI, PASSWORD, make_customer, make_shopper, make_user
from tests.races.harness import race

database = pytest.mark.django_db
OLD, NEW = "ana@example.com", "ana.moreira@example.com"
API = Actor(None, Source.API)
HERE = "192.0.2.7"


@pytest.fixture
def ana(db: None) -> User:
    return make_shopper(OLD)


def ask(user: User, email: str = NEW, password: str = PASSWORD) -> None:
    ask_for_own(user, email, password=password, by=Actor(user, Source.API))


def confirm(mailbox: str) -> EmailChange:
    return confirm_email_change(token_sent_to(mailbox), by=API, address=HERE)


def email_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


@pytest.mark.parametrize("first", [OLD, NEW])
def test_the_address_changes_once_both_mailboxes_have_confirmed(ana: User, first: str) -> None:
    ask(ana, "Ana.Moreira@Example.com ")
    tokens = {mailbox: token_sent_to(mailbox) for mailbox in (OLD, NEW)}
    confirm(first)
    assert email_of(ana) == OLD

    confirm_email_change(tokens[NEW if first == OLD else OLD], by=API, address=HERE)

    assert email_of(ana) == NEW
    assert Customer.objects.get(user=ana).email == NEW
    assert templates_sent_to(OLD) == ["email_change_old", "email_changed"]
    assert templates_sent_to(NEW) == ["email_change_new", "email_changed"]
    kinds = AccountEvent.objects.filter(user=ana).order_by("pk").values_list("kind", "facts")
    assert list(kinds) == [
        ("email_asked", {"email": {"from": OLD, "to": NEW}}),
        ("email", {"email": {"from": OLD, "to": NEW}}),
    ]
    assert waiting_change(ana) is None


def test_one_mailbox_twice_is_not_both(ana: User) -> None:
    ask(ana)
    confirm(NEW)
    confirm(NEW)
    assert email_of(ana) == OLD


def test_everything_that_was_signed_in_is_signed_out(ana: User) -> None:
    issue_pair(ana)
    ask(ana)
    before = ana.auth_version
    confirm(NEW)
    assert not TokenFamily.objects.exclude(revoked_at=None).exists()
    confirm(OLD)
    assert User.objects.get(pk=ana.pk).auth_version == before + 1
    assert TokenFamily.objects.exclude(revoked_at=None).count() == 1


def test_the_old_mailbox_stops_it_and_all_links_end(ana: User) -> None:
    ask(ana)
    tokens = [token_sent_to(NEW), token_sent_to(OLD)]
    with pytest.raises(InvalidLink):
        stop_email_change(tokens[0], by=API, address=HERE)
    stop_email_change(tokens[1], by=API, address=HERE)

    for token in tokens:
        with pytest.raises(InvalidLink):
            confirm_email_change(token, by=API, address=HERE)
    assert email_of(ana) == OLD
    assert AccountEvent.objects.filter(user=ana, kind="email_stopped").count() == 1


def test_the_wrong_password_sends_no_mail(ana: User) -> None:
    with pytest.raises(Invalid) as refused:
        ask(ana, password="not this one")
    assert [fault.pointer for fault in refused.value.faults] == ["/password"]
    assert (EmailMessage.objects.count(), EmailChange.objects.count()) == (0, 0)


@pytest.mark.parametrize("email", [OLD, " ANA@example.com", "nobody", "ana\u200b@example.com"])
def test_the_present_address_and_none_at_all_are_refused(ana: User, email: str) -> None:
    with pytest.raises(Invalid) as refused:
        ask(ana, email)
    assert [fault.pointer for fault in refused.value.faults] == ["/email"]


def test_asking_again_ends_the_links_of_before(ana: User) -> None:
    ask(ana)
    earlier = token_sent_to(NEW)
    ask(ana, "other@example.com")
    with pytest.raises(InvalidLink):
        confirm_email_change(earlier, by=API, address=HERE)


def test_links_end_with_a_new_password_and_with_deactivation(ana: User) -> None:
    ask(ana)
    tokens = [token_sent_to(NEW), token_sent_to(OLD)]
    change_password(ana, old=PASSWORD, new="a quite different phrase", by=API)
    for token in tokens:
        with pytest.raises(InvalidLink):
            confirm_email_change(token, by=API, address=HERE)


def test_links_end_after_some_days(ana: User, settings: object) -> None:
    ask(ana)
    token = token_sent_to(NEW)
    settings.PASSWORD_RESET_TIMEOUT = -1  # type: ignore[attr-defined]
    with pytest.raises(InvalidLink):
        confirm_email_change(token, by=API, address=HERE)


def test_whether_an_address_has_an_account_is_told_to_its_mailbox_alone(ana: User) -> None:
    make_user(NEW)
    ask(ana)
    assert templates_sent_to(NEW) == ["account_exists"]
    assert templates_sent_to(OLD) == []
    assert not EmailChange.objects.exists()


def test_a_registration_that_nobody_confirmed_stands_in_nobodys_way(ana: User) -> None:
    register(NEW, "a good long phrase", address=HERE)
    ask(ana)
    confirm(NEW)
    confirm(OLD)
    assert email_of(ana) == NEW
    assert User.objects.count() == 1


def test_an_account_made_meanwhile_keeps_its_address(ana: User) -> None:
    ask(ana)
    confirm(OLD)
    make_user(NEW)
    with pytest.raises(EmailTaken):
        confirm(NEW)
    assert email_of(ana) == OLD


def test_staff_give_somebody_whose_mailbox_is_lost_another_one(ana: User) -> None:
    boss = Actor(make_user(role="Manager"), Source.ADMIN)

    ask_for_somebody(ana, NEW, by=boss)
    assert (templates_sent_to(OLD), templates_sent_to(NEW)) == (["email_change_told"], ["email_change_new"])
    assert email_of(ana) == OLD
    confirm(NEW)

    assert email_of(ana) == NEW
    assert templates_sent_to(OLD)[-1] == "email_changed"
    asked = AccountEvent.objects.get(user=ana, kind="email_asked")
    assert (asked.actor, asked.source) == (boss.user, "admin")


def test_what_staff_ask_for_is_stopped_by_the_old_mailbox(ana: User) -> None:
    ask_for_somebody(ana, NEW, by=CLI)
    token = token_sent_to(NEW)
    stop_email_change(token_sent_to(OLD), by=API, address=HERE)
    with pytest.raises(InvalidLink):
        confirm_email_change(token, by=API, address=HERE)


def test_what_staff_may_not_ask_for(ana: User) -> None:
    boss = Actor(make_user(role="Manager"), Source.ADMIN)
    assert boss.user is not None
    with pytest.raises(Conflict, match="your own address"):
        ask_for_somebody(boss.user, NEW, by=boss)
    with pytest.raises(Forbidden):
        ask_for_somebody(make_user(is_superuser=True), NEW, by=boss)
    with pytest.raises(EmailTaken):
        ask_for_somebody(ana, boss.user.email, by=boss)
    deactivate(ana, by=boss)
    with pytest.raises(Conflict, match="deactivated"):
        ask_for_somebody(User.objects.get(pk=ana.pk), NEW, by=boss)
    assert not EmailChange.objects.exists()


def test_an_account_without_a_customer_gets_the_guest_of_its_new_address(db: None) -> None:
    bob = make_user("bob@example.com")
    guest = make_customer(NEW)
    ask_for_somebody(bob, NEW, by=CLI)
    confirm(NEW)
    assert Customer.objects.get(user=bob) == guest


def test_what_nobody_confirmed_is_swept(ana: User) -> None:
    ask(ana)
    sweep(timezone.now() + timedelta(days=29))
    assert EmailChange.objects.count() == 1
    sweep(timezone.now() + timedelta(days=31))
    assert EmailChange.objects.count() == 0


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_clicks_at_once_one_changes_the_address() -> None:
    ana = make_shopper(OLD)
    ask_for_somebody(ana, NEW, by=CLI)
    click = partial(confirm_email_change, token_sent_to(NEW), by=API, address=HERE)

    outcomes = race(8, [click] * 8)

    assert sorted(type(each).__name__ for each in outcomes) == ["EmailChange", *["InvalidLink"] * 7]
    assert AccountEvent.objects.filter(user=ana, kind="email").count() == 1
