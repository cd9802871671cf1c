from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AccountEvent, BrowserSession, KnownPlace, RefreshToken, TokenFamily, User
from accounts.registration import register
from accounts.sweeping import KEEP_UNCONFIRMED, sweep
from accounts.tokens.refresh import issue_pair, rotate
from tests.accounts.tokens.test_refresh import is_dead
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def emails() -> set[str]:
    return set(User.objects.values_list("email", flat=True))


def test_registrations_nobody_confirmed_are_forgotten_after_a_week() -> None:
    register("ada@example.com", PASSWORD, address="192.0.2.1")
    for email, fields in (
        ("bob@example.com", {}),
        ("gone@example.com", {"is_active": False, "email_confirmed_at": None}),
        ("staff@example.com", {"role": "Viewer", "email_confirmed_at": None}),
    ):
        make_user(email, **fields)
    registered = User.objects.get(email="ada@example.com").created_at
    others = emails() - {"ada@example.com"}

    sweep(registered + KEEP_UNCONFIRMED)
    assert "ada@example.com" in emails()
    sweep(timezone.now() + KEEP_UNCONFIRMED + SECOND)
    assert emails() == others


def test_registering_again_begins_the_week_anew() -> None:
    register("ada@example.com", PASSWORD, address="192.0.2.1")
    User.objects.update(created_at=timezone.now() - KEEP_UNCONFIRMED - SECOND)
    register("ada@example.com", PASSWORD, address="192.0.2.1")
    assert sweep(timezone.now()) == 0


def test_sign_ins_that_have_ended_are_forgotten_and_others_go_on() -> None:
    user = make_user()
    ended, living = issue_pair(user), issue_pair(user)
    family = TokenFamily.objects.order_by("pk")[0]
    RefreshToken.objects.filter(family=family).update(expires_at=timezone.now() - SECOND)
    TokenFamily.objects.filter(pk=family.pk).update(expires_at=timezone.now() - SECOND)

    assert sweep(timezone.now()) == 2

    assert (is_dead(ended), TokenFamily.objects.count(), RefreshToken.objects.count()) == (True, 1, 1)
    assert rotate(living.refresh)


def test_traces_of_sign_ins_are_forgotten_after_a_while_and_changes_are_kept() -> None:
    now, user = timezone.now(), make_user()

    def happened(kind: str, days: int, whose: User | None = user) -> None:
        event = AccountEvent.objects.create(user=whose, kind=kind, source="api")
        AccountEvent.objects.filter(pk=event.pk).update(at=now - timedelta(days=days))

    kept = (("signed_in", 179), ("role", 999), ("exported", 999))
    for kind, days in (("signed_in", 181), ("refused", 181), *kept):
        happened(kind, days)
    for days in (31, 29):
        happened("refused", days, None)
    for days in (91, 89):
        KnownPlace.objects.create(user=user, block=f"192.0.2.{days}", last_seen_at=now - timedelta(days=days))
    for hours in (1, -1):
        BrowserSession.objects.create(session_key=f"{hours}", expire_date=now - timedelta(hours=hours))

    assert sweep(now) == 5
    assert list(AccountEvent.objects.order_by("pk").values_list("kind", "user")) == [
        ("signed_in", user.pk),
        ("role", user.pk),
        ("exported", user.pk),
        ("refused", None),
    ]
    assert KnownPlace.objects.get().block == "192.0.2.89"
    assert BrowserSession.objects.get().session_key == "-1"
