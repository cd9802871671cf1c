"""What is shown instead of the password when the admin asks again."""

from time import time

import pytest
from django.test import Client

from accounts.models import User
from accounts.second_factor.passkeys import options_for_showing
from accounts.sign_in import sessions
from tests.accounts.admin.second_factor.test_entrance import SECOND, after_password
from tests.accounts.second_factor.devices import code, give_app, give_passkey, wrong_code
from tests.factories import make_user

pytestmark = pytest.mark.django_db
AGAIN = "/admin/password_again/?next=/admin/accounts/user/add/"


@pytest.fixture
def ana() -> User:
    user = make_user("ana@example.com", role="Manager")
    give_app(user)
    return user


@pytest.fixture
def client(ana: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Signed in eleven minutes ago."""
    client = Client(HTTP_HOST="localhost")
    client.post(SECOND, after_password(client) | {"code": code(-1)})
    now = time()
    monkeypatch.setattr(sessions, "time", lambda: now + 660)
    return client


def is_asked(client: Client) -> bool:
    return client.get("/admin/accounts/user/add/").status_code == 302


def test_a_code_of_the_app_will_do(client: Client) -> None:
    assert is_asked(client)
    assert "Code from your authenticator app" in client.get(AGAIN).text
    page = client.post(AGAIN, {"code": wrong_code()})
    assert "This code is wrong, or was used already" in page.text
    assert is_asked(client)
    assert client.post(AGAIN, {"code": code()})["Location"] == "/admin/accounts/user/add/"
    assert not is_asked(client)


def test_a_passkey_will_do_and_nobody_elses(client: Client, ana: User) -> None:
    theirs = give_passkey(make_user(role="Viewer"))
    mine = give_passkey(ana)
    client.force_login(User.objects.get(pk=ana.pk))
    session = client.session
    session[sessions.PASSWORD] = 0
    session.save()
    for passkey, is_mine in ((theirs, False), (mine, True)):
        asked = options_for_showing()
        client.post(AGAIN, {"state": asked["state"], "answer": passkey.shown(asked)})
        assert is_asked(client) is not is_mine


def test_wrong_codes_are_counted_with_those_of_signing_in(client: Client) -> None:
    statuses = [client.post(AGAIN, {"code": wrong_code()}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert client.post(AGAIN, {"code": code()}).status_code == 429
    assert is_asked(client)


def test_who_has_none_is_asked_for_the_password_alone() -> None:
    client = Client(HTTP_HOST="localhost")
    client.force_login(make_user(role="Manager"))
    text = client.get(AGAIN).text
    assert "second factor" not in text.partition("<main")[2]
