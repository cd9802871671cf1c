"""Forgotten passwords, through the API as clients do it; nobody learns whose addresses have an account."""

from functools import partial

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import recovery
from accounts.actors import Actor
from accounts.invitations import invite
from accounts.mailing.links import InvalidLink
from accounts.models import Source, User
from accounts.passwords.choosing import change_password
from accounts.people import deactivate, reactivate, set_password, set_role
from accounts.recovery import request_password_link, reset_password
from accounts.registration import register
from accounts.tokens.refresh import issue_pair, revoke_everything
from backoffice.errors import Throttled
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from tests.accounts.mailbox import templates_sent_to, token_sent_to
from tests.accounts.tokens.test_refresh import is_dead
from tests.contract.client import Api, assert_problem
from tests.counts import forget_counts
from tests.factories import CLI, PASSWORD, make_product, make_user, place
from tests.races.harness import first_together, race

ADA = "ada@example.com"
HERE = "192.0.2.1"
NEW = "quite another horse"


def asked_for(email: str = ADA) -> str:
    """The token of the mail."""
    request_password_link(email, address=HERE)
    return token_sent_to(email)


def signs_in(password: str) -> bool:
    forget_counts()
    return Api().post("auth/token", {"email": ADA, "password": password}).status_code == 200


@pytest.mark.django_db
def test_a_forgotten_password_is_exchanged_by_mail_and_whatever_was_signed_in_falls():
    pair = issue_pair(make_user(ADA))

    asked = Api().post("auth/password/forgot", {"email": "ADA@example.com"})

    assert (asked.status_code, asked.json()) == (
        202,
        {"detail": "If this address can receive it, a mail is on its way."},
    )
    assert signs_in(PASSWORD)
    body = {"token": token_sent_to(ADA), "new_password": NEW}
    assert Api().post("auth/password/reset", body).status_code == 204
    assert is_dead(pair)
    assert (signs_in(PASSWORD), signs_in(NEW)) == (False, True)


@pytest.mark.django_db
def test_a_link_is_good_once():
    make_user(ADA)
    token = asked_for()
    reset_password(token, NEW, source=Source.API, address=HERE)
    again = Api().post("auth/password/reset", {"token": token, "new_password": "a third horse here"})
    assert_problem(again, 422, "invalid_link", "/token")
    assert signs_in(NEW)


@pytest.mark.django_db
def test_a_weak_password_is_refused_and_the_link_is_still_good():
    make_user(ADA)
    token = asked_for()
    weak = Api().post("auth/password/reset", {"token": token, "new_password": "password1234"})
    assert_problem(weak, 422, "validation", "/new_password")
    assert signs_in(PASSWORD)
    reset_password(token, NEW, source=Source.API, address=HERE)
    assert signs_in(NEW)


OVERTAKEN = {
    "a password change": lambda user: change_password(user, old=PASSWORD, new="a third horse here", by=CLI),
    "a password set by staff": lambda user: set_password(user, "a third horse here", by=CLI),
    "another link": lambda user: reset_password(
        asked_for(), "a third horse here", source=Source.API, address=HERE
    ),
    "a new role": lambda user: set_role(user, "Viewer", by=CLI),
    "signing out everywhere": lambda user: revoke_everything(user, because="signed out everywhere"),
    "deactivation": lambda user: deactivate(user, by=CLI),
    "deactivation and back": lambda user: reactivate(deactivate(user, by=CLI), by=CLI),
}


@pytest.mark.django_db
@pytest.mark.parametrize("overtake", OVERTAKEN.values(), ids=OVERTAKEN)
def test_a_link_falls_with(overtake):
    user = make_user(ADA)
    token = asked_for()
    overtake(user)
    before = User.objects.values("password").get()
    with pytest.raises(InvalidLink):
        reset_password(token, NEW, source=Source.API, address=HERE)
    assert User.objects.values("password").get() == before


@pytest.mark.django_db
def test_a_link_is_too_old_after_three_days(settings):
    make_user(ADA)
    token = asked_for()
    settings.PASSWORD_RESET_TIMEOUT = -1
    with pytest.raises(InvalidLink):
        reset_password(token, NEW, source=Source.API, address=HERE)
    assert not signs_in(NEW)


@pytest.mark.django_db
def test_a_link_is_for_one_account_alone():
    make_user(ADA)
    eve = make_user("eve@example.com")
    whose, _, _ = asked_for().partition(".")
    _, _, signed = asked_for(eve.email).partition(".")
    with pytest.raises(InvalidLink):
        reset_password(f"{whose}.{signed}", NEW, source=Source.API, address=HERE)
    assert signs_in(PASSWORD)


@pytest.mark.django_db
def test_choosing_a_password_by_mail_confirms_the_address():
    make_product("A", on_hand=9)
    order = place({"A": 1}, customer=None)
    email = order.email
    register(email, PASSWORD, address=HERE)
    reset_password(asked_for(email), NEW, source=Source.API, address=HERE)
    user = User.objects.get()
    assert user.email_confirmed_at is not None
    assert user.customer == order.customer
    assert Api().post("auth/token", {"email": email, "password": NEW}).status_code == 200


STATES = {
    "unknown": "no_account",
    "pending": "password_reset",
    "customer": "password_reset",
    "staff": "password_reset",
    "invited": "password_reset",
    "deactivated": "account_deactivated",
}


def prepare(state: str) -> None:
    """Bring ada's address into this state."""
    if state == "invited":
        User.objects.create_user(ADA, is_staff=True)
    elif state != "unknown":
        user = make_user(ADA, role="Viewer" if state == "staff" else None)
        User.objects.update(email_confirmed_at=None if state == "pending" else timezone.now())
        if state == "deactivated":
            deactivate(user, by=CLI)
    User.objects.filter(is_staff=False).update(language="de")
    EmailMessage.objects.all().delete()


