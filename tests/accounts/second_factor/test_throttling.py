"""Five wrong codes in 15 minutes, by account and by place; a right password takes nothing back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Source, User
from accounts.second_factor.challenges import Step, challenge_for
from accounts.second_factor.passkeys import PasskeyRefused, options_for_showing, sign_in_with_passkey
from accounts.second_factor.verifying import WrongCode, finish_with_code, finish_with_recovery_code
from accounts.sign_in.attempts import sign_in
from backoffice.errors import Throttled
from backoffice.outbox.delivery import deliver_due
from backoffice.requests.addresses import current_address
from backoffice.requests.devices import current_user_agent
from tests.accounts.mailbox import templates_sent_to
from tests.accounts.second_factor.devices import SoftPasskey, code, give_app, wrong_code
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
HERE, THERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture(autouse=True)
def _address_is_put_back() -> Iterator[None]:
    before = current_address.set("")
    yield
    current_address.reset(before)


@pytest.fixture
def ana() -> User:
    user = make_user("ana@example.com", role="Manager")
    give_app(user)
    return user


def guess(user: User, typed: str, *, at: str) -> None:
    current_address.set(at)
    finish_with_code(challenge_for(user, Step.API), typed, source=Source.API)


def guess_wrong(user: User, times: int, *, at: str) -> None:
    for _ in range(times):
        with pytest.raises(WrongCode):
            guess(user, wrong_code(), at=at)


def test_after_five_wrong_ones_a_right_one_is_not_even_looked_at(ana: User) -> None:
    guess_wrong(ana, 5, at=HERE)
    with pytest.raises(Throttled) as refused:
        guess(ana, code(), at=HERE)
    assert refused.value.retry_after_seconds in range(800, 901)


def test_nor_is_it_from_elsewhere(ana: User) -> None:
    """By address alone, many addresses together would try them all."""
    for number in range(5):
        guess_wrong(ana, 1, at=f"198.51.100.{number}")
    with pytest.raises(Throttled):
        guess(ana, code(), at=THERE)


def test_one_place_guesses_five_times_however_many_accounts_it_has(ana: User) -> None:
    for number in range(5):
        other = make_user(f"other-{number}@example.com", role="Viewer")
        give_app(other)
        guess_wrong(other, 1, at=HERE)
    with pytest.raises(Throttled):
        guess(ana, code(), at=HERE)
    guess(ana, code(), at=THERE)


def test_a_right_password_gives_no_guess_back(ana: User) -> None:
    for _ in range(5):
        sign_in(ana.email, PASSWORD, address=HERE)
        guess_wrong(ana, 1, at=HERE)
    sign_in(ana.email, PASSWORD, address=HERE)
    with pytest.raises(Throttled):
        guess(ana, code(), at=HERE)


def test_a_right_code_takes_no_place_and_gives_no_other_back(ana: User) -> None:
    guess_wrong(ana, 4, at=HERE)
    guess(ana, code(), at=HERE)
    guess(ana, code(1), at=HERE)
    guess_wrong(ana, 1, at=HERE)
    with pytest.raises(Throttled):
        guess(ana, wrong_code(), at=HERE)


def test_recovery_codes_are_counted_with_the_others(ana: User) -> None:
    guess_wrong(ana, 4, at=HERE)
    with pytest.raises(WrongCode):
        finish_with_recovery_code(challenge_for(ana, Step.API), "0000", source=Source.API)
    with pytest.raises(Throttled):
        guess(ana, code(), at=HERE)


def test_passkeys_that_are_unknown_are_counted_by_place() -> None:
    current_address.set(HERE)
    stranger = SoftPasskey()
    for _ in range(5):
        asked = options_for_showing()
        with pytest.raises(PasskeyRefused):
            sign_in_with_passkey(asked["state"], stranger.shown(asked), source=Source.ADMIN)
    asked = options_for_showing()
    with pytest.raises(Throttled):
        sign_in_with_passkey(asked["state"], stranger.shown(asked), source=Source.ADMIN)


def test_the_person_is_told_once_that_somebody_knows_their_password(ana: User) -> None:
    guess_wrong(ana, 5, at=HERE)
    for _ in range(3):
        with pytest.raises(Throttled):
            guess(ana, code(), at=HERE)
    assert templates_sent_to(ana.email) == ["second_factor_guessed"]
    assert [event.kind for event in ana.events.order_by("pk")] == ["refused"] * 5 + ["limited"]


def test_the_mail_about_guesses_names_place_and_device_and_leads_to_a_new_password(
    ana: User, mailoutbox: list[Any]
) -> None:
    before = current_user_agent.set("curl/8.5.0")
    guess_wrong(ana, 5, at=HERE)
    with pytest.raises(Throttled):
        guess(ana, code(), at=HERE)
    current_user_agent.reset(before)
    deliver_due()
    [sent] = mailoutbox
    for text in (sent.body, str(sent.alternatives[0][0])):
        assert HERE in text
        assert "With:" in text
        assert "curl" in text
        assert reverse("admin:admin_password_reset") in text
