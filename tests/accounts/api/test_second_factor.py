"""Signing in to the API with a second factor."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import TokenFamily, User
from accounts.second_factor.factors import remove_factor
from tests.accounts.second_factor.devices import code, give_app, give_passkey, wrong_code
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, PASSWORD, make_user

pytestmark = pytest.mark.django_db
ANA = "ana@example.com"
TYPED = {"email": ANA, "password": PASSWORD}


@pytest.fixture
def ana() -> User:
    return make_user(ANA, role="Manager")


def post(path: str, body: dict[str, str]) -> Any:
    return Api().post(f"auth/{path}", body)


def challenge() -> str:
    answer: str = post("token", TYPED).json()["challenge"]
    return answer


def test_the_password_alone_gets_a_challenge_and_no_token(ana: User) -> None:
    give_app(ana)
    answer = post("token", TYPED)
    content = answer.json()
    assert (answer.status_code, content["code"]) == (401, "second_factor_required")
    assert answer["Content-Type"] == "application/problem+json"
    assert content["challenge"]
    assert not TokenFamily.objects.exists()
    assert not ana.events.filter(kind="signed_in").exists()


def test_with_a_code_it_gets_tokens_once(ana: User) -> None:
    give_app(ana)
    asked = challenge()
    answer = post("token/second", {"challenge": asked, "code": code()})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    access = {"Authorization": f"Bearer {answer.json()['access']}"}
    assert Client().get("/api/v1/users/me", headers=access).json()["has_second_factor"] is True
    assert_problem(post("token/second", {"challenge": asked, "code": code(1)}), 401, "challenge_ended")
    assert ana.events.latest("pk").kind == "refused"


def test_a_recovery_code_ends_what_was_signed_in_and_its_own_tokens_work(ana: User) -> None:
    [paper, *_others] = give_app(ana)
    before = post("token/second", {"challenge": challenge(), "code": code()}).json()
    answer = post("token/second", {"challenge": challenge(), "recovery_code": paper})
    assert answer.status_code == 200
    assert post("refresh", {"refresh": before["refresh"]}).status_code == 401
    assert post("refresh", {"refresh": answer.json()["refresh"]}).status_code == 200
    assert_problem(
        post("token/second", {"challenge": challenge(), "recovery_code": paper}), 401, "wrong_code"
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"challenge": "x", "code": "123456"}, 401, "challenge_ended"),
        ({"challenge": "x"}, 422, "validation"),
        ({"challenge": "x", "code": "1", "recovery_code": "2"}, 422, "validation"),
        ({"code": "123456"}, 422, "validation"),
        ({"challenge": "x" * 5_000, "code": "123456"}, 422, "validation"),
        ({"challenge": "x", "code": "123456", "password": "x"}, 422, "validation"),
    ],
)
def test_what_is_no_sign_in_is_refused(body: dict[str, str], status: int, code: str) -> None:
    assert_problem(post("token/second", body), status, code)


def test_wrong_codes_are_limited_and_the_password_gives_none_back(ana: User) -> None:
    give_app(ana)
    for _ in range(5):
        assert_problem(
            post("token/second", {"challenge": challenge(), "code": wrong_code()}), 401, "wrong_code"
        )
    answer = post("token/second", {"challenge": challenge(), "code": code()})
    assert_problem(answer, 429, "throttled")
    assert int(answer["Retry-After"]) > 800


def test_a_challenge_of_the_admin_is_none_of_the_api_and_the_other_way_round(ana: User) -> None:
    give_app(ana)
    client = Client()
    page = client.post("/admin/login/", {"username": ANA, "password": PASSWORD})
    body = {"challenge": page.context["challenge"], "code": code()}
    assert_problem(post("token/second", body), 401, "challenge_ended")
    client.post("/admin/login/second/", {"challenge": challenge(), "code": code()})
    assert client.get("/admin/").status_code == 302


def test_a_passkey_alone_is_a_second_factor_too(ana: User) -> None:
    """Programs show none: its owner signs in with a recovery code, or sets up an app."""
    give_passkey(ana)
    assert post("token", TYPED).json()["code"] == "second_factor_required"


def test_customers_and_staff_without_one_sign_in_as_ever(ana: User) -> None:
    make_user("shopper@example.com")
    for email in (ANA, "shopper@example.com"):
        assert post("token", {"email": email, "password": PASSWORD}).status_code == 200


def test_a_wrong_password_tells_nothing_of_the_second_factor(ana: User) -> None:
    give_app(ana)
    assert_problem(post("token", {"email": ANA, "password": "wrong"}), 401, "invalid_credentials")


def test_after_the_days_of_grace_staff_without_one_are_refused(ana: User, settings: Any) -> None:
    settings.SHOP_MFA = "required"
    tokens = post("token", TYPED).json()
    due = User.objects.get().mfa_required_from
    assert due is not None
    tokens = post("refresh", {"refresh": tokens["refresh"]}).json()
    User.objects.update(mfa_required_from=timezone.now() - timedelta(seconds=1))
    assert_problem(post("token", TYPED), 403, "second_factor_missing")
    assert_problem(post("refresh", {"refresh": tokens["refresh"]}), 403, "second_factor_missing")


def test_the_days_of_grace_begin_with_a_refresh_too(ana: User, settings: Any) -> None:
    tokens = post("token", TYPED).json()
    settings.SHOP_MFA = "required"
    assert post("refresh", {"refresh": tokens["refresh"]}).status_code == 200
    assert User.objects.get().mfa_required_from is not None


def test_refresh_tokens_end_with_every_change_of_factors(ana: User) -> None:
    give_app(ana)
    tokens = post("token/second", {"challenge": challenge(), "code": code()}).json()
    remove_factor(ana, ana.authenticators.get().pk, by=CLI)
    assert post("refresh", {"refresh": tokens["refresh"]}).status_code == 401


def test_users_tell_who_has_one_and_nobody_sets_it(ana: User) -> None:
    viewer = make_user("viewer@example.com", role="Viewer")
    give_app(viewer)
    api = Api(ana)
    found = api.get("users?fields=email,has_second_factor").json()["items"]
    assert found == [
        {"email": ANA, "has_second_factor": False},
        {"email": "viewer@example.com", "has_second_factor": True},
    ]
    assert_problem(api.patch(f"users/{viewer.pk}", {"has_second_factor": False}), 422, "validation")