@pytest.mark.django_db
def test_whether_an_address_has_an_account_is_not_to_be_seen(hashed):
    seen = set()
    for state, template in STATES.items():
        User.objects.all().delete()
        forget_counts()
        prepare(state)
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            answer = Api().post("auth/password/forgot", {"email": ADA})
        assert templates_sent_to(ADA) == [template]
        verbs = tuple(query["sql"].split()[0] for query in queries)
        seen.add((answer.status_code, answer.content, tuple(hashed), verbs))
    assert len(seen) == 1, seen
    [(status, _, hashes, verbs)] = seen
    assert (status, hashes) == (202, ())
    assert [verb for verb in verbs if verb in ("INSERT", "UPDATE", "SELECT")] == [
        *("SELECT", "SELECT", "INSERT")
    ]


@pytest.mark.django_db
def test_signing_in_does_the_same_work_whatever_account_there_is(hashed):
    seen = set()
    for state in STATES:
        User.objects.all().delete()
        forget_counts()
        prepare(state)
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            answer = Api().post("auth/token", {"email": ADA, "password": "a wrong guess"})
        content = answer.json() | {"request_id": ""}
        seen.add((answer.status_code, str(content), len(hashed), len(queries)))
    assert len(seen) == 1, seen
    assert {(status, hashes, statements) for status, _, hashes, statements in seen} == {(401, 1, 5)}


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["pending", "deactivated"])
def test_the_right_password_of_an_account_that_does_not_work_is_as_wrong_as_any(state):
    prepare(state)
    right, wrong = (
        Api().post("auth/token", {"email": ADA, "password": password}).json() | {"request_id": ""}
        for password in (PASSWORD, "a wrong guess")
    )
    assert right == wrong
    assert right["code"] == "invalid_credentials"


@pytest.mark.django_db
def test_mails_for_forgotten_passwords_are_limited_by_recipient_known_or_not():
    make_user(ADA)
    for email in (ADA, "nobody@example.com"):
        statuses = [Api().post("auth/password/forgot", {"email": email}).status_code for _ in range(7)]
        assert statuses == [202] * 5 + [429] * 2
        assert len(templates_sent_to(email)) == 5
    refused = Api().post("auth/password/forgot", {"email": ADA})
    assert_problem(refused, 429, "throttled")
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert refused["RateLimit-Remaining"] == "0"


@pytest.mark.django_db
def test_tokens_cannot_be_tried_without_end():
    make_user(ADA)
    token = asked_for()
    for _ in range(30):
        with pytest.raises(InvalidLink):
            reset_password("MQ.x-y", NEW, source=Source.API, address=HERE)
    with pytest.raises(Throttled):
        reset_password(token, NEW, source=Source.API, address=HERE)
    reset_password(token, NEW, source=Source.API, address="198.51.100.7")
    assert signs_in(NEW)


@pytest.mark.django_db
def test_what_is_no_address_gets_no_mail():
    assert_problem(Api().post("auth/password/forgot", {"email": "no address"}), 422, "validation", "/email")
    assert not EmailMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("is_staff", "page"), [(True, "/admin/password_reset/"), (False, "/account/password/")]
)
def test_the_mail_leads_to_a_page_and_what_is_kept_of_it_nowhere(is_staff, page):
    make_user(ADA, role="Viewer" if is_staff else None)
    token = asked_for()
    deliver_due()
    [sent] = mail.outbox
    assert f"http://127.0.0.1:8000{page}{token.replace('.', '/')}/" in sent.body
    assert token in sent.body
    kept = str(EmailMessage.objects.get().__dict__)
    assert token.partition(".")[2] not in kept


def reset_at_once(token: str, times: int = 8) -> list[object]:
    return race(times, [partial(reset_to, f"horse number {number} here", token) for number in range(times)])


def reset_to(password: str, token: str) -> User:
    return reset_password(token, password, source=Source.API, address=HERE)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_eight_uses_of_one_link_at_once_one_wins():
    forgetful = make_user(ADA)
    tokens = {forgetful: asked_for()}
    for number in range(2):
        invited = invite(f"invited-{number}@example.com", role="Viewer", by=CLI)
        tokens[invited] = token_sent_to(invited.email)
    for user, token in tokens.items():
        outcomes = reset_at_once(token)
        assert [type(outcome) for outcome in outcomes].count(User) == 1, outcomes
        assert [type(outcome) for outcome in outcomes].count(InvalidLink) == 7, outcomes
        winner = next(index for index, outcome in enumerate(outcomes) if isinstance(outcome, User))
        user.refresh_from_db()
        assert user.check_password(f"horse number {winner} here")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_looking_before_storing_would_let_several_win(monkeypatch):
    """The control of the race above."""

    def store_without_comparing(user: User, encoded: str, *, by: Actor, by_link: bool) -> None:
        User.objects.filter(pk=user.pk).update(password=encoded)

    monkeypatch.setattr(recovery, "store_password", store_without_comparing)
    store, two_have_looked = recovery._choose, first_together(2)

    def store_when_two_have_looked(user: User, encoded: str, *, by: Actor) -> None:
        two_have_looked()
        store(user, encoded, by=by)

    monkeypatch.setattr(recovery, "_choose", store_when_two_have_looked)
    make_user(ADA)
    assert [type(outcome) for outcome in reset_at_once(asked_for())].count(User) > 1
