"""One's own second factors in the admin."""

from time import time
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.sign_in import sessions
from accounts.tokens.refresh import issue_pair, rotate
from backoffice.errors import NotAuthenticated
from tests.accounts.admin.second_factor.test_entrance import LOGIN, SECOND, after_password, code_of, is_in
from tests.accounts.mailbox import templates_sent_to
from tests.accounts.second_factor.devices import (
    SoftPasskey,
    code,
    give_app,
    give_passkey,
    wrong_code,
)
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
ANA = "ana@example.com"
OWN = "/admin/account/second-factor/"
TYPED = {"username": ANA, "password": PASSWORD}


@pytest.fixture
def ana() -> User:
    return make_user(ANA, role="Viewer")


@pytest.fixture
def client(ana: User) -> Client:
    client = Client(HTTP_HOST="localhost")
    client.post(LOGIN, TYPED)
    return client


def test_an_app_is_set_up_and_shows_its_recovery_codes_once(client: Client, ana: User) -> None:
    page = client.get(f"{OWN}app/")
    secret = page.context["secret"]
    assert "<svg" in page.text
    held = {"state": page.context["state"]}
    wrong = client.post(f"{OWN}app/", held | {"code": wrong_code()})
    assert 'aria-invalid="true"' in wrong.text
    assert wrong.context["secret"] == secret

    done = client.post(f"{OWN}app/", held | {"code": code_of(secret)})
    assert done["Cache-Control"].find("no-store") >= 0
    codes = done.context["codes"]
    assert all(each in done.text for each in codes)
    page = client.get(OWN)
    assert "10 of 10 left" in page.text
    assert not any(each in page.text for each in codes)


def test_a_change_leaves_this_session_and_ends_all_others(client: Client, ana: User) -> None:
    other, program = Client(), issue_pair(ana)
    other.post(LOGIN, TYPED)
    page = client.get(f"{OWN}app/")
    client.post(f"{OWN}app/", {"state": page.context["state"], "code": code_of(page.context["secret"])})
    assert (is_in(client), is_in(other)) == (True, False)
    with pytest.raises(NotAuthenticated):
        rotate(program.refresh)


def test_a_state_of_somebody_else_or_none_begins_again(client: Client, ana: User) -> None:
    for state in ("", "made-up"):
        page = client.post(f"{OWN}app/", {"state": state, "code": "123456"}, follow=True)
        assert "This took too long: begin again." in page.text
    assert not ana.authenticators.exists()


def test_a_passkey_is_added_named_renamed_and_removed(client: Client, ana: User) -> None:
    passkey = SoftPasskey(origin="http://localhost")
    asked = client.get(f"{OWN}passkey/").json()
    answer = {"state": asked["state"], "answer": passkey.made(asked), "name": "Laptop"}
    assert len(client.post(f"{OWN}passkey/", answer).context["codes"]) == 10
    factor = {"factor": str(ana.authenticators.get().pk)}
    assert "Renamed." in client.post(OWN, factor | {"name": "Phone"}, follow=True).text
    page = client.get(OWN)
    assert "Phone" in page.text
    refused = client.post(OWN, factor | {"name": " "}, follow=True)
    assert "bo-bad" in refused.text
    removed = client.post(OWN, factor | {"remove": "1"}, follow=True)
    assert "Phone is removed." in removed.text
    assert is_in(client)
    assert not ana.authenticators.exists()
    assert templates_sent_to(ANA) == ["second_factor_added", "second_factor_removed"]


def test_one_that_was_not_made_here_is_refused_in_words(client: Client, ana: User) -> None:
    asked = client.get(f"{OWN}passkey/").json()
    made = SoftPasskey(origin="https://evil.example").made(asked)
    answer = {"state": asked["state"], "answer": made, "name": "Laptop"}
    assert "This passkey is not known here" in client.post(f"{OWN}passkey/", answer, follow=True).text
    assert not ana.authenticators.exists()


@pytest.mark.parametrize("factor", ["", "0", "x", "-1", "9" * 30, "other"])
def test_the_factor_of_somebody_else_or_none_is_left_alone(client: Client, ana: User, factor: str) -> None:
    other = make_user(role="Viewer")
    give_app(other)
    named = str(other.authenticators.get().pk) if factor == "other" else factor
    page = client.post(OWN, {"factor": named, "remove": "1"}, follow=True)
    assert "There is no such passkey or app of yours." in page.text
    assert other.authenticators.exists()


