"""What a user may do is found in one statement, and is what Django's own rules say."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission

from accounts.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    """Of two roles, and with a permission of their own."""
    clerk = make_user(role="Support")
    clerk.groups.add(Group.objects.get(name="Warehouse"))
    clerk.user_permissions.add(Permission.objects.get(codename="delete_category"))
    return clerk


def test_a_user_holds_their_own_permissions_and_those_of_their_roles(clerk: User) -> None:
    again = User.objects.get(pk=clerk.pk)

    assert clerk.get_all_permissions() == ModelBackend().get_all_permissions(again)
    assert {"catalog.delete_category", "catalog.move_stock"} < clerk.get_all_permissions()
    assert not make_user().get_all_permissions()


def test_one_statement_finds_them_once(clerk: User, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert clerk.has_perm("orders.view_order")
        assert not clerk.has_perm("orders.nothing")


def test_who_is_not_active_may_nothing_and_a_superuser_everything(clerk: User) -> None:
    clerk.is_active = False
    assert not clerk.has_perm("orders.view_order")
    assert not clerk.get_all_permissions()
    assert not AnonymousUser().has_perm("orders.view_order")

    superuser = make_user(is_superuser=True)
    assert superuser.has_perm("orders.view_order")
    assert len(superuser.get_all_permissions()) == Permission.objects.count()


def test_a_right_to_one_object_is_not_to_be_had(clerk: User) -> None:
    assert not clerk.has_perm("orders.view_order", clerk)
