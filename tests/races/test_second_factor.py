"""The same code, the same recovery code and the same passkey answer, many times at the same moment."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Authenticator, RecoveryCode, Source, User
from accounts.second_factor import passkeys, throttling, verifying
from accounts.second_factor.challenges import ChallengeEnded, Step, challenge_for, pending_of
from accounts.second_factor.factors import LastFactor, remove_factor
from accounts.second_factor.passkeys import options_for_showing, sign_in_with_passkey
from accounts.second_factor.verifying import WrongCode, finish_with_code, finish_with_recovery_code
from backoffice.errors import Throttled
from tests.accounts.second_factor.devices import code, give_app, give_passkey, wrong_code
from tests.factories import CLI, make_user
from tests.races.harness import first_together, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
THREADS = 16


@pytest.fixture
def ana(monkeypatch: pytest.MonkeyPatch) -> User:
    """Guesses are not limited here: else five of sixteen would be looked at, and the rest be refused."""
    monkeypatch.setattr(throttling, "GUESSES", 1_000)
    return make_user("ana@example.com", role="Manager")


def let_in(outcomes: list[Any]) -> int:
    refused = [each for each in outcomes if isinstance(each, WrongCode | ChallengeEnded)]
    entered = [each for each in outcomes if isinstance(each, User)]
    assert len(refused) + len(entered) == len(outcomes), outcomes
    return len(entered)


def with_one_code(user: User) -> list[Callable[[], User]]:
    """As many sign-ins as there are threads, each with a password of its own and the same code."""
    shown = code()
    return [
        partial(finish_with_code, challenge_for(user, Step.API), shown, source=Source.API)
        for _ in range(THREADS)
    ]


def test_of_sixteen_with_the_same_code_one_is_let_in(ana: User) -> None:
    give_app(ana)
    assert let_in(race(THREADS, with_one_code(ana))) == 1


def test_were_the_step_looked_at_before_it_is_written_more_would_be(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the condition of the UPDATE, whoever has looked is let in."""
    give_app(ana)
    meet = first_together(2)

    def looked_at_first(app: Authenticator, step: int) -> bool:
        return app.last_step < step

    def use_unguarded(user: User, typed: str) -> None:
        app = Authenticator.objects.get(user=user)
        step = verifying._step_of(app, typed)
        if step is None or not looked_at_first(app, step):
            raise WrongCode("used before")
        meet()
        Authenticator.objects.filter(pk=app.pk).update(last_step=step)

    def finish(challenge: str, shown: str) -> User:
        pending = pending_of(challenge, Step.API)
        use_unguarded(pending.user, shown)
        return pending.user

    shown = code()
    calls = [partial(finish, challenge_for(ana, Step.API), shown) for _ in range(THREADS)]
    assert let_in(race(THREADS, calls)) > 1


def test_of_sixteen_with_the_same_challenge_one_is_let_in(ana: User) -> None:
    """With a code of its own each; the three that are good at this moment, again and again."""
    give_app(ana)
    challenge = challenge_for(ana, Step.API)
    calls = [
        partial(finish_with_code, challenge, code(number % 3 - 1), source=Source.API)
        for number in range(THREADS)
    ]
    assert let_in(race(THREADS, calls)) == 1


def test_of_two_with_the_same_recovery_code_one_is_let_in(ana: User) -> None:
    [paper, *_others] = give_app(ana)
    calls = [
        partial(finish_with_recovery_code, challenge_for(ana, Step.API), paper, source=Source.API)
        for _ in range(THREADS)
    ]
    assert let_in(race(THREADS, calls)) == 1
    assert RecoveryCode.objects.exclude(used_at=None).count() == 1
    assert User.objects.get().auth_version == ana.auth_version + 1


def test_were_a_recovery_code_looked_at_before_it_is_written_two_would_be(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    [paper, *_others] = give_app(ana)
    meet = first_together(2)

    def use_unguarded() -> User:
        unused = RecoveryCode.objects.filter(user=ana, used_at=None)
        if unused.count() < 10:
            raise WrongCode(paper)
        meet()
        RecoveryCode.objects.filter(user=ana).update(used_at=timezone.now())
        return ana

    assert let_in(race(2, [use_unguarded] * 2)) == 2


@pytest.mark.parametrize("counts", [True, False])
def test_of_sixteen_with_the_same_answer_of_a_passkey_one_is_let_in(ana: User, counts: bool) -> None:
    passkey, asked = give_passkey(ana, counts=counts), options_for_showing()
    answer = passkey.shown(asked)
    calls = [partial(sign_in_with_passkey, asked["state"], answer, source=Source.ADMIN)] * THREADS
    outcomes = race(THREADS, calls)
    assert sum(isinstance(each, User) for each in outcomes) == 1
    assert {type(each) for each in outcomes} <= {User, ChallengeEnded, passkeys.PasskeyRefused}


def test_sixteen_wrong_codes_at_once_are_five_guesses(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "GUESSES", 5)
    give_app(ana)
    typed = wrong_code()
    calls = [
        partial(finish_with_code, challenge_for(ana, Step.API), typed, source=Source.API)
        for _ in range(THREADS)
    ]
    outcomes = race(THREADS, calls)
    looked_at = sum(isinstance(each, WrongCode) for each in outcomes)
    assert (looked_at, sum(isinstance(each, Throttled) for each in outcomes)) == (5, THREADS - 5)


def test_where_one_is_required_two_who_remove_the_last_two_leave_one(ana: User, settings: Any) -> None:
    settings.SHOP_MFA = "required"
    give_app(ana)
    give_passkey(ana)
    user = User.objects.get()
    calls = [partial(remove_factor, user, each.pk, by=CLI) for each in user.authenticators.all()]
    outcomes = race(2, calls)
    assert sum(isinstance(each, LastFactor) for each in outcomes) == 1
    assert user.authenticators.count() == 1
