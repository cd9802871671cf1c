"""Changing an address on pages: one's own, somebody's, and behind the links of the mails."""

import pytest
from django.test import Client

from accounts.models import EmailChange, User
from tests.accounts.mailbox import context_of_link_sent_to, templates_sent_to
from tests.admin_fixtures import SignIn
from tests.factories import PASSWORD, make_user
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db
OLD, NEW = "ana@example.com", "ana.moreira@example.com"


def page_of_link(mailbox: str) -> str:
    link: str = context_of_link_sent_to(mailbox)["secret_link"]
    return link[link.index("/account/") :]


@pytest.fixture
def ana() -> User:
    return make_user(OLD, role="Warehouse")


@pytest.fixture
def client_of_ana(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def test_staff_ask_for_another_address_and_confirm_it_in_both_mailboxes(
    ana: User, client_of_ana: Client
) -> None:
    typed = {"email": NEW, "password": PASSWORD}
    assert client_of_ana.post("/admin/email_change/", typed).headers["Location"] == "/admin/"
    assert "is waiting to be confirmed" in client_of_ana.get("/admin/email_change/").text

    pages = [page_of_link(OLD), page_of_link(NEW)]
    assert "No, stop it" in Client().get(pages[0]).text
    assert "No, stop it" not in Client().get(pages[1]).text
    assert User.objects.get(pk=ana.pk).email == OLD, "looking at links changes nothing"
    assert "We sent a mail to your other address" in Client().post(pages[0], {"confirm": ""}).text
    assert "Sign in with it from now on" in Client().post(pages[1], {"confirm": ""}).text

    assert User.objects.get(pk=ana.pk).email == NEW
    assert client_of_ana.get("/admin/").status_code == 302
    assert "too old" in Client().get(pages[1]).text


def test_what_is_wrong_stands_at_its_field(client_of_ana: Client) -> None:
    wrong = client_of_ana.post("/admin/email_change/", {"email": NEW, "password": "no"})
    assert list(wrong.context["form"].errors) == ["password"]
    same = client_of_ana.post("/admin/email_change/", {"email": OLD, "password": PASSWORD})
    assert list(same.context["form"].errors) == ["email"]
    assert not EmailChange.objects.exists()


def test_the_old_mailbox_stops_what_a_manager_asked_for(ana: User, manager: Client) -> None:
    url = f"/admin/accounts/user/{ana.pk}/change-email/"
    assert "Location" in manager.post(url, submitted(email=NEW)).headers

    page = page_of_link(OLD)
    assert "Yes, change it" not in Client().get(page).text
    assert "Stopped" in Client().post(page, {"stop": ""}).text
    assert "too old" in Client().post(page_of_link(NEW), {"confirm": ""}).text
    assert User.objects.get(pk=ana.pk).email == OLD


def test_a_manager_cannot_give_themselves_another_address_that_way(manager: Client) -> None:
    boss = User.objects.get(groups__name="Manager")
    answer = manager.post(f"/admin/accounts/user/{boss.pk}/change-email/", submitted(email=NEW))
    assert "your own address" in str(answer.context["form"].errors)


def test_a_password_typed_long_ago_is_asked_for_again(ana: User, manager: Client) -> None:
    session = manager.session
    session["password_at"] = 0
    session.save()
    answer = manager.post(f"/admin/accounts/user/{ana.pk}/change-email/", submitted(email=NEW))
    assert "Location" not in answer.headers
    assert templates_sent_to(NEW) == []


@pytest.mark.parametrize("role", ["Warehouse", "Support", "Marketing", "Viewer"])
def test_who_may_not_change_users_is_refused(ana: User, sign_in: SignIn, role: str) -> None:
    url = f"/admin/accounts/user/{ana.pk}/change-email/"
    assert sign_in(role).post(url, submitted(email=NEW)).status_code == 403
    assert templates_sent_to(NEW) == []
