"""Users and roles, passwords, and the e-mails' pages."""

import re
from datetime import UTC, datetime
from time import time

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.invitations import invite
from accounts.models import User
from accounts.people import deactivate
from accounts.roles import RIGHTS, ROLES
from accounts.sign_in import sessions
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage, EmailState
from tests.accounts.mailbox import templates_sent_to
from tests.accounts.second_factor.devices import give_app, give_passkey
from tests.admin_fixtures import SignIn
from tests.factories import CLI, PASSWORD, make_user
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"
EMAILS = "/admin/outbox/emailmessage/"


def link_of(message: EmailMessage) -> str:
    link: str = message.context["secret_link"]
    return link.removeprefix("http://127.0.0.1:8000")


def role_names(user: User) -> list[str]:
    return [group.name for group in user.groups.all()]


def test_a_colleague_is_invited_in_a_role_and_gets_a_link(manager: Client) -> None:
    answer = manager.post(f"{USERS}add/", {"email": "Nele@Example.com", "name": "Nele", "role": "Warehouse"})

    assert answer.status_code == 302
    user = User.objects.get(email="nele@example.com")
    assert (role_names(user), user.is_staff, user.has_usable_password()) == (["Warehouse"], True, False)
    message = EmailMessage.objects.get()
    assert (message.template, message.recipient) == ("invitation", "nele@example.com")
    told = "nele@example.com is invited: the e-mail with the link is on its way."
    assert told in manager.get(USERS).text


def test_an_invitation_has_one_button_and_its_fields_are_named_as_elsewhere(manager: Client) -> None:
    page = manager.get(f"{USERS}add/").text
    assert [name in page for name in ("_save", "_addanother", "_continue")] == [True, False, False]
    assert "E-mail address" in page
    twice = manager.post(f"{USERS}add/", {"email": "manager@example.com", "name": "", "role": "Warehouse"})
    assert "Email" not in twice.text


def test_an_account_is_shown_as_people_write_it_and_has_one_history(manager: Client) -> None:
    typed = {"email": "nele@straße.de", "name": "Nele", "role": "Warehouse"}
    told = manager.post(f"{USERS}add/", typed, follow=True)
    user = User.objects.get(name="Nele")
    User.objects.filter(pk=user.pk).update(last_login=datetime(2026, 11, 30, 17, 44, tzinfo=UTC))

    page = f"{USERS}{user.pk}/change/"
    shown = manager.get(page).text

    assert "nele@straße.de is invited" in told.text
    assert ("nele@straße.de" in shown, "18:44" in shown, "p.m." in shown) == (True, True, False)
    assert manager.get(f"{USERS}{user.pk}/history/").headers["Location"] == f"{page}#history"


def test_the_link_of_an_invitation_sets_the_password_and_signs_in_once() -> None:
    user = invite("nele@example.com", role="Warehouse", by=CLI)
    link = link_of(EmailMessage.objects.get())
    client = Client()
    page = client.get(link, follow=True)
    url = page.redirect_chain[-1][0]
    words = {"new_password": "a quiet morning in may", "repeated": "a quiet morning in may"}

    answer = client.post(url, words)

    assert answer.headers["Location"] == reverse("admin:index")
    assert client.get("/admin/").status_code == 200
    user.refresh_from_db()
    assert user.check_password("a quiet morning in may")
    assert "This link no longer works" in Client().get(link, follow=True).text


def test_the_link_of_somebody_who_was_deactivated_no_longer_works() -> None:
    user = invite("nele@example.com", role="Warehouse", by=CLI)
    link = link_of(EmailMessage.objects.get())
    deactivate(user, by=CLI)

    page = Client().get(link, follow=True)

    assert "This link no longer works" in page.text


def test_a_weak_password_is_refused_at_its_field() -> None:
    invite("nele@example.com", role="Warehouse", by=CLI)
    client = Client()
    url = client.get(link_of(EmailMessage.objects.get()), follow=True).redirect_chain[-1][0]

    page = client.post(url, {"new_password": "short", "repeated": "short"})

    assert "new_password" in page.context["form"].errors
    assert not User.objects.get().has_usable_password()


def test_the_kept_mail_of_an_invitation_lets_nobody_in(manager: Client) -> None:
    invite("nele@example.com", role="Warehouse", by=CLI)
    secret = EmailMessage.objects.get().context["secret_link"]
    message = EmailMessage.objects.get()

    waiting = manager.get(f"{EMAILS}{message.pk}/change/")
    deliver_due()
    sent = manager.get(f"{EMAILS}{message.pk}/change/")

    assert secret in mail.outbox[0].body
    assert secret not in waiting.text
    assert secret not in sent.text


