from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import RefreshToken, TokenFamily, User
from accounts.registration import register
from accounts.sweeping import KEEP_UNCONFIRMED, sweep
from accounts.tokens import issue_pair, rotate
from tests.accounts.test_refresh_tokens import is_dead
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
    registered = User.objects.get(email="ada@example.com").date_joined
    others = emails() - {"ada@example.com"}

    sweep(registered + KEEP_UNCONFIRMED)
    assert "ada@example.com" in emails()
    sweep(timezone.now() + KEEP_UNCONFIRMED + SECOND)
    assert emails() == others


def test_registering_again_begins_the_week_anew() -> None:
    register("ada@example.com", PASSWORD, address="192.0.2.1")
    User.objects.update(date_joined=timezone.now() - KEEP_UNCONFIRMED - SECOND)
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
