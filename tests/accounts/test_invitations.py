"""A colleague is invited: an account and a mail with a link, both or neither."""

import pytest

from accounts.actors import Actor
from accounts.invitations import invite, send_password_link
from accounts.mailing.links import PASSWORD, user_of
from accounts.models import AccountEvent, Source, User
from accounts.people import EmailTaken
from accounts.roles import ROLES
from backoffice.errors import Conflict, Forbidden, Invalid
from backoffice.outbox.models import EmailMessage
from backoffice.outbox.rendering import render
from tests.accounts.mailbox import context_of_link_sent_to, templates_sent_to, token_sent_to
from tests.factories import CLI, make_user
from tests.factories import PASSWORD as KNOWN

pytestmark = pytest.mark.django_db

NELE = "nele@shop.example"


def history(user: User) -> list[tuple[str, User | None]]:
    return [(event.kind, event.actor) for event in user.events.order_by("pk").select_related("actor")]


def test_an_invited_colleague_has_the_role_no_password_and_a_link_to_choose_one() -> None:
    manager = make_user("mia@shop.example", role="Manager")

    user = invite(" Nele@Shop.example", role="warehouse", name="Nele Vogt", by=Actor(manager, Source.ADMIN))

    assert (user.email, user.name, user.is_staff, user.has_usable_password()) == (
        NELE,
        "Nele Vogt",
        True,
        False,
    )
    assert user.groups.get().name == "Warehouse"
    assert templates_sent_to(NELE) == ["invitation"]
    assert user_of(token_sent_to(NELE), PASSWORD) == user
    assert history(user) == [("created", manager), ("invited", manager)]


@pytest.mark.parametrize("role", [each.name for each in ROLES])
def test_the_mail_tells_who_invites_and_what_the_role_may_do(role: str) -> None:
    invite(NELE, role=role, by=CLI)

    context = context_of_link_sent_to(NELE)
    assert (context["role"], context["name"]) == (role, "nele")
    you_may = next(each.you_may for each in ROLES if each.name == role)
    told = render("invitation", context, language="en-gb").text
    assert f"System invites you to the back office of Backoffice, as {role}. {you_may}" in told


def test_a_superuser_is_told_that_they_may_do_everything() -> None:
    invite(NELE, role="superuser", by=CLI)

    assert User.objects.get().is_superuser
    told = render("invitation", context_of_link_sent_to(NELE), language="en-gb").text
    assert "You may see and do everything in the shop." in told


def test_what_is_refused_makes_no_account_and_sends_nothing() -> None:
    manager = make_user("mia@shop.example", role="Manager")
    for refusal, email, role in (
        (Invalid, "no address", "Viewer"),
        (Invalid, NELE, "Boss"),
        (EmailTaken, manager.email, "Viewer"),
        (Forbidden, NELE, "superuser"),
    ):
        with pytest.raises(refusal):
            invite(email, role=role, by=Actor(manager, Source.ADMIN))

    assert list(User.objects.all()) == [manager]
    assert not EmailMessage.objects.exists()
    assert not AccountEvent.objects.exists()


def test_a_link_for_a_new_password_leaves_the_old_one_good() -> None:
    manager, user = make_user(role="Manager"), make_user(NELE, role="Viewer")

    for _ in range(2):
        send_password_link(user, by=Actor(manager, Source.ADMIN))

    assert templates_sent_to(NELE) == ["password_reset"] * 2
    assert user_of(token_sent_to(NELE), PASSWORD) == user
    assert User.objects.get(pk=user.pk).check_password(KNOWN)
    assert history(user) == [("link", manager)] * 2


def test_who_is_deactivated_is_sent_no_link() -> None:
    user = make_user(NELE, role="Viewer", is_active=False)

    with pytest.raises(Conflict, match=NELE):
        send_password_link(user, by=CLI)

    assert templates_sent_to(NELE) == []
    assert history(user) == []
