import time
from typing import Any

import pytest
from django.core import signing
from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.models import Authenticator, RecoveryCode, Source, User
from accounts.second_factor.challenges import ChallengeEnded
from accounts.second_factor.factors import (
    LastFactor,
    begin_app,
    confirm_app,
    new_recovery_codes,
    remove_factor,
    rename_factor,
    reset_factors,
    secret_of,
)
from accounts.second_factor.verifying import WrongCode, show_code
from backoffice.errors import Conflict, Forbidden, Invalid, NotFound
from tests.accounts.mailbox import templates_sent_to
from tests.accounts.second_factor.devices import SECRET, code, give_app, give_passkey, wrong_code
from tests.factories import CLI, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return make_user("ana@example.com", role="Manager")


def kinds(user: User) -> list[str]:
    return [event.sentence for event in user.events.order_by("pk")]


def set_up(user: User) -> list[str]:
    state = begin_app(user)
    return confirm_app(user, state, code(secret=secret_of(user, state)), by=Actor(user, Source.ADMIN))


def test_an_app_is_kept_once_a_code_of_it_was_typed(ana: User) -> None:
    state = begin_app(ana)
    with pytest.raises(WrongCode):
        confirm_app(ana, state, wrong_code(), by=CLI)
    assert not Authenticator.objects.exists()
    secret = secret_of(ana, state)
    shown = code(secret=secret)
    codes = confirm_app(ana, state, shown, by=CLI)
    assert len(codes) == 10
    with pytest.raises(WrongCode):
        show_code(ana, shown, source=Source.ADMIN)
    show_code(ana, code(1, secret=secret), source=Source.ADMIN)


def test_what_is_set_up_is_of_one_person_and_for_half_an_hour(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, now = begin_app(ana), time.time()
    with pytest.raises(ChallengeEnded):
        secret_of(make_user(role="Viewer"), state)
    monkeypatch.setattr(time, "time", lambda: now + 1_802)
    with pytest.raises(ChallengeEnded):
        secret_of(ana, state)


def test_the_secret_is_nowhere_readable_before_it_is_confirmed_and_after(ana: User) -> None:
    state = begin_app(ana)
    secret = secret_of(ana, state)
    held = signing.loads(state, salt="accounts.second_factor.app-set-up")
    assert secret.hex() not in str(held)
    confirm_app(ana, state, code(secret=secret), by=CLI)
    assert secret.hex() not in str(Authenticator.objects.values().get())


def test_another_app_takes_the_place_of_the_one_before_and_leaves_the_recovery_codes(ana: User) -> None:
    [first, *_others] = set_up(ana)
    assert set_up(ana) == []
    assert ana.authenticators.count() == 1
    assert kinds(ana)[-1] == "Second factor added authenticator app, in the place of the one before"
    assert ana.recovery_codes.count() == 10
    assert first


def test_a_passkey_is_called_otherwise_and_removed(ana: User) -> None:
    give_passkey(ana, "Laptop")
    pk = ana.authenticators.get().pk
    rename_factor(ana, pk, "  Phone ")
    assert ana.authenticators.get().name == "Phone"
    remove_factor(ana, pk, by=CLI)
    assert kinds(ana) == ["Second factor added passkey “Laptop”", "Second factor removed passkey “Phone”"]
    assert not RecoveryCode.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\nb", "\x00"])
def test_a_name_that_is_none_is_refused(ana: User, name: str) -> None:
    give_passkey(ana)
    with pytest.raises(Invalid):
        rename_factor(ana, ana.authenticators.get().pk, name)


def test_nobody_touches_the_factors_of_others(ana: User) -> None:
    give_app(ana)
    other, pk = make_user(role="Manager"), ana.authenticators.get().pk
    for touch in (lambda: remove_factor(other, pk, by=CLI), lambda: rename_factor(other, pk, "Mine")):
        with pytest.raises(NotFound):
            touch()
    assert str(ana.authenticators.get()) == "Authenticator app"


def test_recovery_codes_go_with_the_last_factor_alone(ana: User) -> None:
    give_app(ana)
    give_passkey(ana)
    first, last = ana.authenticators.order_by("pk")
    remove_factor(ana, first.pk, by=CLI)
    assert ana.recovery_codes.count() == 10
    remove_factor(ana, last.pk, by=CLI)
    assert ana.recovery_codes.count() == 0
    with pytest.raises(Conflict):
        new_recovery_codes(ana, by=CLI)


def test_where_one_is_required_nobody_removes_their_last(ana: User, settings: Any) -> None:
    settings.SHOP_MFA = "required"
    give_app(ana)
    give_passkey(ana)
    first, last = ana.authenticators.order_by("pk")
    remove_factor(ana, first.pk, by=CLI)
    with pytest.raises(LastFactor):
        remove_factor(ana, last.pk, by=CLI)
    assert ana.authenticators.count() == 1


def test_a_colleague_removes_all_and_both_are_told(ana: User) -> None:
    give_app(ana)
    give_passkey(ana)
    boss = make_user("boss@example.com", role="Manager")
    assert reset_factors(ana, by=Actor(boss, Source.ADMIN)) == 2
    assert (ana.authenticators.count(), ana.recovery_codes.count()) == (0, 0)
    assert (kinds(ana)[-1], kinds(boss)) == (
        "Second factors removed",
        ["Second factors removed of ana@example.com"],
    )
    assert templates_sent_to(ana.email)[-1] == "second_factor_reset"
    assert templates_sent_to(boss.email) == ["second_factor_reset_done"]


def test_nobody_resets_their_own_nor_a_superusers_nor_what_is_not_there(ana: User) -> None:
    boss = make_user(is_superuser=True)
    give_app(boss)
    with pytest.raises(Forbidden):
        reset_factors(boss, by=Actor(ana, Source.ADMIN))
    with pytest.raises(Conflict):
        reset_factors(boss, by=Actor(boss, Source.ADMIN))
    with pytest.raises(Conflict):
        reset_factors(ana, by=Actor(boss, Source.ADMIN))
    assert boss.authenticators.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "sms", "secret": "x"},
        {"kind": "totp", "secret": ""},
        {"kind": "totp", "secret": "x", "credential_id": "y"},
        {"kind": "totp", "secret": "x", "last_step": -1},
        {"kind": "passkey", "credential_id": "y"},
        {"kind": "passkey", "credential_id": "y", "public_key": "z", "secret": "x"},
        {"kind": "passkey", "public_key": "z"},
        {"kind": "passkey", "credential_id": "y", "public_key": "z", "name": ""},
    ],
)
def test_the_database_takes_no_factor_that_is_neither(ana: User, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Authenticator.objects.create(user=ana, **{"name": "Odd", **fields})


def test_the_database_takes_one_app_a_person_and_one_passkey_a_credential(ana: User) -> None:
    give_app(ana)
    passkey = {"kind": "passkey", "credential_id": "y", "public_key": "z", "name": "P"}
    Authenticator.objects.create(user=ana, **passkey)
    for user, fields in (
        (ana, {"kind": "totp", "secret": "x"}),
        (make_user(role="Viewer"), passkey),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Authenticator.objects.create(user=user, **fields)


def test_apps_of_two_people_know_nothing_of_each_other(ana: User) -> None:
    other = make_user(role="Viewer")
    give_app(ana)
    give_app(other, SECRET[::-1])
    show_code(ana, code(), source=Source.ADMIN)
    show_code(other, code(secret=SECRET[::-1]), source=Source.ADMIN)
