"""Which passwords are good enough, and how one is exchanged for another."""

import pytest
from django.contrib.auth.hashers import make_password

from accounts import people
from accounts.actors import Actor
from accounts.models import Source, User
from accounts.passwords.choosing import (
    LONGEST_PASSWORD,
    change_password,
    check_strength,
    is_own_password,
    store_password,
)
from accounts.sign_in.attempts import InvalidCredentials, sign_in
from accounts.tokens.refresh import issue_pair
from backoffice.errors import Conflict, Invalid, Throttled
from tests.accounts.mailbox import templates_sent_to
from tests.accounts.tokens.test_refresh import is_dead
from tests.factories import CLI, PASSWORD, make_user

HERE = "192.0.2.1"


def acting(user: User) -> Actor:
    return Actor(user, Source.API)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("elevenchars", "password_too_short"),
        ("qwertyuiop123", "password_too_common"),
        ("ada.lovelace@example.com", "password_too_similar"),
        ("x" * 1025, "password_too_long"),
    ],
)
def test_a_weak_password_is_refused(password, code):
    with pytest.raises(Invalid) as refused:
        people.create_staff("ada.lovelace@example.com", role="Viewer", password=password, by=CLI)
    assert code in [fault.code for fault in refused.value.faults]
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    ["twelve chars", "aaaa bbbb cccc dddd", "ünïcödé wörds", "x y" * 100, "no digits nor capitals"],
)
def test_a_long_uncommon_password_needs_no_composition(password):
    people.create_staff("ada@example.com", role="Viewer", password=password, by=CLI)
    assert sign_in("ada@example.com", password, address=HERE)


@pytest.mark.django_db
def test_the_old_password_is_needed_for_a_new_one():
    user = make_user("ada@example.com")
    with pytest.raises(Invalid) as refused:
        change_password(user, old="wrong", new="quite another horse", by=acting(user))
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/old_password", "wrong_password")
    ]
    assert sign_in("ada@example.com", PASSWORD, address=HERE)
    change_password(user, old=PASSWORD, new="quite another horse", by=acting(user))
    assert sign_in("ada@example.com", "quite another horse", address=HERE)
    with pytest.raises(InvalidCredentials):
        sign_in("ada@example.com", PASSWORD, address=HERE)


@pytest.mark.django_db
def test_a_new_password_is_checked_too():
    user = make_user()
    with pytest.raises(Invalid) as refused:
        change_password(user, old=PASSWORD, new="short", by=acting(user))
    assert refused.value.faults[0].pointer == "/new_password"
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.django_db
def test_the_old_password_cannot_be_guessed_either():
    user = make_user()
    for _ in range(5):
        with pytest.raises(Invalid):
            change_password(user, old="wrong", new="quite another horse", by=acting(user))
    with pytest.raises(Throttled):
        change_password(user, old=PASSWORD, new="quite another horse", by=acting(user))
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.django_db
def test_of_two_password_changes_at_once_the_second_is_told():
    user = make_user()
    same = User.objects.get(pk=user.pk)
    change_password(user, old=PASSWORD, new="quite another horse", by=acting(user))
    with pytest.raises(Conflict):
        change_password(same, old=PASSWORD, new="a third horse here", by=acting(same))
    assert User.objects.get(pk=user.pk).check_password("quite another horse")


@pytest.mark.once
@pytest.mark.parametrize("length", [12, 64, LONGEST_PASSWORD])
def test_a_password_has_twelve_to_a_thousand_characters(length: int) -> None:
    nobody = User(email="ada@example.com")
    good = ("y tq bz-" * 200)[:length]

    check_strength(good, nobody, pointer="/password")
    for bad in (good[:11], good.ljust(LONGEST_PASSWORD + 1, "x")):
        with pytest.raises(Invalid) as refused:
            check_strength(bad, nobody, pointer="/secret")
        assert {fault.pointer for fault in refused.value.faults} == {"/secret"}


@pytest.mark.django_db
def test_a_right_password_is_no_guess_and_a_wrong_one_is() -> None:
    user = make_user()

    assert [is_own_password(user, PASSWORD) for _ in range(7)] == [True] * 7
    assert [is_own_password(user, "wrong") for _ in range(4)] == [False] * 4
    assert is_own_password(user, PASSWORD)
    assert not is_own_password(user, "wrong")
    with pytest.raises(Throttled):
        is_own_password(user, PASSWORD)
    assert is_own_password(make_user(), PASSWORD)


@pytest.mark.django_db
def test_what_somebody_is_signed_in_with_falls_with_their_password_and_they_are_told() -> None:
    user, other = make_user("ada@example.com"), make_user("bob@example.com")
    pair, others_pair = issue_pair(user), issue_pair(other)

    change_password(user, old=PASSWORD, new="quite another horse", by=acting(user))

    assert (is_dead(pair), is_dead(others_pair)) == (True, False)
    assert templates_sent_to("ada@example.com") == ["password_changed"]
    assert list(user.events.values_list("kind", "actor")) == [("password", user.pk)]
    assert user.auth_version == User.objects.get(pk=user.pk).auth_version == 2


@pytest.mark.django_db
def test_whoever_chooses_their_first_password_is_not_told_that_it_was_changed() -> None:
    user = User.objects.create_user("ada@example.com")

    store_password(user, make_password(PASSWORD), by=acting(user))

    assert User.objects.get().check_password(PASSWORD)
    assert templates_sent_to("ada@example.com") == []
    assert list(user.events.values_list("kind", flat=True)) == ["password"]


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"password": "another hash"}, {"auth_version": 2}])
def test_a_password_is_not_put_in_the_place_of_another_one_than_was_checked(
    change: dict[str, object],
) -> None:
    user = make_user("ada@example.com")
    User.objects.update(**change)
    before = User.objects.values().get()

    with pytest.raises(Conflict):
        store_password(user, "a new hash", by=CLI)

    assert User.objects.values().get() == before
    assert templates_sent_to("ada@example.com") == []
    assert not user.events.exists()
