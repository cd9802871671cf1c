import inspect
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import people
from accounts.models import RefreshToken, TokenFamily, User
from accounts.passwords.choosing import change_password
from accounts.sign_in.attempts import sign_in
from accounts.tokens import refresh as refreshing
from accounts.tokens.access import read_access_token
from accounts.tokens.refresh import TokenPair, issue_pair, revoke_family, rotate
from backoffice.errors import NotAuthenticated
from tests.factories import CLI, PASSWORD, make_user
from tests.races.harness import first_together, race

NEW_PASSWORD = "quite another horse"


def is_dead(pair: TokenPair) -> bool:
    """Neither of the two works."""
    for use in (lambda: read_access_token(pair.access), lambda: rotate(pair.refresh)):
        try:
            use()
        except NotAuthenticated:
            continue
        return False
    return True


def refreshed_at_once(refresh: str, times: int = 8) -> list[TokenPair]:
    outcomes = race(times, [lambda: rotate(refresh)] * times)
    assert all(isinstance(outcome, TokenPair | NotAuthenticated) for outcome in outcomes), outcomes
    return [outcome for outcome in outcomes if isinstance(outcome, TokenPair)]


@pytest.mark.django_db
def test_only_a_hash_of_the_refresh_token_is_kept():
    pair = issue_pair(make_user())
    token = RefreshToken.objects.get()
    assert len(pair.refresh) >= 43
    assert pair.refresh not in str(token.__dict__)
    assert len(token.token_hash) == 64


@pytest.mark.django_db
def test_a_refresh_token_gives_a_new_pair_of_the_same_family():
    user = make_user()
    first = issue_pair(user)
    second = rotate(first.refresh)
    assert second.refresh != first.refresh
    assert read_access_token(second.access) == user
    assert TokenFamily.objects.count() == 1
    assert rotate(second.refresh)


@pytest.mark.django_db
@pytest.mark.parametrize("refresh", ["", "x", "\x00", "\ud800", "é" * 100, "x" * 10_000])
def test_an_unknown_refresh_token_is_refused(refresh):
    issue_pair(make_user())
    with pytest.raises(NotAuthenticated):
        rotate(refresh)
    assert TokenFamily.objects.get().revoked_at is None


@pytest.mark.django_db
def test_an_access_token_is_no_refresh_token_and_the_other_way_round():
    pair = issue_pair(make_user())
    with pytest.raises(NotAuthenticated):
        rotate(pair.access)
    with pytest.raises(NotAuthenticated):
        read_access_token(pair.refresh)


@pytest.mark.django_db(transaction=True)
def test_a_replay_ends_the_family_and_no_other():
    user = make_user()
    stolen = issue_pair(user)
    elsewhere = issue_pair(user)
    successor = rotate(stolen.refresh)
    with pytest.raises(NotAuthenticated):
        rotate(stolen.refresh)
    assert is_dead(successor)
    assert read_access_token(elsewhere.access) == user
    assert rotate(elsewhere.refresh)
    assert TokenFamily.objects.get(revoked_at=None).pk == TokenFamily.objects.latest("pk").pk


@pytest.mark.django_db
def test_a_refresh_token_lasts_fourteen_days_sliding():
    pair = issue_pair(make_user())
    token = RefreshToken.objects.get()
    assert token.expires_at - token.issued_at == timedelta(days=14)
    RefreshToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotAuthenticated):
        rotate(pair.refresh)


@pytest.mark.django_db
def test_ninety_days_after_the_sign_in_it_is_over_however_often_it_was_refreshed():
    pair = issue_pair(make_user())
    family = TokenFamily.objects.get()
    assert family.expires_at - family.created_at == timedelta(days=90)
    TokenFamily.objects.update(expires_at=timezone.now() + timedelta(days=3))
    successor = rotate(pair.refresh)
    assert RefreshToken.objects.latest("pk").expires_at == TokenFamily.objects.get().expires_at
    TokenFamily.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotAuthenticated):
        rotate(successor.refresh)


