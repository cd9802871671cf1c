"""What each role may do: said once, in words and in permissions."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from accounts.roles import RIGHTS, ROLES, Role, sync_roles

ROOT = Path(__file__).parent.parent.parent
PERMISSION = re.compile(r'"((?:accounts|catalog|orders|outbox)\.[a-z]+_[a-z]+)"')
NO_PERMISSIONS = {"accounts.sync_roles"}


def role(name: str) -> Role:
    return next(each for each in ROLES if each.name == name)


@pytest.mark.once
def test_a_role_is_told_in_words_with_what_it_may_not_do():
    assert role("Warehouse").may == (
        "May see products and stock, orders, customers and whether orders are paid; "
        "receive, adjust, count and import stock; "
        "ship, deliver and register returns; comment on orders."
    )
    assert role("Warehouse").may_not == (
        "May not see revenue, payments, promo codes or e-mails; edit products, categories and prices; "
        "place, edit and cancel orders; record payments, pay back and grant small allowances; "
        "grant allowances and write off balances of any amount; ship orders that are not paid; "
        "create, edit and pause promo codes; edit customers; export customers and orders; "
        "erase what is kept of people, for good; send e-mails again; "
        "invite colleagues and change their roles; "
        "change the shop’s settings and the texts of its mails."
    )
    assert (role("Manager").may, role("Manager").may_not) == (
        "May see and do everything in the shop.",
        "Nothing is kept back.",
    )


@pytest.mark.once
def test_every_right_is_told_of_every_role_once():
    for each in ROLES:
        for right in RIGHTS:
            words = right.words.removeprefix("see ")
            assert words in (each.may if right in each.rights else each.may_not) or each.name == "Manager"


@pytest.mark.once
def test_no_permission_belongs_to_two_rights():
    every = [permission for right in RIGHTS for permission in right.permissions]
    assert len(every) == len(set(every))


@pytest.mark.once
def test_every_permission_that_the_code_asks_for_is_part_of_a_right():
    """Else a role's words would not tell of it."""
    asked = {
        permission
        for app in ("accounts", "backoffice", "catalog", "cli", "orders")
        for file in (ROOT / app).rglob("*.py")
        if file.name != "roles.py"
        for permission in PERMISSION.findall(file.read_text(encoding="utf-8"))
    }
    assert asked - {permission for right in RIGHTS for permission in right.permissions} == NO_PERMISSIONS
    assert len(asked) > 25


@pytest.mark.django_db
def test_groups_hold_exactly_the_permissions_of_their_role():
    Group.objects.get(name="Viewer").permissions.clear()
    Group.objects.get(name="Support").delete()
    sync_roles()
    for each in ROLES:
        group = Group.objects.get(name=each.name)
        held = {
            f"{app}.{code}"
            for app, code in group.permissions.values_list("content_type__app_label", "codename")
        }
        assert held == each.permissions
