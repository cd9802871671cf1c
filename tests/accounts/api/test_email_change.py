"""Changing an address at the API."""

import pytest

from accounts.models import User
from tests.accounts.mailbox import templates_sent_to, token_sent_to
from tests.contract.client import Api, assert_problem
from tests.factories import PASSWORD, make_shopper, make_user

pytestmark = pytest.mark.django_db
OLD, NEW = "ana@example.com", "ana.moreira@example.com"


def test_a_customer_changes_their_address_and_signs_in_with_it() -> None:
    ana = make_shopper(OLD)
    api, nobody = Api(ana), Api()
    asked = api.post("auth/email/change", {"email": NEW, "password": PASSWORD})
    assert asked.status_code == 202

    for mailbox in (NEW, OLD):
        assert api.get("users/me").json()["email"] == OLD
        answer = nobody.post("auth/email/change/confirm", {"token": token_sent_to(mailbox)})
        assert answer.status_code == 204

    assert api.get("users/me").status_code == 401
    tokens = nobody.post("auth/token", {"email": NEW.upper(), "password": PASSWORD})
    assert tokens.status_code == 200
    assert nobody.post("auth/token", {"email": OLD, "password": PASSWORD}).status_code == 401


def test_the_old_mailbox_stops_it() -> None:
    Api(make_shopper(OLD)).post("auth/email/change", {"email": NEW, "password": PASSWORD})
    token = token_sent_to(NEW)
    assert_problem(Api().post("auth/email/change/stop", {"token": token}), 422, "invalid_link")
    assert Api().post("auth/email/change/stop", {"token": token_sent_to(OLD)}).status_code == 204
    assert_problem(Api().post("auth/email/change/confirm", {"token": token}), 422, "invalid_link")


def test_staff_give_somebody_another_address() -> None:
    ana, boss = make_shopper(OLD), Api(make_user(role="Manager"))
    assert boss.post(f"users/{ana.pk}/email", {"email": NEW}).status_code == 202
    assert templates_sent_to(OLD) == ["email_change_told"]
    Api().post("auth/email/change/confirm", {"token": token_sent_to(NEW)})
    assert User.objects.get(pk=ana.pk).email == NEW
    assert_problem(boss.post(f"users/{ana.pk}/email", {"email": "no"}), 422, "validation")
    support = Api(make_user(role="Support"))
    assert support.post(f"users/{ana.pk}/email", {"email": OLD}).status_code == 403
