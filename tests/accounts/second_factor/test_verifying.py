from typing import Any

import pytest

from accounts.models import Authenticator, Source, User
from accounts.second_factor import verifying
from accounts.second_factor.challenges import ChallengeEnded, Step, challenge_for
from accounts.second_factor.verifying import (
    WrongCode,
    finish_with_code,
    finish_with_recovery_code,
    show_code,
)
from tests.accounts.mailbox import templates_sent_to
from tests.accounts.second_factor.devices import SECRET, code, give_app, wrong_code
from tests.factories import make_user

pytestmark = pytest.mark.django_db
API = Source.API


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that codes go by: change its only item."""
    now = [1_800_000_000.0]
    monkeypatch.setattr(verifying, "time", lambda: now[0])
    return now


@pytest.fixture
def ana() -> User:
    return make_user("ana@example.com", role="Manager")


def challenge(user: User) -> str:
    return challenge_for(User.objects.get(pk=user.pk), Step.API)


def test_a_code_is_good_once_also_within_its_thirty_seconds(ana: User, clock: list[float]) -> None:
    give_app(ana)
    shown = code(at=clock[0])
    assert finish_with_code(challenge(ana), shown, source=API) == ana
    with pytest.raises(WrongCode):
        finish_with_code(challenge(ana), shown, source=API)


def test_it_is_not_good_in_the_next_step_either(ana: User, clock: list[float]) -> None:
    give_app(ana)
    shown = code(at=clock[0])
    show_code(ana, shown, source=API)
    clock[0] += 30
    with pytest.raises(WrongCode):
        show_code(ana, shown, source=API)
    show_code(ana, code(at=clock[0]), source=API)


def test_after_a_later_code_no_earlier_one_is_good(ana: User, clock: list[float]) -> None:
    give_app(ana)
    show_code(ana, code(1, at=clock[0]), source=API)
    for ahead in (-1, 0, 1):
        with pytest.raises(WrongCode):
            show_code(ana, code(ahead, at=clock[0]), source=API)


def test_a_wrong_code_leaves_the_challenge_good_and_a_right_one_spends_it(ana: User) -> None:
    give_app(ana)
    asked = challenge(ana)
    with pytest.raises(WrongCode):
        finish_with_code(asked, wrong_code(), source=API)
    finish_with_code(asked, code(), source=API)
    with pytest.raises(ChallengeEnded):
        finish_with_code(asked, code(1), source=API)
    assert Authenticator.objects.get().last_used_at is not None


def test_a_code_of_another_secret_or_without_an_app_is_wrong(ana: User) -> None:
    for _ in range(2):
        with pytest.raises(WrongCode):
            finish_with_code(challenge(ana), code(secret=SECRET[::-1]), source=API)
        if not ana.authenticators.exists():
            give_app(ana)


def test_a_recovery_code_signs_in_ends_the_rest_and_is_told(ana: User) -> None:
    [recovery_code, *_others] = give_app(ana)
    version = ana.auth_version
    user = finish_with_recovery_code(challenge(ana), recovery_code, source=API)
    assert user.auth_version == User.objects.get().auth_version == version + 1
    assert ana.events.get(kind="recovery_used").sentence == "Recovery code used 9 left"
    assert templates_sent_to(ana.email) == ["recovery_code_used"]
    with pytest.raises(WrongCode):
        finish_with_recovery_code(challenge(ana), recovery_code, source=API)
    assert User.objects.get().auth_version == version + 1


def test_a_wrong_code_is_noted_and_the_password_is_not_blamed(ana: User) -> None:
    give_app(ana)
    with pytest.raises(WrongCode):
        finish_with_code(challenge(ana), wrong_code(), source=API)
    noted: Any = ana.events.get()
    assert (noted.kind, noted.details) == ("refused", "second factor")