def test_every_role_is_told_in_words_with_what_it_cannot_do(manager: Client) -> None:
    page = manager.get(f"{USERS}add/").text

    for role in ROLES:
        assert role.may in page
        assert role.may_not in page
    assert "Superuser" not in page


def test_the_page_of_roles_tells_every_right_of_every_role(manager: Client) -> None:
    make_user(role="Warehouse")
    make_user(role="Warehouse", is_active=False)

    page = manager.get(f"{USERS}roles/").text

    assert f"{USERS}roles/" in manager.get(USERS).text
    for role in ROLES:
        assert role.may in page
        assert role.may_not in page
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    assert {words: re.findall(r"[✓–]", cells) for words, cells in rows} == {
        right.words: ["✓" if right in role.rights else "–" for role in ROLES] for right in RIGHTS
    }
    assert re.findall(r"(\w+)</strong> <small[^>]*>(\d) active", page)[:2] == [
        ("Manager", "1"),
        ("Warehouse", "1"),
    ]


def test_a_manager_makes_nobody_superuser(manager: Client) -> None:
    page = manager.post(f"{USERS}add/", {"email": "nele@example.com", "role": "superuser"})

    assert page.status_code == 200
    assert not User.objects.filter(email="nele@example.com").exists()


def test_a_manager_cannot_change_a_superuser(manager: Client) -> None:
    owner = make_user("owner@example.com", is_superuser=True)

    answer = manager.post(f"{USERS}{owner.pk}/change/", {"name": "Owner", "role": "Viewer"})

    owner.refresh_from_db()
    assert answer.status_code in (200, 403)
    assert (owner.is_superuser, owner.is_active) == (True, True)


def test_role_name_and_activity_are_changed_together(manager: Client) -> None:
    user = make_user("nele@example.com", role="Viewer")

    manager.post(f"{USERS}{user.pk}/change/", {"name": "Nele B.", "role": "Support"})

    user = User.objects.get(pk=user.pk)
    assert (user.name, role_names(user), user.is_active) == ("Nele B.", ["Support"], False)


def test_a_customers_account_stays_one_when_its_name_is_changed(manager: Client) -> None:
    shopper = make_user("shopper@example.com")

    answer = manager.post(f"{USERS}{shopper.pk}/change/", {"name": "Sam", "role": "", "is_active": "on"})

    shopper.refresh_from_db()
    assert answer.status_code == 302
    assert (shopper.name, shopper.is_staff, role_names(shopper)) == ("Sam", False, [])


def test_customers_who_have_not_confirmed_their_address_are_told_apart(manager: Client) -> None:
    make_user("ada@example.com")
    make_user("bob@example.com", email_confirmed_at=None)

    page = manager.get(f"{USERS}?view=customers").text

    states = re.findall(r'bo-muted">(\w+)@example.com.*?bo-dot[^>]*></span>([\w ]+)<', page, re.DOTALL)
    assert states == [("ada", "Active"), ("bob", "Not confirmed")]


def test_nobody_deactivates_themselves_and_the_form_says_why(sign_in: SignIn) -> None:
    client = sign_in("superuser")
    me = User.objects.get()

    page = client.post(f"{USERS}{me.pk}/change/", {"name": "", "role": "superuser"})

    assert page.status_code == 200
    assert "You cannot deactivate yourself" in page.text
    me.refresh_from_db()
    assert me.is_active


def test_a_link_for_a_new_password_is_sent_from_the_dialog(manager: Client) -> None:
    user = make_user("nele@example.com", role="Viewer")

    for _ in range(2):
        manager.post(f"{USERS}{user.pk}/password-link/", submitted())

    assert EmailMessage.objects.filter(template="password_reset", recipient=user.email).count() == 2


@pytest.mark.parametrize("email", ["nele@example.com", "nobody@example.com", "shopper@example.com"])
def test_a_forgotten_password_gives_the_same_answer_whoever_asks(email: str) -> None:
    make_user("nele@example.com", role="Viewer")
    make_user("shopper@example.com")

    page = Client().post("/admin/password_reset/", {"email": email})

    assert f"If {email} has an account here" in page.text
    template = "no_account" if email.startswith("nobody") else "password_reset"
    assert [(each.recipient, each.template) for each in EmailMessage.objects.all()] == [(email, template)]


def test_links_for_forgotten_passwords_are_limited() -> None:
    make_user("nele@example.com", role="Viewer")
    client = Client()

    for _ in range(7):
        client.post("/admin/password_reset/", {"email": "nele@example.com"})

    assert EmailMessage.objects.count() == 5


