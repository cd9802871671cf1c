"""One account guessed at: every wrong guess gets the same answer, and the sixth none."""

from contextlib import nullcontext

import pytest
from django.core.cache import cache

from accounts.models import User
from accounts.passwords import hashing
from accounts.sign_in import attempts
from accounts.sign_in.attempts import InvalidCredentials, sign_in
from backoffice.errors import Throttled
from tests.factories import PASSWORD, make_user
from tests.races.harness import first_together, race

HERE = "192.0.2.1"


@pytest.mark.django_db
def test_signing_in_does_not_mind_case_or_spaces():
    user = make_user("Ada.Lovelace@Example.com")
    assert sign_in(" ADA.lovelace@example.COM ", PASSWORD, address=HERE) == user


@pytest.mark.django_db
def test_every_failed_sign_in_gets_the_same_answer():
    make_user("ada@example.com")
    make_user("gone@example.com", is_active=False)
    User.objects.create_user("invited@example.com")
    guesses = [
        ("ada@example.com", "wrong"),
        ("ada@example.com", ""),
        ("gone@example.com", PASSWORD),
        ("invited@example.com", ""),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
        ("a\x00@example.com", PASSWORD),
        ("", ""),
    ]
    answers = set()
    for email, password in guesses:
        with pytest.raises(InvalidCredentials) as refused:
            sign_in(email, password, address=HERE)
        answers.add((refused.value.code, refused.value.detail, refused.value.faults))
    assert {code for code, *_ in answers} == {"invalid_credentials"}
    assert len(answers) == 1


@pytest.mark.django_db
def test_an_unknown_account_costs_as_much_hashing_as_a_known_one(hashed):
    make_user("ada@example.com")
    hashed.clear()
    for email in ("ada@example.com", "nobody@example.com"):
        with pytest.raises(InvalidCredentials):
            sign_in(email, "wrong", address=HERE)
    assert hashed == ["wrong", "wrong"]


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_the_sixth_guess_is_not_even_looked_at(email, hashed):
    make_user("ada@example.com")
    hashed.clear()
    for _ in range(5):
        with pytest.raises(InvalidCredentials):
            sign_in(email, "wrong", address=HERE)
    with pytest.raises(Throttled) as refused:
        sign_in(email.upper(), PASSWORD, address=HERE)
    assert len(hashed) == 5
    assert refused.value.retry_after_seconds is not None
    assert 0 < refused.value.retry_after_seconds <= 15 * 60


@pytest.mark.django_db
def test_guesses_from_elsewhere_and_at_others_are_counted_apart():
    user, other = make_user("ada@example.com"), make_user("bob@example.com")
    for _ in range(5):
        with pytest.raises(InvalidCredentials):
            sign_in(user.email, "wrong", address=HERE)
    assert sign_in(user.email, PASSWORD, address="198.51.100.7") == user
    assert sign_in(other.email, PASSWORD, address=HERE) == other


@pytest.mark.django_db
def test_a_neighbour_in_the_same_ipv6_network_is_the_same_place():
    make_user("ada@example.com")
    for guess in range(5):
        with pytest.raises(InvalidCredentials):
            sign_in("ada@example.com", "wrong", address=f"2001:db8:1:2::{guess}")
    with pytest.raises(Throttled):
        sign_in("ada@example.com", PASSWORD, address="2001:db8:1:2:ffff::1")


@pytest.mark.django_db
def test_who_knows_the_password_may_sign_in_as_often_as_they_like():
    user = make_user("ada@example.com")
    assert [sign_in(user.email, PASSWORD, address=HERE) for _ in range(12)] == [user] * 12


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_forty_parallel_guesses_at_most_five_are_hashed(hashed):
    make_user("ada@example.com")
    hashed.clear()
    outcomes = race(16, [lambda: sign_in("ada@example.com", "wrong", address=HERE)] * 40)
    assert len(hashed) == 5
    assert sum(isinstance(outcome, InvalidCredentials) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, Throttled) for outcome in outcomes) == 35


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_counting_after_hashing_would_let_more_through(hashed, monkeypatch):
    """The control of the race above: a look at the count, and the count itself only after a failure."""

    all_have_guessed = first_together(16)

    def looked_at_only(_limits):
        if cache.get("guesses", 0) >= 5:
            raise Throttled("Too many.")
        return []

    def guess():
        try:
            sign_in("ada@example.com", "wrong", address=HERE)
        except InvalidCredentials:
            all_have_guessed()
            cache.set("guesses", cache.get("guesses", 0) + 1)
            raise

    monkeypatch.setattr(attempts, "take", looked_at_only)
    monkeypatch.setattr(hashing, "turn", nullcontext)
    monkeypatch.setattr(attempts, "turn", nullcontext)
    make_user("ada@example.com")
    hashed.clear()
    race(16, [guess] * 40)
    assert len(hashed) >= 16
