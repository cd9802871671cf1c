"""Signing in to the admin, and what ends it."""

import re
import sqlite3
from pathlib import Path
from time import time

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError
from django.test import Client
from django.utils import timezone

from accounts.models import BrowserSession, User
from accounts.sign_in import sessions
from accounts.sign_in.sessions import NOTED_EVERY_SECONDS, SEEN
from tests.accounts.tokens.test_refresh import REVOCATIONS
from tests.contract.client import Api, assert_problem
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def full_disk() -> OperationalError:
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorcode = sqlite3.SQLITE_FULL
    error = OperationalError("database or disk is full")
    error.__cause__ = cause
    return error


LOGIN = "/admin/login/"
NELE = "nele@example.com"


def guess(client: Client, password: str = "a wrong guess") -> str:
    return client.post(LOGIN, {"username": NELE, "password": password}).text


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_the_session_before_signing_in_is_worth_nothing_afterwards() -> None:
    """Session fixation: whoever planted the earlier key would be signed in with it."""
    make_user(NELE, role="Viewer")
    client, planted = Client(), Client()
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key or ""
    client.cookies[settings.SESSION_COOKIE_NAME] = before

    client.post(LOGIN, {"username": NELE, "password": PASSWORD})

    planted.cookies[settings.SESSION_COOKIE_NAME] = before
    assert key_of(client) != before
    assert (is_in(client), is_in(planted)) == (True, False)


def test_a_cookie_ends_with_its_session_and_is_for_the_server_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(NELE, role="Viewer")
    client, now = Client(), time()
    for used_after_hours, ends_after_minutes in (
        (0, 121),
        (1.5, 121),
        (3, 121),
        (4.5, 121),
        (6, 121),
        (7.5, 121),
        (9, 121),
        (10.5, 90),
    ):
        monkeypatch.setattr(sessions, "time", lambda hours=used_after_hours: now + hours * 60 * 60)
        answer = (
            client.get("/admin/")
            if used_after_hours
            else client.post(LOGIN, {"username": NELE, "password": PASSWORD})
        )
        cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
        left = BrowserSession.objects.get().expire_date - timezone.now()
        assert round(left.total_seconds() / 60) == ends_after_minutes
        assert round(cookie["max-age"] / 60) == ends_after_minutes
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_page_that_asks_by_itself_does_not_keep_anybody_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    make_user(NELE, role="Viewer")
    left, used, now = Client(), Client(), time()
    for client in (left, used):
        guess(client, PASSWORD)
    for hours in (1, 1.9):
        monkeypatch.setattr(sessions, "time", lambda hours=hours: now + hours * 60 * 60)
        assert left.get("/admin/", headers={"X-Unattended": "1"}).status_code == 200
        assert is_in(used)
    monkeypatch.setattr(sessions, "time", lambda: now + 2 * 60 * 60)
    assert (is_in(left), is_in(used)) == (False, True)


@pytest.mark.parametrize("revoke", REVOCATIONS.values(), ids=REVOCATIONS.keys())
def test_every_session_falls_when_tokens_do(revoke) -> None:
    user, other = make_user(NELE, role="Warehouse"), make_user(role="Viewer")
    here, there, others = Client(), Client(), Client()
    here.force_login(user)
    there.force_login(user)
    others.force_login(other)
    assert is_in(here)

    revoke(User.objects.get(pk=user.pk))

    assert [is_in(client) for client in (here, there, others)] == [False, False, True]


def test_signing_out_everywhere_through_the_api_ends_the_admins_session() -> None:
    user = make_user(NELE, role="Viewer")
    client = Client()
    client.force_login(user)
    assert Api(user).post("auth/logout?everywhere=true").status_code == 204
    assert not is_in(client)


@pytest.mark.parametrize("path", ["orders/order/7/ship/", "orders/order/7/lines/", "search/?s=lamp"])
def test_who_is_signed_out_within_a_page_signs_in_and_comes_back_to_it(path: str) -> None:
    """Followed into a dialog, a row or the search, the form would stand there, or nothing would."""
    here = "http://testserver/admin/orders/order/?view=late&p=2#"
    headers = {"HX-Request": "true", "HX-Current-URL": here}
    answer = Client().get(f"/admin/{path}", headers=headers, follow=True)
    back = "%2Fadmin%2Forders%2Forder%2F%3Fview%3Dlate%26p%3D2"
    assert (answer.content, answer.headers["HX-Redirect"]) == (b"", f"{LOGIN}?next={back}")


@pytest.mark.parametrize("named", ["http://[", ""])
def test_who_asks_from_no_page_comes_home(named: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": named}
    answer = Client().get(LOGIN, headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, f"{LOGIN}?next=%2Fadmin%2F")


def test_guesses_in_the_admin_and_at_the_api_are_counted_together_before_hashing(hashed) -> None:
    make_user(NELE, role="Viewer")
    hashed.clear()
    for _ in range(3):
        guess(Client())
    for _ in range(2):
        Api().post("auth/token", {"email": NELE, "password": "a wrong guess"})

    page = guess(Client(), PASSWORD)
    answer = Api().post("auth/token", {"email": NELE, "password": PASSWORD})

    assert "Too many requests. Try again in" in page
    assert_problem(answer, 429, "throttled")
    assert hashed == ["a wrong guess"] * 5


def test_the_form_tells_nothing_about_accounts(hashed) -> None:
    make_user(NELE, role="Viewer", is_active=False)
    hashed.clear()
    for email in (NELE, "nobody@example.com"):
        page = Client().post(LOGIN, {"username": email, "password": PASSWORD})
        assert [str(error) for error in page.context["form"].non_field_errors()] == [
            "This e-mail address and password do not belong together."
        ]
    assert hashed == [PASSWORD] * 2


def test_a_customer_does_not_get_in_and_is_told_why() -> None:
    make_user(NELE)
    client = Client()
    assert "for a staff account" in guess(client, PASSWORD)
    assert not is_in(client)


@pytest.mark.parametrize(
    ("error", "status"),
    [(full_disk(), 200), (DatabaseError("of another kind"), 400)],
    ids=["a full disk", "control"],
)
def test_pages_that_only_read_are_shown_while_nothing_can_be_written(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    client = Client()
    client.force_login(make_user(NELE, role="Viewer"))
    session = client.session
    session[SEEN] = int(time()) - NOTED_EVERY_SECONDS
    session.save()

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(BrowserSession, "save", refuse)
    assert client.get("/admin/").status_code == status


def test_whatever_a_page_asks_again_and_again_says_that_it_asks_by_itself() -> None:
    ours = [Path(settings.BASE_DIR) / app for app in ("backoffice", "accounts", "catalog", "orders")]
    scripts = {path.name: path.read_text() for app in ours for path in app.rglob("static/**/*.js")}
    pages = [path.read_text() for app in ours for path in app.rglob("templates/**/*.html")]
    repeating = {name for name, text in scripts.items() if "setInterval(" in text}
    assert repeating == {name for name, text in scripts.items() if "askedByItself(" in text} - {"request.js"}
    assert repeating == {"upload.js"}
    assert not [text for text in pages if re.search(r"hx-trigger=\"[^\"]*every", text)]