def test_changing_ones_password_ends_the_tokens_and_keeps_the_session() -> None:
    user = make_user("nele@example.com", role="Viewer")
    client = Client()
    client.force_login(user)
    new = "a quiet morning in may"

    wrong = client.post(
        "/admin/password_change/", {"old_password": "guess", "new_password": new, "repeated": new}
    )
    client.post("/admin/password_change/", {"old_password": PASSWORD, "new_password": new, "repeated": new})

    assert "old_password" in wrong.context["form"].errors
    before, user = user, User.objects.get(pk=user.pk)
    assert user.check_password(new)
    assert user.auth_version > before.auth_version
    assert client.get("/admin/").status_code == 200


# E-mails


def make_email(**fields: object) -> EmailMessage:
    return EmailMessage.objects.create(
        **{"cause": "user:1", "template": "password_reset", "recipient": "theo@example.com", **fields}
    )


def test_a_mail_that_was_given_up_is_sent_again_by_post(sign_in: SignIn) -> None:
    message = make_email(state=EmailState.DEAD, attempts=8, error="550 no such mailbox")
    support = sign_in("Support")
    page = support.get(f"{EMAILS}{message.pk}/change/").text

    support.post(f"{EMAILS}{message.pk}/send-again/")

    assert "550 no such mailbox" in page
    message.refresh_from_db()
    assert (message.state, message.attempts) == (EmailState.QUEUED, 0)


def test_a_mail_is_shown_as_it_was_sent_and_its_html_runs_nothing(sign_in: SignIn) -> None:
    message = make_email(
        state=EmailState.SENT, subject="Your order", text="Thank you", html="<p onclick='x()'>Thank you</p>"
    )

    page = sign_in("Support").get(f"{EMAILS}{message.pk}/change/").text

    assert 'sandbox="allow-same-origin"' in page
    assert 'srcdoc="&lt;p onclick=&#x27;x()&#x27;&gt;Thank you&lt;/p&gt;"' in page


def test_a_mail_whose_template_is_broken_has_a_page_all_the_same(manager: Client) -> None:
    message = make_email(template="no_such_template")

    page = manager.get(f"{EMAILS}{message.pk}/change/")

    assert page.status_code == 200
    assert "It cannot be rendered" in page.text


def test_only_given_up_mails_of_a_selection_are_queued_again(manager: Client) -> None:
    dead = make_email(state=EmailState.DEAD, attempts=8)
    sent = make_email(state=EmailState.SENT, cause="user:2")

    manager.post(EMAILS, {"action": "send_again", "_selected_action": [dead.pk, sent.pk]})

    states = dict(EmailMessage.objects.values_list("pk", "state"))
    assert states == {dead.pk: EmailState.QUEUED, sent.pk: EmailState.SENT}


def test_a_users_page_tells_their_second_factors_and_a_colleague_removes_them(manager: Client) -> None:
    nele, boss = make_user("nele@example.com", role="Viewer"), User.objects.get(groups__name="Manager")
    page = f"{USERS}{nele.pk}/change/"
    assert "None: the password alone lets them in." in manager.get(page).text
    assert "Remove second factors" not in manager.get(page).text
    give_app(nele)
    give_passkey(nele, "Laptop")
    shown = manager.get(page).text
    assert all(
        words in shown for words in ("Authenticator app", "Passkey “Laptop”", "10 recovery codes left")
    )
    assert "Remove second factors" in shown

    manager.post(f"{USERS}{nele.pk}/remove-factors/", submitted())

    assert not nele.authenticators.exists()
    assert templates_sent_to(nele.email)[-1] == "second_factor_reset"
    assert templates_sent_to(boss.email) == ["second_factor_reset_done"]
    told = manager.get(page).text
    assert "Second factors removed" in told
    assert f"{boss.email} · Admin" in told


def test_it_asks_for_the_password_again_and_is_not_for_a_superusers_nor_ones_own(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss, own = make_user(is_superuser=True), User.objects.get(groups__name="Manager")
    nele = make_user("nele@example.com", role="Viewer")
    for user in (boss, own, nele):
        give_app(user)
    for user in (boss, own):
        manager.post(f"{USERS}{user.pk}/remove-factors/", submitted())
    now = time()
    monkeypatch.setattr(sessions, "time", lambda: now + 601)
    refused = manager.post(f"{USERS}{nele.pk}/remove-factors/", submitted())
    assert "You signed in some time ago" in refused.text
    assert all(user.authenticators.exists() for user in (boss, own, nele))
