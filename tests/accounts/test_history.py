"""Who changed whose account: noted with the change, shown on the user's page."""

import pytest
from django.test import Client

from accounts.actors import Actor
from accounts.history import record
from accounts.invitations import invite, send_password_link
from accounts.models import AccountChange, AccountEvent, Source, User
from accounts.passwords.choosing import change_password
from accounts.people import create_staff, deactivate, edit_user, reactivate, set_password, set_role
from accounts.recovery import reset_password
from backoffice.errors import Refusal
from tests.accounts.mailbox import token_sent_to
from tests.contract.client import Api
from tests.factories import CLI, PASSWORD, make_user

NEW = "quite another horse"
NELE = "nele@example.com"


def history(email: str = NELE) -> list[tuple[str, str | None, str]]:
    """What, by whom and through which door, in the order in which it happened."""
    events = AccountEvent.objects.filter(user__email=email).select_related("actor").order_by("pk")
    return [(event.sentence, event.actor.email if event.actor else None, event.source) for event in events]


@pytest.mark.django_db
def test_each_change_of_role_activity_and_password_is_noted_with_its_author():
    boss = make_user("boss@example.com", role="Manager")
    by = Actor(boss, Source.ADMIN)
    user = invite(NELE, role="warehouse", by=by)
    reset_password(token_sent_to(NELE), PASSWORD, source=Source.API, address="192.0.2.1")
    set_role(user, "Support", by=by)
    edit_user(user, is_active=False, by=Actor(boss, Source.API))
    reactivate(user, by=CLI)
    send_password_link(User.objects.get(pk=user.pk), by=by)
    user = User.objects.get(pk=user.pk)
    change_password(user, old=PASSWORD, new=NEW, by=Actor(user, Source.ADMIN))
    set_password(user, "a third horse here", by=CLI)

    assert history() == [
        ("Account created as Warehouse", boss.email, "admin"),
        ("Invited", boss.email, "admin"),
        ("Password changed with a mailed link", NELE, "api"),
        ("Role changed Warehouse → Support", boss.email, "admin"),
        ("Deactivated", boss.email, "api"),
        ("Activated", None, "cli"),
        ("Password link sent", boss.email, "admin"),
        ("Password changed", NELE, "admin"),
        ("Password changed", None, "cli"),
    ]
    facts = [event.facts for event in AccountEvent.objects.filter(user=user).order_by("pk") if event.facts]
    assert facts == [
        {"role": "Warehouse"},
        {"by_link": True},
        {"role": {"from": "Warehouse", "to": "Support"}},
        {"is_active": {"from": True, "to": False}},
        {"is_active": {"from": False, "to": True}},
    ]


@pytest.mark.django_db
def test_through_the_api_it_is_the_caller_who_is_noted():
    boss, nele = make_user("boss@example.com", role="Manager"), make_user(NELE, role="Viewer")
    Api(boss).patch(f"users/{nele.pk}", {"role": "Marketing"})
    assert history() == [("Role changed Viewer → Marketing", "boss@example.com", "api")]


@pytest.mark.django_db
def test_a_customer_who_becomes_staff_had_no_role():
    set_role(make_user(NELE), "superuser", by=CLI)
    assert history() == [("Role changed no role → Superuser", None, "cli")]
    assert AccountEvent.objects.get().facts == {"role": {"from": None, "to": "superuser"}}


@pytest.mark.django_db
def test_what_changes_nothing_or_is_refused_is_not_noted():
    manager, nele = make_user(role="Manager"), make_user(NELE, role="Viewer")
    by = Actor(manager, Source.API)
    reactivate(nele, by=by)
    deactivate(nele, by=by)
    deactivate(nele, by=by)
    for refused in (
        lambda: set_role(nele, "superuser", by=by),
        lambda: set_role(nele, "Boss", by=by),
        lambda: set_password(nele, "short", by=by),
        lambda: create_staff(NELE, role="Viewer", by=by),
        lambda: send_password_link(User.objects.get(email=NELE), by=by),
    ):
        with pytest.raises(Refusal):
            refused()
    assert history() == [("Deactivated", manager.email, "api")]


@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_user_tells_it_newest_first():
    boss, nele = make_user("boss@example.com", role="Manager"), make_user(NELE, role="Viewer")
    client = Client()
    client.force_login(boss)
    empty = client.get(f"/admin/accounts/user/{nele.pk}/change/").text
    assert "Nothing has happened yet" in empty

    client.post(f"/admin/accounts/user/{nele.pk}/change/", {"name": "", "role": "Support"})

    page = client.get(f"/admin/accounts/user/{nele.pk}/change/").text
    table = page[page.index("Sign-ins and changes") :]
    assert table.index("Deactivated") < table.index("Viewer → Support")
    assert table.count("· boss@example.com ·") == 2


@pytest.mark.django_db
def test_guesses_of_strangers_push_nothing_else_off_the_page():
    boss, nele = make_user("boss@example.com", role="Manager"), make_user(NELE, role="Viewer")
    set_role(nele, "Support", by=Actor(boss, Source.ADMIN))
    for _ in range(60):
        record(nele, AccountChange.REFUSED, by=Actor(None, Source.ADMIN), address="203.0.113.9")
    client = Client()
    client.force_login(boss)
    page = client.get(f"/admin/accounts/user/{nele.pk}/change/")
    told = [event.kind for event in page.context["events"]]
    assert told == ["refused"] * 10 + ["role"]
