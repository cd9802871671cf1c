import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.utils import timezone

from accounts.models import SpentChallenge, User
from accounts.passwords.choosing import store_password
from accounts.people import deactivate, set_role
from accounts.second_factor.challenges import ChallengeEnded, Step, challenge_for, pending_of, spend
from accounts.sweeping import sweep
from accounts.tokens.refresh import revoke_everything
from tests.factories import CLI, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return make_user("ana@example.com", role="Manager")


def test_it_says_who_has_typed_the_password(ana: User) -> None:
    assert pending_of(challenge_for(ana, Step.ADMIN), Step.ADMIN).user == ana


def test_it_holds_nothing_that_lets_anybody_guess_the_password(ana: User) -> None:
    held = signing.loads(challenge_for(ana, Step.ADMIN), salt="accounts.second_factor.admin")
    assert held.keys() == {"user", "nonce", "state"}
    assert not any(str(value) in ana.password for value in held.values() if value != ana.pk)


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda challenge: "",
        lambda challenge: challenge[:-1],
        lambda challenge: challenge + "x",
        lambda challenge: challenge.swapcase(),
        lambda challenge: "x" + challenge[1:],
        lambda challenge: "\ud800",
        lambda challenge: "\0:" + challenge,
    ],
)
def test_one_that_was_tampered_with_is_worth_nothing(ana: User, spoiled: Callable[[str], str]) -> None:
    with pytest.raises(ChallengeEnded):
        pending_of(spoiled(challenge_for(ana, Step.ADMIN)), Step.ADMIN)


@pytest.mark.parametrize(("step", "other"), [("ADMIN", "API"), ("API", "ADMIN"), ("SETTING_UP", "ADMIN")])
def test_one_of_one_step_is_worth_nothing_at_another(ana: User, step: str, other: str) -> None:
    with pytest.raises(ChallengeEnded):
        pending_of(challenge_for(ana, Step[step]), Step[other])


def test_it_ends_after_five_minutes(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    challenge, now = challenge_for(ana, Step.ADMIN), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 299)
    assert pending_of(challenge, Step.ADMIN).user == ana
    monkeypatch.setattr(time, "time", lambda: now + 302)
    with pytest.raises(ChallengeEnded):
        pending_of(challenge, Step.ADMIN)


@pytest.mark.parametrize(
    "change",
    [
        lambda ana: store_password(ana, "!", by=CLI),
        lambda ana: set_role(ana, "Viewer", by=CLI),
        lambda ana: deactivate(ana, by=CLI),
        lambda ana: revoke_everything(ana, because="signed out everywhere"),
        lambda ana: ana.delete(),
    ],
)
def test_it_ends_with_whatever_ends_sessions(ana: User, change: Any) -> None:
    challenge = challenge_for(ana, Step.ADMIN)
    change(User.objects.get(pk=ana.pk))
    with pytest.raises(ChallengeEnded):
        pending_of(challenge, Step.ADMIN)


def test_it_is_spent_once(ana: User) -> None:
    nonce = pending_of(challenge_for(ana, Step.ADMIN), Step.ADMIN).nonce
    spend(nonce)
    with pytest.raises(ChallengeEnded):
        spend(nonce)
    spend(pending_of(challenge_for(ana, Step.ADMIN), Step.ADMIN).nonce)


def test_spent_ones_are_swept_after_a_day() -> None:
    spend("old")
    spend("new")
    SpentChallenge.objects.filter(nonce="old").update(spent_at=timezone.now() - timedelta(days=1, seconds=1))
    sweep(timezone.now())
    assert [each.nonce for each in SpentChallenge.objects.all()] == ["new"]
