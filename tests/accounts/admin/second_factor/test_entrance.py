"""Signing in to the admin with a second factor: what lies between the password and the session."""

import json
from base64 import b32decode
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from accounts.invitations import invite
from accounts.models import BrowserSession, User
from accounts.recovery import request_password_link
from accounts.second_factor.passkeys import options_for_showing
from tests.accounts.mailbox import context_of_link_sent_to, templates_sent_to
from tests.accounts.second_factor.devices import SoftPasskey, code, give_app, give_passkey, wrong_code
from tests.factories import CLI, PASSWORD, make_user

pytestmark = pytest.mark.django_db
ANA = "ana@example.com"
LOGIN, SECOND, PASSKEY, SET_UP = (f"/admin/login/{page}" for page in ("", "second/", "passkey/", "set-up/"))
TYPED = {"username": ANA, "password": PASSWORD}
NEW = {"new_password": "a quiet morning in may", "repeated": "a quiet morning in may"}


@pytest.fixture
def ana() -> User:
    return make_user(ANA, role="Manager")


@pytest.fixture
def required(settings: Any) -> None:
    settings.SHOP_MFA = "required"


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def after_password(client: Client, to: str = "/admin/orders/order/") -> dict[str, str]:
    """What the page that asks for the second factor holds."""
    return hidden_in(client.post(f"{LOGIN}?next={to}", TYPED))


def hidden_in(page: Any) -> dict[str, str]:
    names = ("challenge", "next", "kept", "state")
    return {name: str(page.context[name]) for name in names if page.context.get(name)}


def test_after_the_password_there_is_a_page_and_no_session(ana: User) -> None:
    give_app(ana)
    client = Client()
    page = client.post(f"{LOGIN}?next=/admin/orders/order/", TYPED)
    assert (page.status_code, "no-store" in page["Cache-Control"]) == (200, True)
    assert "Code from your authenticator app" in page.text
    assert django_settings.SESSION_COOKIE_NAME not in client.cookies
    assert not BrowserSession.objects.exists()
    assert not is_in(client)
    assert not ana.events.filter(kind="signed_in").exists()


def test_a_code_lets_in_to_where_one_wanted_to_go(ana: User) -> None:
    give_app(ana)
    client = Client()
    held = after_password(client)
    answer = client.post(SECOND, held | {"code": code()})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/orders/order/")
    assert is_in(client)
    assert ana.events.latest("pk").kind == "signed_in"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_leads_nowhere_else(ana: User, elsewhere: str) -> None:
    give_app(ana)
    client = Client()
    answer = client.post(SECOND, after_password(client) | {"code": code(), "next": elsewhere})
    assert answer["Location"] == "/admin/"


def test_a_wrong_code_says_so_and_the_page_goes_on(ana: User) -> None:
    give_app(ana)
    client = Client()
    held = after_password(client)
    page = client.post(SECOND, held | {"code": wrong_code()})
    assert "This code is wrong, or was used already" in page.text
    assert hidden_in(page) == held
    assert not is_in(client)
    client.post(SECOND, held | {"code": code()})
    assert is_in(client)


