"""The pages that links in mails lead to: for customers whose client has none of its own, and for staff."""

from typing import Any

import pytest
from django.test import Client

from accounts.invitations import invite
from accounts.models import User
from accounts.recovery import request_password_link
from accounts.registration import register
from backoffice.outbox.models import EmailMessage
from backoffice.outbox.rendering import render
from tests.accounts.mailbox import context_of_link_sent_to, templates_sent_to, token_sent_to
from tests.contract.client import Api
from tests.factories import CLI, PASSWORD, make_user

pytestmark = pytest.mark.django_db
ADA = "ada@example.com"
HERE = "192.0.2.1"
TYPED = {"password": PASSWORD}
NEW = {"new_password": "a quiet morning in may", "repeated": "a quiet morning in may"}


def link_sent_to(email: str) -> str:
    link: str = context_of_link_sent_to(email)["secret_link"]
    return link.removeprefix("http://127.0.0.1:8000")


def test_looking_at_the_link_confirms_nothing_and_the_password_does() -> None:
    """Mail programs and scanners open links on their own."""
    register(ADA, PASSWORD, address=HERE)
    link, client = link_sent_to(ADA), Client()

    looked_at = client.get(link)
    assert "Confirm my address" in looked_at.text
    assert User.objects.get().email_confirmed_at is None

    assert "made with another password" in client.post(link, {"password": "not this one"}).text
    assert "This field is required" in client.post(link).text
    assert User.objects.get().email_confirmed_at is None
    assert "Your address is confirmed" in client.post(link, TYPED).text
    assert User.objects.get().email_confirmed_at is not None
    assert "This link was used already" in client.post(link, TYPED).text
    assert "This link was used already" in client.post("/account/confirm/MQ.x-y/", TYPED).text


def test_a_shop_front_of_ones_own_gets_its_customers_and_not_the_staff(settings: Any) -> None:
    settings.SHOP_ACCOUNT_URL = "https://front.example/account"
    register(ADA, PASSWORD, address=HERE)
    assert link_sent_to(ADA) == f"https://front.example/account?confirm={token_sent_to(ADA)}"
    request_password_link(ADA, address=HERE)
    assert link_sent_to(ADA) == f"https://front.example/account?reset={token_sent_to(ADA)}"
    request_password_link(make_user("nele@example.com", role="Viewer").email, address=HERE)
    assert link_sent_to("nele@example.com").startswith("/admin/password_reset/")


def test_the_confirming_form_is_ours_alone() -> None:
    register(ADA, PASSWORD, address=HERE)
    assert Client(enforce_csrf_checks=True).post(link_sent_to(ADA)).status_code == 403
    assert User.objects.get().email_confirmed_at is None


def test_a_customer_chooses_a_password_and_is_not_let_into_the_admin() -> None:
    make_user(ADA)
    request_password_link(ADA, address=HERE)
    client = Client()
    page = client.get(link_sent_to(ADA), follow=True)
    url = page.redirect_chain[-1][0]
    assert token_sent_to(ADA).partition(".")[2] not in url

    answer = client.post(url, NEW)

    assert "Your password is changed" in answer.text
    assert User.objects.get().check_password(NEW["new_password"])
    assert client.get("/admin/").status_code == 302
    assert "This link no longer works" in client.get(link_sent_to(ADA), follow=True).text


@pytest.mark.parametrize(
    "token", ["%00", "²", "%ED%A0%80", "x" * 5000, "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"]
)
def test_an_odd_address_is_a_link_that_no_longer_works(token: str) -> None:
    client = Client()
    assert "This link was used already" in client.post(f"/account/confirm/{token}/", TYPED).text
    assert "This link was used already" in client.post(f"/account/confirm/{token}.x-y/", TYPED).text
    assert "This link no longer works" in client.get(f"/account/password/{token}/x-y/").text
    assert "This link no longer works" in client.get(f"/account/password/MQ/{token}/").text


def test_a_link_that_was_opened_falls_when_it_is_used_elsewhere() -> None:
    make_user(ADA)
    request_password_link(ADA, address=HERE)
    client = Client()
    url = client.get(link_sent_to(ADA), follow=True).redirect_chain[-1][0]
    Api().post("auth/password/reset", {"token": token_sent_to(ADA), "new_password": "quite another horse"})

    page = client.post(url, NEW)

    assert "This link no longer works" in page.text
    assert User.objects.get().check_password("quite another horse")


@pytest.mark.parametrize("role", ["Manager", "superuser"])
def test_a_colleague_is_invited_through_the_api(role: str) -> None:
    api = Api(make_user(is_superuser=True))
    answer = api.post("users/invite", {"email": "Nele@Example.com", "role": role.lower(), "name": "Nele"})
    user = User.objects.get(email="nele@example.com")
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/users/{user.pk}")
    assert answer.json() | {"created_at": ""} == {
        "id": user.pk,
        "email": "nele@example.com",
        "name": "Nele",
        "role": role,
        "language": "",
        "is_staff": True,
        "is_active": True,
        "has_second_factor": False,
        "created_at": "",
        "last_login_at": None,
    }
    assert answer["ETag"] == api.get(f"users/{user.pk}")["ETag"]
    assert templates_sent_to(user.email) == ["invitation"]
    token = token_sent_to(user.email)
    assert Api().post("auth/password/reset", {"token": token, "new_password": PASSWORD}).status_code == 204
    assert Api().post("auth/token", {"email": user.email, "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"email": ADA, "role": "Viewer"}, 409, "email_taken"),
        ({"email": "nele@example.com", "role": "superuser"}, 403, "forbidden"),
        ({"email": "nele@example.com", "role": "Boss"}, 422, "validation"),
        ({"email": "no address", "role": "Viewer"}, 422, "validation"),
        ({"email": "nele@example.com", "role": "Viewer", "password": PASSWORD}, 422, "validation"),
    ],
)
def test_an_invitation_that_is_refused_sends_and_creates_nothing(
    body: dict[str, str], status: int, code: str
) -> None:
    make_user(ADA)
    manager = make_user(role="Manager")
    answer = Api(manager).post("users/invite", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not EmailMessage.objects.exists()
    assert User.objects.count() == 2


@pytest.mark.parametrize("role", [None, "Warehouse", "Support", "Marketing", "Viewer"])
def test_only_who_may_manage_users_invites(role: str | None) -> None:
    answer = Api(make_user(role=role)).post("users/invite", {"email": ADA, "role": "Viewer"})
    assert answer.status_code == 403
    assert User.objects.count() == 1


def test_the_invitation_tells_what_the_role_may_do() -> None:
    invite(ADA, role="warehouse", name="Ada", by=CLI)
    mail = EmailMessage.objects.get()
    assert mail.context["role"] == "Warehouse"
    assert (
        "as Warehouse. You may see products and "
        in render(mail.template, mail.context, language="en-gb").text
    )