def test_new_recovery_codes_end_the_old(client: Client, ana: User) -> None:
    [old, *_others] = give_app(ana)
    codes = client.post(f"{OWN}codes/").context["codes"]
    assert len(codes) == 10
    assert old not in codes
    assert client.get(f"{OWN}codes/")["Location"] == OWN
    assert is_in(client)


def test_a_lost_phone_is_replaced_by_a_recovery_code(ana: User) -> None:
    """In with a code on paper, the lost app away, a new one in its place."""
    [paper, *_others] = give_app(ana)
    client = Client()
    client.post(SECOND, after_password(client) | {"recovery_code": paper})
    assert is_in(client)
    assert "9 of 10 left" in client.get(OWN).text
    client.post(OWN, {"factor": str(ana.authenticators.get().pk), "remove": "1"})
    assert not ana.authenticators.exists()
    page = client.get(f"{OWN}app/")
    secret = page.context["secret"]
    client.post(f"{OWN}app/", {"state": page.context["state"], "code": code_of(secret)})
    client = Client()
    client.post(SECOND, after_password(client) | {"code": code()})
    assert not is_in(client), "the lost phone lets nobody in any more"
    client.post(SECOND, after_password(client) | {"code": code_of(secret, 1)})
    assert is_in(client)


def test_where_one_is_required_the_lost_app_gives_way_to_the_new_one(ana: User, settings: Any) -> None:
    settings.SHOP_MFA = "required"
    [paper, *_others] = give_app(ana)
    client = Client()
    client.post(SECOND, after_password(client) | {"recovery_code": paper})
    refused = client.post(OWN, {"factor": str(ana.authenticators.get().pk), "remove": "1"}, follow=True)
    assert "Set up another one before you remove this one." in refused.text
    assert 'name="remove"' not in client.get(OWN).text
    page = client.get(f"{OWN}app/")
    client.post(f"{OWN}app/", {"state": page.context["state"], "code": code_of(page.context["secret"])})
    assert ana.authenticators.count() == 1
    client = Client()
    client.post(SECOND, after_password(client) | {"code": code()})
    assert not is_in(client)


@pytest.mark.parametrize("page", ["", "app/", "passkey/", "codes/"])
def test_ten_minutes_after_the_password_every_page_asks_whether_it_is_still_them(
    client: Client, ana: User, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_app(ana)
    pk, now = ana.authenticators.get().pk, time()
    monkeypatch.setattr(sessions, "time", lambda: now + 601)
    sent = {"factor": str(pk), "remove": "1"}
    for answer in (client.get(OWN + page), client.post(OWN + page, sent)):
        assert answer["Location"].startswith("/admin/password_again/?next=%2Fadmin%2Faccount%2Fsecond-factor")
    assert ana.authenticators.exists()
    assert ana.recovery_codes.count() == 10


def test_passkeys_are_offered_at_the_shops_own_address_alone(ana: User) -> None:
    for host, is_here in (("localhost", True), ("127.0.0.1", False)):
        client = Client(HTTP_HOST=host)
        client.force_login(ana)
        client.post("/admin/password_again/", {"password": PASSWORD})
        page = client.get(OWN)
        assert ("Add a passkey" in page.text, "used at localhost alone" in page.text) == (
            is_here,
            not is_here,
        )


def test_it_is_nowhere_where_the_shop_has_turned_it_off(client: Client, settings: Any) -> None:
    assert OWN in client.get("/admin/account/").text
    settings.SHOP_MFA = "off"
    assert OWN not in client.get("/admin/account/").text
    assert [client.get(OWN + page).status_code for page in ("", "app/", "passkey/", "codes/")] == [404] * 4


def test_passkeys_of_ones_own_are_listed_and_no_others(client: Client, ana: User) -> None:
    give_passkey(ana, "Mine")
    give_passkey(make_user(role="Viewer"), "Theirs")
    client.post(LOGIN, TYPED)
    client.force_login(User.objects.get(pk=ana.pk))
    client.post("/admin/password_again/", {"password": PASSWORD})
    text = client.get(OWN).text
    assert ("Mine" in text, "Theirs" in text) == (True, False)