def test_five_wrong_codes_are_answered_as_the_api_answers_them(ana: User) -> None:
    give_app(ana)
    client = Client()
    held = after_password(client)
    statuses = [client.post(SECOND, held | {"code": wrong_code()}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    page = client.post(SECOND, held | {"code": code()})
    assert (page.status_code, "Retry-After" in page) == (429, True)
    assert not is_in(client)


@pytest.mark.parametrize("typed", [{"code": "123456"}, {"recovery_code": "x"}, {}])
def test_without_a_challenge_one_begins_with_the_password(ana: User, typed: dict[str, str]) -> None:
    give_app(ana)
    for challenge in ({}, {"challenge": "made-up"}):
        page = Client().post(SECOND, {**challenge, **typed, "next": "/admin/orders/order/"})
        assert "This took too long, or was done already. Sign in again." in page.text
        assert page.context["app_path"] == f"{LOGIN}?next=%2Fadmin%2Forders%2Forder%2F"


def test_a_page_that_let_somebody_in_lets_in_nobody_else(ana: User) -> None:
    give_app(ana)
    first, thief = Client(), Client()
    held = after_password(first)
    first.post(SECOND, held | {"code": code()})
    page = thief.post(SECOND, held | {"code": code(1)})
    assert "Sign in again" in page.text
    assert not is_in(thief)


def test_a_wrong_recovery_code_is_told_beside_its_field_which_stays_open(ana: User) -> None:
    give_app(ana)
    client = Client()
    page = client.post(SECOND, after_password(client) | {"recovery_code": "wrong"}).text

    of_app, _mark, of_paper = page.partition("<details")
    assert " open>" in of_paper
    assert 'aria-invalid="true"' in of_paper
    assert 'aria-invalid="true"' not in of_app


def test_a_recovery_code_lets_in_and_signs_out_everywhere_else(ana: User) -> None:
    [paper, *_others] = give_app(ana)
    before, client = Client(), Client()
    before.post(SECOND, after_password(before) | {"code": code()})
    assert is_in(before)
    client.post(SECOND, after_password(client) | {"recovery_code": paper.upper()})
    assert (is_in(before), is_in(client)) == (False, True)


def test_looking_at_a_step_leads_to_the_sign_in() -> None:
    for page in (SECOND, SET_UP):
        assert Client().get(page)["Location"] == LOGIN


def test_every_step_is_our_form_alone(ana: User) -> None:
    give_app(ana)
    client = Client(enforce_csrf_checks=True)
    for page in (SECOND, SET_UP, PASSKEY):
        assert client.post(page, {"code": code()}).status_code == 403


# Passkeys


def show(client: Client, passkey: SoftPasskey, **more: str) -> Any:
    asked = client.get(PASSKEY).json()
    return client.post(PASSKEY, {"state": asked["state"], "answer": passkey.shown(asked), **more})


def test_a_passkey_alone_lets_in(ana: User) -> None:
    passkey, client = give_passkey(ana), Client()
    answer = show(client, passkey, next="/admin/orders/order/")
    assert answer["Location"] == "/admin/orders/order/"
    assert is_in(client)
    assert client.get("/admin/accounts/user/add/").status_code == 200, "it is as good as the password again"


def test_an_unknown_passkey_is_refused_in_words_and_what_was_kept_is_kept(ana: User) -> None:
    client, kept = Client(), json.dumps([["name", "typed"]])
    page = show(client, SoftPasskey(), next="/admin/orders/order/", kept=kept)
    assert "This passkey is not known here" in page.text
    assert (page.context["next"], page.context["kept"]) == ("/admin/orders/order/", kept)
    assert not is_in(client)


def test_whoever_has_a_passkey_alone_is_asked_for_it_after_the_password(ana: User) -> None:
    give_passkey(ana)
    page = Client(HTTP_HOST="localhost").post(LOGIN, TYPED)
    assert "Use a passkey" in page.text
    assert "Code from your authenticator app" not in page.text
    elsewhere = Client(HTTP_HOST="127.0.0.1").post(LOGIN, TYPED)
    assert "Use a passkey" not in elsewhere.text
    assert "recovery code" in elsewhere.text


def test_what_somebody_typed_before_the_session_ended_is_offered_again(ana: User) -> None:
    give_app(ana)
    passkey = give_passkey(ana)
    origin = {"Origin": "http://testserver"}
    typed = {"name": "A new name"}
    for shown in ("code", "passkey"):
        client = Client()
        page = client.post("/admin/catalog/category/add/", typed, headers=origin)
        kept = page.context["kept"]
        page = client.post(page.context["app_path"], TYPED | {"kept": kept})
        held = hidden_in(page)
        if shown == "code":
            page = client.post(SECOND, held | {"code": code()})
        else:
            page = show(client, passkey, next=held["next"], kept=held["kept"])
        assert "A new name" in page.text
        assert 'action="/admin/catalog/category/add/"' in page.text


def test_it_is_off_where_the_shop_says_so(ana: User, settings: Any) -> None:
    give_app(ana)
    passkey = give_passkey(ana)
    asked = options_for_showing()
    settings.SHOP_MFA = "off"
    client = Client()
    assert "passkey" not in client.get(LOGIN).text
    assert client.get(PASSKEY).status_code == 404
    client.post(PASSKEY, {"state": asked["state"], "answer": passkey.shown(asked)})
    assert not is_in(client)
    client.post(LOGIN, TYPED)
    assert is_in(client)


# The links of mails


def page_of_link(client: Client) -> str:
    link: str = context_of_link_sent_to(ANA)["secret_link"]
    return client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True).redirect_chain[-1][0]


def test_a_new_password_by_mail_does_not_pass_by_the_second_factor(ana: User) -> None:
    give_app(ana)
    request_password_link(ANA, address="192.0.2.1")
    client = Client()
    page = client.post(page_of_link(client), NEW)
    assert "Code from your authenticator app" in page.text
    assert User.objects.get().check_password(NEW["new_password"])
    assert not is_in(client)
    client.post(SECOND, hidden_in(page) | {"code": code()})
    assert is_in(client)


def test_an_invitation_lets_in_and_the_days_of_grace_begin(required: None) -> None:
    invite(ANA, role="Viewer", by=CLI)
    client = Client()
    client.post(page_of_link(client), NEW)
    assert is_in(client)
    assert User.objects.get().mfa_required_from is not None


# Where one is required


def overdue(user: User) -> None:
    User.objects.filter(pk=user.pk).update(mfa_required_from=timezone.now() - timedelta(seconds=1))


def test_within_the_days_of_grace_every_page_says_by_when(required: None, ana: User) -> None:
    client = Client()
    client.post(LOGIN, TYPED)
    User.objects.update(mfa_required_from="2026-12-08T12:00:00Z")
    for page in ("/admin/", "/admin/orders/order/", "/admin/sign_ins/"):
        assert "Set up a second factor</a> by Tue 8 Dec" in client.get(page).text
    give_app(ana)
    User.objects.update(mfa_required_from=None)
    assert "Set up a second factor</a> by" not in client.get("/admin/").text


def test_after_them_the_next_sign_in_sets_one_up_and_nothing_else(required: None, ana: User) -> None:
    overdue(ana)
    client = Client()
    page = client.post(f"{LOGIN}?next=/admin/orders/order/", TYPED)
    assert "Set up a second factor" in page.text
    assert not is_in(client)
    held, secret = hidden_in(page), page.context["secret"]
    wrong = client.post(SET_UP, held | {"code": wrong_code()})
    assert "This is not the code that your app should show now" in wrong.text
    assert (wrong.context["secret"], hidden_in(wrong)) == (secret, held)

    done = client.post(SET_UP, held | {"code": code_of(secret)})
    assert len(done.context["codes"]) == 10
    assert done.context["to"] == "/admin/orders/order/"
    assert is_in(client)
    assert User.objects.get().mfa_required_from is None
    assert templates_sent_to(ANA) == ["second_factor_added"]


def test_a_passkey_does_as_well(required: None, ana: User) -> None:
    overdue(ana)
    client, passkey = Client(HTTP_HOST="localhost"), SoftPasskey(origin="http://localhost")
    page = client.post(LOGIN, TYPED)
    asked = page.context["passkey_options"]
    answer = {"passkey_state": asked["state"], "answer": passkey.made(asked)}
    client.post(SET_UP, hidden_in(page) | answer)
    assert is_in(client)
    assert ana.authenticators.get().kind == "passkey"


def test_what_sets_one_up_is_good_for_that_alone_and_once(required: None, ana: User) -> None:
    overdue(ana)
    client, thief = Client(), Client()
    page = client.post(LOGIN, TYPED)
    held, secret = hidden_in(page), page.context["secret"]
    assert "Sign in again" in thief.post(SECOND, held | {"code": code_of(secret)}).text
    client.post(SET_UP, held | {"code": code_of(secret)})
    assert "Sign in again" in thief.post(SET_UP, held | {"code": code_of(secret, 1)}).text
    assert (is_in(client), is_in(thief)) == (True, False)


def test_a_state_of_ones_own_page_signs_nobody_in(required: None, ana: User) -> None:
    """It lies in an open page for half an hour: whoever reads it there has not typed the password."""
    client, thief = Client(), Client()
    client.post(LOGIN, TYPED)
    page = client.get("/admin/account/second-factor/app/")
    overdue(ana)
    for challenge in ("", page.context["state"]):
        held = {"challenge": challenge, "state": page.context["state"]}
        thief.post(SET_UP, held | {"code": code_of(page.context["secret"])})
    assert not is_in(thief)
    assert not ana.authenticators.exists()


def test_what_was_typed_before_is_kept_while_one_is_set_up(required: None, ana: User) -> None:
    overdue(ana)
    client = Client()
    kept = json.dumps([["name", "A new name"]])
    page = client.post(f"{LOGIN}?next=/admin/catalog/category/add/", TYPED | {"kept": kept})
    done = client.post(SET_UP, hidden_in(page) | {"code": code_of(page.context["secret"])})
    assert 'name="name" value="A new name"' in done.text
    assert 'action="/admin/catalog/category/add/"' in done.text


def code_of(secret: str, ahead: int = 0) -> str:
    return code(ahead, secret=b32decode(secret.replace(" ", "")))


def test_what_sets_one_up_ends_when_it_is_no_longer_required(ana: User, settings: Any) -> None:
    settings.SHOP_MFA = "required"
    overdue(ana)
    client = Client()
    page = client.post(LOGIN, TYPED)
    settings.SHOP_MFA = "offered"
    answer = client.post(SET_UP, hidden_in(page) | {"code": code_of(page.context["secret"])})
    assert "Sign in again" in answer.text
    assert not ana.authenticators.exists()
