"""Mails about what happened to an account: at every door, with when, from where, with what and by whom."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor
from accounts.addresses.change import ask_for_own, confirm_email_change
from accounts.models import KnownPlace, Source, User
from accounts.people import reactivate, set_role
from accounts.sign_in.attempts import note_sign_in
from accounts.sign_in.places import KNOWN_FOR
from backoffice.db.transactions import write_transaction
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from tests.accounts.mailbox import templates_sent_to, token_sent_to
from tests.cli_fixtures import Shopctl
from tests.contract.client import Api
from tests.factories import CLI, PASSWORD, make_user
from tests.races.harness import race

NELE, NEW = "nele@example.com", "quite another horse"
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.6 Mobile/15E148 Safari/604.1"
)


def browser(address: str = ELSEWHERE) -> Client:
    return Client(REMOTE_ADDR=address, headers={"User-Agent": SAFARI})


def signed_in(address: str = ELSEWHERE, email: str = NELE) -> Client:
    client = browser(address)
    assert client.post("/admin/login/", {"username": email, "password": PASSWORD}).status_code == 302
    return client


def by_api(user: User) -> Api:
    api = Api(user)
    api.client = browser()
    return api


@pytest.fixture
def nele() -> User:
    user = make_user(NELE, role="Viewer", name="Nele")
    for address in (HERE, ELSEWHERE, "127.0.0.1"):
        KnownPlace.objects.create(user=user, block=address)
    return user


def letter() -> Any:
    """The one mail that has gone to her, as it was sent."""
    deliver_due()
    [sent] = mail.outbox
    return sent


def change_it_oneself(_nele: User, _shopctl: Shopctl) -> None:
    typed = {"old_password": PASSWORD, "new_password": NEW, "repeated": NEW}
    assert signed_in().post("/admin/password_change/", typed).status_code == 302


def change_it_by_api(nele: User, _shopctl: Shopctl) -> None:
    sent = {"old_password": PASSWORD, "new_password": NEW}
    assert by_api(nele).post("auth/password/change", sent).status_code == 204


def change_it_by_link(_nele: User, _shopctl: Shopctl) -> None:
    nobody = Api()
    nobody.client = browser()
    nobody.post("auth/password/forgot", {"email": NELE})
    nobody.post("auth/password/reset", {"token": token_sent_to(NELE), "new_password": NEW})
    EmailMessage.objects.filter(template="password_reset").delete()


def change_it_by_shopctl(_nele: User, shopctl: Shopctl) -> None:
    assert shopctl("users", "password", NELE, "--password-stdin", stdin=NEW).exit_code == 0


def change_it_by_a_colleague(_nele: User, shopctl: Shopctl) -> None:
    make_user("boss@example.com", role="Manager")
    done = shopctl("users", "password", NELE, "--password-stdin", "--as", "boss@example.com", stdin=NEW)
    assert done.exit_code == 0


ELSEWHERE_LINES = (f"From: {ELSEWHERE}", "With: Safari on iPhone", f"By: {NELE}")
COMPUTER = "From: the shop's computer"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (change_it_oneself, ("was changed", *ELSEWHERE_LINES)),
        (change_it_by_api, ("was changed", *ELSEWHERE_LINES)),
        (change_it_by_link, ("with a link that was mailed to you", *ELSEWHERE_LINES)),
        (change_it_by_shopctl, ("was changed", COMPUTER, "By: the shop's command line")),
        (change_it_by_a_colleague, ("was changed", COMPUTER, "By: boss@example.com")),
    ],
)
def test_a_new_password_is_mailed_whoever_chose_it(
    nele: User, shopctl: Shopctl, change: Callable[[User, Shopctl], None], lines: tuple[str, ...]
) -> None:
    change(nele, shopctl)
    sent = letter()
    assert sent.to == [NELE]
    assert "password" in sent.subject
    html = sent.alternatives[0][0]
    for line in (*lines, "When: "):
        assert line in sent.body
        assert all(part in html.replace("&#x27;", "'") for part in line.split(": "))
    assert f"When: {timezone.localtime():%-d %B %Y}" in sent.body
    link = next(line for line in sent.body.splitlines() if line.startswith("http"))
    assert f'href="{link}"' in html
    # The link works, for whoever has the mailbox alone.
    page = Client().post(link.removeprefix("http://127.0.0.1:8000"), {"email": NELE})
    assert page.status_code == 200
    assert templates_sent_to(NELE)[-1] == "password_reset"


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["admin", "api"])
def test_a_new_place_is_mailed_once_from_both_doors(nele: User, door: str) -> None:
    for _ in range(2):
        if door == "admin":
            signed_in("203.0.113.9")
        else:
            client = browser("203.0.113.9")
            sent = {"email": NELE, "password": PASSWORD}
            client.post("/api/v1/auth/token", sent, content_type="application/json")
    message = EmailMessage.objects.get()
    context = message.context
    assert (message.template, context["address"], context["user_agent"]) == (
        "new_place",
        "203.0.113.9",
        SAFARI,
    )
    assert nele.events.filter(kind="signed_in").latest("pk").sentence == "Signed in Safari on iPhone"


@pytest.mark.django_db
def test_the_first_place_of_a_new_account_is_expected_and_of_one_that_slept_is_not() -> None:
    fresh, asleep = make_user("fresh@example.com", role="Viewer"), make_user(NELE, role="Viewer")
    User.objects.filter(pk=asleep.pk).update(created_at=timezone.now() - KNOWN_FOR)
    for user in (fresh, User.objects.get(pk=asleep.pk)):
        note_sign_in(user, address=HERE, source=Source.API)
    assert [message.recipient for message in EmailMessage.objects.all()] == [NELE]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_eight_sign_ins_at_once_from_a_new_place_are_one_mail(nele: User) -> None:
    def come() -> None:
        note_sign_in(nele, address="203.0.113.9", source=Source.API)

    assert race(8, [come] * 8) == [None] * 8
    assert templates_sent_to(NELE) == ["new_place"]


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["admin", "api", "cli"])
def test_role_and_activity_are_mailed_from_every_door(nele: User, shopctl: Shopctl, door: str) -> None:
    boss = make_user("boss@example.com", role="Manager")
    if door == "admin":
        page, client = f"/admin/accounts/user/{nele.pk}/change/", signed_in(email="boss@example.com")
        client.post(page, {"name": "Nele", "role": "Support", "is_active": "on"})
        client.post(page, {"name": "Nele", "role": "Support"})
        client.post(page, {"name": "Nele", "role": "Support", "is_active": "on"})
    elif door == "api":
        for changes in ({"role": "Support"}, {"is_active": False}, {"is_active": True}):
            by_api(boss).patch(f"users/{nele.pk}", changes)
    else:
        for command in (("role", NELE, "support"), ("deactivate", NELE, "--yes"), ("activate", NELE)):
            assert shopctl("users", *command).exit_code == 0
    assert templates_sent_to(NELE) == ["role_changed", "deactivated", "activated"]
    messages = EmailMessage.objects.filter(recipient=NELE)
    by = "" if door == "cli" else "boss@example.com"
    assert {message.context["by"] for message in messages} == {by}
    assert {message.context["user_agent"] for message in messages} == {"" if door == "cli" else SAFARI}
    role = messages.get(template="role_changed").context
    assert (role["before"], role["after"]) == ("Viewer", "Support")


@pytest.mark.django_db
def test_what_changes_nothing_is_not_mailed(nele: User) -> None:
    reactivate(nele, by=CLI)
    assert templates_sent_to(NELE) == []


@pytest.mark.django_db
def test_a_new_address_is_mailed_to_both_mailboxes(nele: User) -> None:
    new = "nele.new@example.com"
    ask_for_own(nele, new, password=PASSWORD, by=Actor(nele, Source.API))
    tokens = [token_sent_to(NELE), token_sent_to(new)]
    for token in tokens:
        confirm_email_change(token, by=Actor(None, Source.API), address=HERE)
    told = EmailMessage.objects.filter(template="email_changed").order_by("pk")
    assert [(each.recipient, each.context["is_old"]) for each in told] == [(NELE, True), (new, False)]
    assert {(each.context["before"], each.context["email"]) for each in told} == {(NELE, new)}


@pytest.mark.django_db
def test_a_change_that_is_undone_is_not_mailed(nele: User) -> None:
    @write_transaction
    def change_and_fail() -> None:
        set_role(nele, "Support", by=CLI)
        raise LookupError

    with pytest.raises(LookupError):
        change_and_fail()
    assert templates_sent_to(NELE) == []


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_in_the_language_of_its_reader_and_escapes_what_a_stranger_calls_a_browser() -> None:
    user = make_user(NELE, role="Viewer", language="de")
    User.objects.filter(pk=user.pk).update(created_at=timezone.now() - KNOWN_FOR)
    client = Client(REMOTE_ADDR=HERE, headers={"User-Agent": "<b>Till</b>"})
    client.post("/admin/login/", {"username": NELE, "password": PASSWORD})
    assert EmailMessage.objects.get().language == "de"
    sent = letter()
    assert "&lt;b&gt;Till&lt;/b&gt;" in sent.alternatives[0][0]
    assert "<b>Till</b>" not in sent.alternatives[0][0]
