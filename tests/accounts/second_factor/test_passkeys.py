"""Passkeys, shown by an authenticator that lives in the test; a browser's own one is in tests/browser."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Authenticator, Source, User
from accounts.second_factor.challenges import ChallengeEnded
from accounts.second_factor.factors import add_passkey
from accounts.second_factor.passkeys import (
    PasskeyRefused,
    host_of_passkeys,
    is_passkey_origin,
    options_for_adding,
    options_for_showing,
    show_passkey,
    sign_in_with_passkey,
)
from tests.accounts.second_factor.devices import PRESENT, SEEN, SoftPasskey, give_passkey
from tests.factories import CLI, make_user

pytestmark = pytest.mark.django_db
ADMIN = Source.ADMIN


@pytest.fixture
def ana() -> User:
    return make_user("ana@example.com", role="Manager", name="Ana")


def signed_in_by(passkey: SoftPasskey, **how: Any) -> User:
    asked = options_for_showing()
    return sign_in_with_passkey(asked["state"], passkey.shown(asked, **how), source=ADMIN)


def test_a_passkey_alone_says_who_it_is(ana: User) -> None:
    passkey = give_passkey(ana)
    give_passkey(make_user(role="Viewer"))
    assert signed_in_by(passkey) == ana
    kept = ana.authenticators.get()
    assert (kept.name, kept.sign_count) == ("Laptop", 2)
    assert kept.last_used_at is not None


def test_browsers_are_asked_for_one_that_is_found_without_a_name_and_looks_at_the_person(ana: User) -> None:
    first = give_passkey(ana)
    asked = options_for_adding(ana)["publicKey"]
    assert asked["rp"] == {"name": "Backoffice", "id": "localhost"}
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert (asked["user"]["name"], asked["user"]["displayName"]) == ("ana@example.com", "Ana")
    kept = ana.authenticators.get().credential_id
    assert [each["id"] for each in asked["excludeCredentials"]] == [kept]
    shown = options_for_showing()["publicKey"]
    assert (shown["rpId"], shown["userVerification"]) == ("localhost", "required")
    assert "allowCredentials" not in shown
    assert json.dumps([asked, shown])
    assert first.count == 1


@pytest.mark.parametrize(
    "made",
    [
        lambda asked: SoftPasskey(host="evil.example").made(asked),
        lambda asked: SoftPasskey(origin="https://evil.example").made(asked),
        lambda asked: SoftPasskey(origin="https://localhost.evil.example").made(asked),
        lambda asked: SoftPasskey().made(asked, flags=PRESENT),
        lambda asked: SoftPasskey().made(asked, flags=0),
        lambda asked: SoftPasskey().shown(asked),
        lambda asked: SoftPasskey().made(options_for_showing()),
        lambda asked: "",
        lambda asked: "null",
        lambda asked: "{}",
        lambda asked: '{"id": 1}',
        lambda asked: "[" * 100_000,
        lambda asked: SoftPasskey().made(asked).replace("rawId", "raw"),
    ],
)
def test_one_that_was_not_made_for_this_shop_by_the_person_is_not_added(
    ana: User, made: Callable[[Any], str]
) -> None:
    asked = options_for_adding(ana)
    with pytest.raises(PasskeyRefused):
        add_passkey(ana, asked["state"], made(asked), name="Laptop", by=CLI)
    assert not Authenticator.objects.exists()


def test_what_was_made_for_one_person_is_not_added_to_another(ana: User) -> None:
    asked = options_for_adding(make_user(role="Viewer"))
    with pytest.raises(PasskeyRefused):
        add_passkey(ana, asked["state"], SoftPasskey().made(asked), name="Laptop", by=CLI)


def test_one_is_added_once(ana: User) -> None:
    passkey, asked = SoftPasskey(), options_for_adding(ana)
    answer = passkey.made(asked)
    add_passkey(ana, asked["state"], answer, name="Laptop", by=CLI)
    with pytest.raises(ChallengeEnded):
        add_passkey(ana, asked["state"], answer, name="Laptop", by=CLI)
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize(
    "how",
    [
        {"flags": PRESENT},
        {"flags": 0},
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:8000"},
    ],
)
def test_one_that_is_shown_elsewhere_or_without_a_look_at_the_person_is_refused(
    ana: User, how: dict[str, Any]
) -> None:
    passkey = give_passkey(ana)
    passkey.host, passkey.origin = how.get("host", passkey.host), how.get("origin", passkey.origin)
    with pytest.raises(PasskeyRefused):
        signed_in_by(passkey, flags=how.get("flags", SEEN))
    assert ana.authenticators.get().last_used_at is None


def test_one_whose_signature_is_anothers_is_refused(ana: User) -> None:
    passkey, stranger = give_passkey(ana), SoftPasskey()
    stranger.id = passkey.id
    with pytest.raises(PasskeyRefused):
        signed_in_by(stranger)


def test_what_was_shown_once_is_not_good_again(ana: User) -> None:
    passkey, asked = give_passkey(ana, counts=False), options_for_showing()
    answer = passkey.shown(asked)
    sign_in_with_passkey(asked["state"], answer, source=ADMIN)
    with pytest.raises(ChallengeEnded):
        sign_in_with_passkey(asked["state"], answer, source=ADMIN)
    with pytest.raises(PasskeyRefused):
        sign_in_with_passkey(options_for_showing()["state"], answer, source=ADMIN)


def test_it_is_good_for_five_minutes(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    passkey, asked, now = give_passkey(ana), options_for_showing(), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 302)
    with pytest.raises(ChallengeEnded):
        sign_in_with_passkey(asked["state"], passkey.shown(asked), source=ADMIN)


def test_a_copy_of_a_passkey_is_found_by_its_count(ana: User) -> None:
    passkey = give_passkey(ana)
    for _ in range(3):
        signed_in_by(passkey)
    passkey.count = 2
    with pytest.raises(PasskeyRefused):
        signed_in_by(passkey)


def test_one_that_devices_share_counts_nothing_and_works_each_time(ana: User) -> None:
    passkey = give_passkey(ana, counts=False)
    assert [signed_in_by(passkey) for _ in range(3)] == [ana] * 3


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_whoever_may_not_sign_in_cannot_by_a_passkey_either(ana: User, change: dict[str, bool]) -> None:
    passkey = give_passkey(ana)
    User.objects.update(**change)
    with pytest.raises(PasskeyRefused):
        signed_in_by(passkey)


def test_somebody_who_is_signed_in_shows_their_own(ana: User) -> None:
    own, others = give_passkey(ana), give_passkey(make_user(role="Viewer"))
    for passkey, expected in ((own, None), (others, PasskeyRefused)):
        asked = options_for_showing()
        answer = passkey.shown(asked)
        if expected is None:
            show_passkey(ana, asked["state"], answer, source=ADMIN)
        else:
            with pytest.raises(expected):
                show_passkey(ana, asked["state"], answer, source=ADMIN)


@pytest.mark.parametrize(
    ("url", "host", "origin", "is_ours"),
    [
        ("https://shop.example", "shop.example", "https://shop.example", True),
        ("https://shop.example", "shop.example", "http://shop.example", False),
        ("https://shop.example", "shop.example", "https://www.shop.example", False),
        ("https://shop.example:8443", "shop.example", "https://shop.example", False),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8001", True),
        ("http://127.0.0.1:8000", "localhost", "http://127.0.0.1:8000", False),
        ("http://127.0.0.1:8000", "localhost", "http://localhost.evil.example:8000", False),
        ("http://192.0.2.7", None, "http://192.0.2.7", True),
    ],
)
def test_they_belong_to_the_host_of_the_shop(
    settings: Any, url: str, host: str | None, origin: str, is_ours: bool
) -> None:
    settings.SHOP_URL = url
    assert (host_of_passkeys(), is_passkey_origin(origin)) == (host, is_ours)


def test_an_address_that_is_a_number_has_none(settings: Any, ana: User) -> None:
    settings.SHOP_URL = "http://192.0.2.7"
    with pytest.raises(PasskeyRefused, match="SHOP_URL has none"):
        options_for_adding(ana)


def test_neither_web_nor_worker_loads_what_checks_them_before_one_is_shown() -> None:
    """It reads the list of all public suffixes; most processes never need it."""
    told = loaded_with("backoffice.urls, accounts.tasks, backoffice.wsgi")
    assert "accounts.second_factor.passkeys" in told
    assert not {"fido2", "segno", "cryptography.fernet", "cryptography.x509"} & told


def loaded_with(modules: str) -> set[str]:
    """What Python has loaded by the time that the shop's modules are."""
    told = f"import django, sys; django.setup(); import {modules}; print(*sys.modules)"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "backoffice.settings"}
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, env=environment
    )
    return set(done.stdout.split())
