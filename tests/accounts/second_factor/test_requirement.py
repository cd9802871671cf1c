from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.second_factor.factors import reset_factors
from accounts.second_factor.requirement import (
    Next,
    SetUpFirst,
    after_password,
    begin_grace,
    due_at,
    insist,
)
from tests.accounts.second_factor.devices import give_app, give_passkey
from tests.factories import CLI, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return make_user("ana@example.com", role="Viewer")


@pytest.mark.parametrize(
    ("setting", "has_one", "is_overdue", "expected"),
    [
        ("off", False, False, Next.SESSION),
        ("off", True, False, Next.SESSION),
        ("off", False, True, Next.SESSION),
        ("offered", False, False, Next.SESSION),
        ("offered", True, False, Next.FACTOR),
        ("offered", False, True, Next.SESSION),
        ("required", False, False, Next.SESSION),
        ("required", True, False, Next.FACTOR),
        ("required", False, True, Next.SET_UP),
        ("required", True, True, Next.FACTOR),
    ],
)
def test_what_follows_the_password(
    settings: Any, ana: User, setting: str, has_one: bool, is_overdue: bool, expected: Next
) -> None:
    settings.SHOP_MFA = setting
    if has_one:
        give_app(ana)
    ana.mfa_required_from = timezone.now() - timedelta(seconds=1) if is_overdue else None
    assert after_password(ana) is expected


def test_customers_have_none(settings: Any) -> None:
    settings.SHOP_MFA = "required"
    shopper = make_user(mfa_required_from=timezone.now() - timedelta(days=1))
    begin_grace(shopper)
    assert after_password(shopper) is Next.SESSION
    assert due_at(shopper) is None


def test_seven_days_begin_with_the_first_sign_in_and_not_anew_with_the_next(settings: Any, ana: User) -> None:
    begin_grace(ana)
    assert User.objects.get().mfa_required_from is None
    settings.SHOP_MFA = "required"
    begin_grace(ana)
    due = User.objects.get().mfa_required_from
    assert due is not None
    assert timedelta(days=6, hours=23) < due - timezone.now() <= timedelta(days=7)
    begin_grace(User.objects.get())
    assert User.objects.get().mfa_required_from == due_at(ana) == due
    insist(ana)
    ana.mfa_required_from = timezone.now()
    with pytest.raises(SetUpFirst):
        insist(ana)


def test_whoever_has_one_owes_nothing(settings: Any, ana: User) -> None:
    settings.SHOP_MFA = "required"
    begin_grace(ana)
    give_passkey(ana)
    assert User.objects.get().mfa_required_from is None
    begin_grace(ana)
    assert User.objects.get().mfa_required_from is None


def test_after_a_reset_the_next_sign_in_sets_one_up(settings: Any, ana: User) -> None:
    settings.SHOP_MFA = "required"
    give_app(ana)
    reset_factors(ana, by=CLI)
    assert after_password(User.objects.get()) is Next.SET_UP