@pytest.mark.django_db
def test_tokens_that_have_run_out_are_not_kept_for_ever():
    user = make_user()
    pair = issue_pair(user)
    successor = rotate(pair.refresh)
    RefreshToken.objects.exclude(used_at=None).update(expires_at=timezone.now())
    rotate(successor.refresh)
    assert RefreshToken.objects.count() == 2
    TokenFamily.objects.update(expires_at=timezone.now())
    issue_pair(user)
    assert TokenFamily.objects.count() == 1
    assert RefreshToken.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_eight_refreshes_at_once_one_wins_and_the_family_ends():
    user = make_user()
    for _ in range(20):
        winners = refreshed_at_once(issue_pair(user).refresh)
        assert len(winners) == 1
        assert is_dead(winners[0])
    assert not TokenFamily.objects.filter(revoked_at=None).exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_read_then_write_would_let_several_win(monkeypatch):
    """The control of the race above: with the guard off, the same harness shows the fault."""

    all_have_read = first_together(8)

    def read_then_write(token: RefreshToken, now: object) -> bool:
        all_have_read()
        RefreshToken.objects.filter(pk=token.pk).update(used_at=now)
        return token.used_at is None

    monkeypatch.setattr(refreshing, "_use_up", read_then_write)
    monkeypatch.setattr(refreshing, "_rotate", inspect.unwrap(refreshing._rotate))
    user = make_user()
    assert len(refreshed_at_once(issue_pair(user).refresh)) == 8


@pytest.mark.django_db
def test_signing_out_ends_this_sign_in_and_no_other():
    user = make_user()
    here, there = issue_pair(user), issue_pair(user)
    revoke_family(here.refresh, user=user)
    assert is_dead(here)
    assert read_access_token(there.access) == user
    assert rotate(there.refresh)


@pytest.mark.django_db
def test_nobody_signs_somebody_else_out():
    victim = make_user()
    pair = issue_pair(victim)
    revoke_family(pair.refresh, user=make_user())
    assert rotate(pair.refresh)


def _change_password(user: User) -> None:
    change_password(user, old=PASSWORD, new=NEW_PASSWORD, by=CLI)


REVOCATIONS: dict[str, Callable[[User], object]] = {
    "password changed": _change_password,
    "password set": lambda user: people.set_password(user, NEW_PASSWORD, by=CLI),
    "role changed": lambda user: people.set_role(user, "Viewer", by=CLI),
    "deactivated": lambda user: people.deactivate(user, by=CLI),
    "deactivated and reactivated": lambda user: people.reactivate(people.deactivate(user, by=CLI), by=CLI),
    "signed out everywhere": lambda user: refreshing.revoke_everything(user, because="test"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("revoke", REVOCATIONS.values(), ids=REVOCATIONS.keys())
def test_what_was_issued_before_falls(revoke):
    user, other = make_user(role="Warehouse"), make_user()
    pairs = [issue_pair(user), issue_pair(user)]
    others = issue_pair(other)
    assert read_access_token(pairs[0].access) == user
    revoke(User.objects.get(pk=user.pk))
    assert [is_dead(pair) for pair in pairs] == [True, True]
    assert read_access_token(others.access) == other


@pytest.mark.django_db
def test_the_version_alone_makes_old_tokens_worthless():
    """Even a family that somehow was not revoked."""
    user = make_user()
    pair = issue_pair(user)
    User.objects.filter(pk=user.pk).update(auth_version=2)
    assert is_dead(pair)


@pytest.mark.django_db
def test_tokens_for_a_password_that_was_changed_meanwhile_are_born_dead():
    user = make_user()
    signed_in = sign_in(user.email, PASSWORD, address="192.0.2.1")
    change_password(user, old=PASSWORD, new=NEW_PASSWORD, by=CLI)
    assert is_dead(issue_pair(signed_in))


@pytest.mark.django_db
def test_an_inactive_user_is_refused_even_with_living_tokens():
    user = make_user()
    pair = issue_pair(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert is_dead(pair)


@pytest.mark.django_db
def test_only_the_replay_that_ends_a_sign_in_is_an_entry_of_the_history():
    user = make_user()
    used = issue_pair(user).refresh
    rotate(used)
    for _ in range(20):
        with pytest.raises(NotAuthenticated):
            rotate(used)
    assert list(user.events.values_list("kind", flat=True)) == ["replayed"]
