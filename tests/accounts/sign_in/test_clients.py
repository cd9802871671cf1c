"""Where somebody is signed in: listed and ended through the API, by a manager, and while it saves itself."""

from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db.models import Model
from django.test import Client as Browser

from accounts.actors import Actor
from accounts.models import BrowserSession, Source, User
from accounts.sign_in import sessions
from accounts.sign_in.clients import clients_of, sign_out, sign_out_everywhere
from accounts.sign_in.sessions import SessionStore
from accounts.tokens.refresh import issue_pair
from backoffice.errors import Forbidden
from backoffice.outbox.models import EmailMessage
from tests.accounts.api.clients import bearing
from tests.accounts.mailbox import templates_sent_to
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, PASSWORD, make_user
from tests.races.harness import race

NELE = "nele@example.com"
CURL = {"User-Agent": "curl/8.5.0"}


def browser_of(email: str = NELE) -> Browser:
    browser = Browser()
    assert browser.post("/admin/login/", {"username": email, "password": PASSWORD}).status_code == 302
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/admin/").status_code == 200


def program_of(email: str = NELE) -> Api:
    """A program that has signed in, as curl does."""
    answer = Browser(headers=CURL).post(
        "/api/v1/auth/token", {"email": email, "password": PASSWORD}, content_type="application/json"
    )
    return bearing(answer.json()["access"])


@pytest.mark.django_db
def test_one_lists_and_ends_ones_own_sessions_through_the_api() -> None:
    make_user(NELE, role="Viewer")
    browser, program, other = browser_of(), program_of(), program_of()

    listed = program.get("users/me/sessions").json()["items"]

    assert [(each["kind"], each["device"], each["address"], each["is_current"]) for each in listed] == [
        ("browser", "A browser", "127.0.0.1", False),
        ("api", "A program (curl)", "127.0.0.1", False),
        ("api", "A program (curl)", "127.0.0.1", True),
    ]
    assert program.delete(f"users/me/sessions/{listed[1]['id']}").status_code == 204
    assert (other.get("users/me").status_code, is_in(browser)) == (401, True)
    assert program.delete("users/me/sessions").status_code == 204
    assert (program.get("users/me").status_code, is_in(browser)) == (200, False)
    assert len(program.get("users/me/sessions").json()["items"]) == 1
    assert_problem(program.delete(f"users/me/sessions/{listed[1]['id']}"), 404, "not_found")
    assert templates_sent_to(NELE) == []


@pytest.mark.django_db
def test_nobody_ends_a_session_of_somebody_else_by_its_id() -> None:
    make_user(NELE, role="Viewer")
    make_user("otto@example.com", role="Viewer")
    browser, otto = browser_of(), program_of("otto@example.com")
    [hers] = clients_of(User.objects.get(email=NELE))
    assert_problem(otto.delete(f"users/me/sessions/{hers.id}"), 404, "not_found")
    assert is_in(browser)


@pytest.mark.django_db
def test_a_manager_signs_a_colleague_out_everywhere_who_is_told() -> None:
    nele, boss = make_user(NELE, role="Viewer"), make_user("boss@example.com", role="Manager")
    browser, program, bystander = browser_of(), program_of(), browser_of("boss@example.com")

    assert Api(boss).delete(f"users/{nele.pk}/sessions").status_code == 204

    assert (is_in(browser), program.get("users/me").status_code, is_in(bystander)) == (False, 401, True)
    assert templates_sent_to(NELE) == ["signed_out"]
    assert EmailMessage.objects.get(template="signed_out").context["by"] == "boss@example.com"
    event = nele.events.latest("pk")
    assert (event.sentence, event.by) == ("Signed out everywhere", "boss@example.com")
    assert is_in(browser_of())


@pytest.mark.django_db
def test_only_a_superuser_signs_a_superuser_out() -> None:
    root, boss = make_user(NELE, is_superuser=True), make_user("boss@example.com", role="Manager")
    browser = browser_of()
    with pytest.raises(Forbidden):
        sign_out_everywhere(root, by=Actor(boss, Source.API))
    assert (is_in(browser), templates_sent_to(NELE)) == (True, [])


@pytest.mark.django_db
def test_whoever_signs_themselves_out_everywhere_needs_no_mail() -> None:
    make_user(NELE, role="Viewer")
    browser, program = browser_of(), program_of()
    assert program.post("auth/logout?everywhere=true").status_code == 204
    assert (is_in(browser), program.get("users/me").status_code) == (False, 401)
    assert templates_sent_to(NELE) == []


@pytest.mark.django_db
def test_a_new_password_in_one_browser_ends_all_others_at_once() -> None:
    make_user(NELE, role="Viewer")
    here, there, program = browser_of(), browser_of(), program_of()
    typed = {"old_password": PASSWORD, "new_password": "a quiet morning", "repeated": "a quiet morning"}
    here.post("/admin/password_change/", typed)
    assert (is_in(here), is_in(there), program.get("users/me").status_code) == (True, False, 401)
    assert [client.is_here for client in here.get("/admin/account/").context["clients"]] == [True]


# Ended while it saves itself


def at_once(user: User) -> tuple[list[Any], int]:
    """A session is ended while eight requests of it save it: what came of that, how many rows are left."""
    key = browser_of().cookies[settings.SESSION_COOKIE_NAME].value
    [client] = clients_of(user)
    by = Actor(user, Source.ADMIN)

    def note_use() -> None:
        session = SessionStore(key)
        session[sessions.SEEN] = session.get(sessions.SEEN, 0) + 60
        session.save()

    calls = [note_use] * 4 + [partial(sign_out, [client], user=user, by=by)] + [note_use] * 4
    return race(9, calls), BrowserSession.objects.filter(user=user).count()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_session_that_ends_while_it_saves_itself_stays_ended() -> None:
    user = make_user(NELE, role="Viewer")
    for _ in range(5):
        outcomes, left = at_once(user)
        assert (outcomes[4], left) == (1, 0), outcomes


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_saving_without_asking_whether_it_is_still_there_would_revive_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control of the race above."""

    def save_anyhow(self: SessionStore, must_create: bool = False) -> None:
        row = self.create_model_instance(dict(self.items()))
        Model.save(row)

    user = make_user(NELE, role="Viewer")
    key = browser_of().cookies[settings.SESSION_COOKIE_NAME].value
    session = SessionStore(key)
    assert SESSION_KEY in session
    sign_out(clients_of(user), user=user, by=CLI)
    monkeypatch.setattr(SessionStore, "save", save_anyhow)
    session.save()
    assert BrowserSession.objects.filter(user=user).count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_browsers_that_sign_in_at_the_same_second_are_two() -> None:
    user = make_user(NELE, role="Viewer")
    browsers = race(2, [browser_of] * 2)
    assert [is_in(browser) for browser in browsers] == [True, True]
    assert len(clients_of(user)) == 2


@pytest.mark.django_db
def test_tokens_remember_what_they_were_given_to() -> None:
    user = make_user(NELE, role="Viewer")
    issue_pair(user)
    program_of()
    assert [client.device for client in clients_of(user)] == ["A program (curl)", "A program"]
