from functools import partial

import pytest

from accounts import people
from accounts.actors import Actor
from accounts.invitations import invite
from accounts.models import Source, User
from accounts.roles import ROLE_NAMES
from accounts.sign_in.attempts import InvalidCredentials, sign_in
from backoffice.errors import Conflict, Forbidden, Invalid
from tests.factories import CLI, PASSWORD, make_user
from tests.races.harness import race

HERE = "192.0.2.1"


def acting(user: User) -> Actor:
    return Actor(user, Source.API)


@pytest.mark.django_db
def test_staff_are_created_with_a_role():
    user = people.create_staff(" New@Example.com", role="warehouse", password="ships at dawn 42", by=CLI)
    assert (user.email, user.is_staff, user.is_superuser) == ("new@example.com", True, False)
    assert [group.name for group in user.groups.all()] == ["Warehouse"]
    assert User.objects.get(pk=user.pk).has_perm("catalog.move_stock")
    assert sign_in("new@example.com", "ships at dawn 42", address=HERE) == user


@pytest.mark.django_db
def test_staff_without_a_password_cannot_sign_in():
    people.create_staff("new@example.com", role="Viewer", by=CLI)
    with pytest.raises(InvalidCredentials):
        sign_in("new@example.com", "", address=HERE)


@pytest.mark.django_db
def test_one_address_has_one_account():
    make_user("ada@example.com")
    with pytest.raises(people.EmailTaken):
        people.create_staff("ADA@example.com", role="Viewer", by=CLI)
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_an_unknown_role_is_refused_naming_the_roles():
    with pytest.raises(Invalid) as refused:
        people.create_staff("new@example.com", role="Boss", by=CLI)
    assert all(role in refused.value.detail for role in (*ROLE_NAMES, "superuser"))
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_role_is_exchanged_not_added():
    user = people.set_role(make_user(role="Warehouse"), "Marketing", by=CLI)
    assert [group.name for group in user.groups.all()] == ["Marketing"]
    assert not user.has_perm("catalog.move_stock")
    assert user.has_perm("orders.add_promocode")


@pytest.mark.django_db
def test_a_superuser_is_made_and_unmade():
    make_user(is_superuser=True)
    user = people.set_role(make_user(role="Manager"), "superuser", by=CLI)
    assert user.is_superuser
    assert not user.groups.exists()
    user = people.set_role(user, "Viewer", by=CLI)
    assert (user.is_superuser, user.is_staff) == (False, True)


@pytest.mark.django_db
def test_only_a_superuser_makes_or_changes_a_superuser():
    manager, chief, other = make_user(role="Manager"), make_user(is_superuser=True), make_user(role="Viewer")
    make_user(is_superuser=True)
    attempts = (
        lambda: people.create_staff("new@example.com", role="superuser", by=acting(manager)),
        lambda: people.set_role(other, "superuser", by=acting(manager)),
        lambda: people.set_role(manager, "superuser", by=acting(manager)),
        lambda: people.set_role(chief, "Viewer", by=acting(manager)),
        lambda: people.deactivate(chief, by=acting(manager)),
        lambda: people.set_password(chief, "quite another horse", by=acting(manager)),
    )
    before = list(User.objects.order_by("pk").values())
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
    assert list(User.objects.order_by("pk").values()) == before
    assert people.set_role(other, "superuser", by=acting(chief)).is_superuser


@pytest.mark.django_db
def test_nobody_deactivates_themselves():
    make_user(is_superuser=True)
    for user in (make_user(role="Manager"), make_user(is_superuser=True)):
        with pytest.raises(Conflict):
            people.deactivate(user, by=acting(user))
        assert User.objects.get(pk=user.pk).is_active


@pytest.mark.django_db
def test_the_last_active_superuser_stays():
    last = make_user(is_superuser=True)
    make_user(is_superuser=True, is_active=False)
    with pytest.raises(people.LastSuperuser):
        people.deactivate(last, by=CLI)
    with pytest.raises(people.LastSuperuser):
        people.set_role(last, "Manager", by=acting(last))
    assert User.objects.filter(is_superuser=True, is_active=True).get() == last


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_superusers_cannot_remove_each_other_at_the_same_moment():
    for _ in range(3):
        User.objects.all().delete()
        one, two = make_user(is_superuser=True), make_user(is_superuser=True)
        outcomes = race(
            2,
            [
                partial(people.deactivate, one, by=acting(two)),
                partial(people.set_role, two, "Viewer", by=acting(one)),
            ],
        )
        assert User.objects.filter(is_superuser=True, is_active=True).count() == 1
        assert sum(isinstance(outcome, people.LastSuperuser) for outcome in outcomes) == 1


@pytest.mark.django_db
def test_a_deactivated_user_comes_back_with_role_and_password():
    user = make_user(role="Warehouse")
    people.deactivate(user, by=CLI)
    with pytest.raises(InvalidCredentials):
        sign_in(user.email, PASSWORD, address=HERE)
    people.reactivate(user, by=CLI)
    assert sign_in(user.email, PASSWORD, address=HERE).groups.get().name == "Warehouse"


@pytest.mark.django_db
def test_a_role_and_the_activity_change_together_or_not_at_all():
    make_user(is_superuser=True)
    user = make_user(role="Manager")
    with pytest.raises(Conflict):
        people.edit_user(user, role="Viewer", is_active=False, by=acting(user))
    assert User.objects.get(pk=user.pk).groups.get().name == "Manager"
    edited = people.edit_user(user, role="Viewer", is_active=False, by=CLI)
    assert (edited.is_active, edited.groups.get().name) == (False, "Viewer")


@pytest.mark.django_db
def test_a_new_superuser_is_returned_as_one() -> None:
    made = people.create_staff("boss@example.com", role="superuser", by=CLI)
    assert (made.is_superuser, made.is_staff) == (True, True)
    assert invite("other@example.com", role="superuser", by=CLI).is_superuser


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["x" * 151, "Ada\u202e", "Ada\nLovelace", "\u200b"])
def test_a_name_that_cannot_be_one_is_refused_and_nobody_is_created(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        people.create_staff("grace@example.com", role="Manager", name=name, by=CLI)
    assert [fault.pointer for fault in refused.value.faults] == ["/name"]
    assert not User.objects.filter(email="grace@example.com").exists()
