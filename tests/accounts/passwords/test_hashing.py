"""How passwords are hashed, and how many at a time."""

import threading
import time

import pytest
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    PBKDF2PasswordHasher,
    check_password,
    make_password,
)

from accounts.models import User
from accounts.passwords import hashing
from accounts.passwords.hashing import AT_ONCE, MOST_WAITING, Argon2id, Crowded, turn
from accounts.people import create_staff
from accounts.sign_in.attempts import sign_in
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, PASSWORD, make_user

HERE = "192.0.2.1"


@pytest.fixture
def busiest(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many passwords were looked at together, each time that one was."""
    seen: list[int] = []
    now = 0
    lock = threading.Lock()

    def slowly(*_: object) -> bool:
        nonlocal now
        with lock:
            now += 1
            seen.append(now)
        time.sleep(0.02)
        with lock:
            now -= 1
        return True

    monkeypatch.setattr(Argon2PasswordHasher, "verify", slowly)
    return seen


def at_once(number: int) -> list[object]:
    """What as many threads get that look at a password together."""
    encoded = "argon2$argon2id$v=19$m=19456,t=2,p=1$YWFhYWFhYWFhYWFhYWFhYQ$YWFh"
    outcomes: list[object] = []
    barrier = threading.Barrier(number)

    def look() -> None:
        barrier.wait()
        try:
            outcomes.append(Argon2id().verify("x", encoded))
        except Crowded as refusal:
            outcomes.append(refusal.retry_after_seconds)

    threads = [threading.Thread(target=look) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_passwords_are_hashed_at_a_time_and_some_wait(busiest):
    assert at_once(AT_ONCE + MOST_WAITING) == [True] * (AT_ONCE + MOST_WAITING)
    assert max(busiest) == AT_ONCE == 2


def test_of_sixty_at_once_the_others_are_told_to_come_again(busiest):
    outcomes = at_once(60)
    assert set(outcomes) == {True, 2}
    assert outcomes.count(True) == len(busiest) >= AT_ONCE + MOST_WAITING
    assert max(busiest) == AT_ONCE


def test_without_the_bound_all_of_them_would_be_hashed_together(busiest, monkeypatch):
    """The control of the two above."""
    monkeypatch.setattr(Argon2id, "verify", Argon2PasswordHasher.verify)
    at_once(12)
    assert max(busiest) > AT_ONCE


def test_who_waits_too_long_is_told_to_come_again(monkeypatch):
    monkeypatch.setattr(hashing, "WAIT_SECONDS", 0.05)
    release = threading.Event()
    holding = threading.Barrier(AT_ONCE + 1)

    def hold() -> None:
        with turn():
            holding.wait()
            release.wait()

    threads = [threading.Thread(target=hold) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    holding.wait()
    with pytest.raises(Crowded), turn():
        pass
    release.set()
    for thread in threads:
        thread.join()
    with turn():
        pass


def test_a_turn_within_a_turn_is_the_same_one_and_all_are_given_back():
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), turn(), turn():
            raise ZeroDivisionError
    with turn(), turn():
        assert hashing._turns._value == AT_ONCE - 1
    assert hashing._turns._value == AT_ONCE


def test_hashes_have_the_parameters_that_owasp_advises(real_password_hashers):
    assert make_password(PASSWORD).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("old", [Argon2PasswordHasher, PBKDF2PasswordHasher])
def test_an_older_hash_is_renewed_when_its_owner_signs_in(real_password_hashers, old):
    user = make_user()
    encoded = old().encode(
        PASSWORD, "a salt of so many chars", *([1000] if old is PBKDF2PasswordHasher else [])
    )
    User.objects.filter(pk=user.pk).update(password=encoded)
    signed_in = sign_in(user.email, PASSWORD, address=HERE)
    kept = User.objects.get(pk=user.pk).password
    assert kept == signed_in.password != encoded
    assert "$m=19456,t=2,p=1$" in kept
    assert check_password(PASSWORD, kept)


@pytest.mark.django_db(transaction=True)
def test_renewing_a_hash_does_not_bring_back_a_password_that_was_changed_meanwhile(real_password_hashers):
    user = make_user()
    old = Argon2PasswordHasher().encode(PASSWORD, "a salt of so many chars")
    User.objects.filter(pk=user.pk).update(password=old)
    stale = User.objects.get(pk=user.pk)
    user.set_password("quite another horse")
    user.save(update_fields=["password"])
    assert stale.check_password(PASSWORD)
    assert User.objects.get(pk=user.pk).password == user.password


@pytest.mark.django_db
def test_a_crowd_at_the_door_is_answered_429_and_counts_as_no_guess(monkeypatch):
    user = make_user()
    monkeypatch.setattr(hashing, "_has_come", lambda: False)
    for _ in range(10):
        answer = Api().post("auth/token", {"email": user.email, "password": PASSWORD})
        assert_problem(answer, 429, "throttled")
        assert answer["Retry-After"] == "2"
    monkeypatch.undo()
    assert Api().post("auth/token", {"email": user.email, "password": PASSWORD}).status_code == 200
    assert user.events.filter(kind="limited").count() == 0


@pytest.mark.django_db
def test_passwords_are_hashed_with_argon2id(real_password_hashers):
    user = create_staff("ada@example.com", role="Viewer", password=PASSWORD, by=CLI)
    assert user.password.startswith("argon2$argon2id$")
