"""Signing in and out through HTTP, as clients do it."""

from typing import Any

import pytest
from django.test import Client

from tests.accounts.api.clients import bearing, signed_in
from tests.contract.client import Api, assert_problem
from tests.factories import PASSWORD, make_user

NEW_PASSWORD = "quite another horse"


@pytest.mark.django_db
def test_signing_in_gives_a_pair_of_tokens_that_no_cache_keeps():
    make_user("ada@example.com")
    response = Api().post("auth/token", {"email": "ADA@example.com", "password": PASSWORD})
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    pair = response.json()
    assert {**pair, "access": "", "refresh": ""} == {
        "access": "",
        "refresh": "",
        "token_type": "Bearer",
        "expires_in": 600,
    }
    me = bearing(pair["access"]).get("users/me")
    assert me.json()["email"] == "ada@example.com"


@pytest.mark.django_db
def test_a_wrong_password_and_an_unknown_account_get_the_same_answer():
    make_user("ada@example.com")
    answers = []
    for email in ("ada@example.com", "bob@example.com"):
        response = Api().post("auth/token", {"email": email, "password": "wrong"})
        assert_problem(response, 401, "invalid_credentials")
        answers.append(response.json() | {"request_id": ""})
    assert answers[0] == answers[1]


@pytest.mark.django_db
def test_the_sixth_guess_is_throttled_and_told_when_to_come_back():
    for _ in range(5):
        Api().post("auth/token", {"email": "ada@example.com", "password": "wrong"})
    response = Api().post("auth/token", {"email": "ada@example.com", "password": "wrong"})
    assert_problem(response, 429, "throttled")
    assert 0 < int(response["Retry-After"]) <= 900


@pytest.mark.django_db
def test_a_spoofed_forwarded_address_gives_no_more_guesses():
    statuses = [
        Api()
        .post(
            "auth/token",
            {"email": "ada@example.com", "password": "wrong"},
            X_Forwarded_For=f"203.0.113.{guess}",
        )
        .status_code
        for guess in range(20)
    ]
    assert statuses == [401] * 5 + [429] * 15


@pytest.mark.django_db
def test_refreshing_works_with_a_stale_access_token_in_the_header():
    make_user("ada@example.com")
    pair = signed_in("ada@example.com")
    response = bearing("stale").post("auth/refresh", {"refresh": pair["refresh"]})
    assert response.status_code == 200
    assert response.json()["refresh"] != pair["refresh"]


@pytest.mark.django_db(transaction=True)
def test_signing_out_what_is_not_signed_in_leaves_no_trace():
    user = make_user("ada@example.com")
    pair = signed_in("ada@example.com")
    api = bearing(pair["access"])
    for _ in range(20):
        assert api.post("auth/logout", {"refresh": "nobody's"}).status_code == 204
    assert user.events.exclude(kind="signed_in").count() == 0
    assert api.post("auth/logout", {"refresh": pair["refresh"]}).status_code == 204
    assert user.events.filter(kind="signed_out").count() == 1


@pytest.mark.django_db
def test_a_replayed_refresh_token_ends_the_sign_in():
    make_user("ada@example.com")
    first = signed_in("ada@example.com")
    second = Api().post("auth/refresh", {"refresh": first["refresh"]}).json()
    for refresh in (first["refresh"], second["refresh"]):
        response = Api().post("auth/refresh", {"refresh": refresh})
        assert_problem(response, 401, "not_authenticated")
    assert bearing(second["access"]).get("users/me").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("body", [None, {}, "the refresh token"])
def test_signing_out_ends_this_sign_in(body):
    make_user("ada@example.com")
    here, there = signed_in("ada@example.com"), signed_in("ada@example.com")
    body = {"refresh": here["refresh"]} if isinstance(body, str) else body
    assert bearing(here["access"]).post("auth/logout", body).status_code == 204
    assert bearing(here["access"]).get("users/me").status_code == 401
    assert Api().post("auth/refresh", {"refresh": here["refresh"]}).status_code == 401
    assert bearing(there["access"]).get("users/me").status_code == 200
    assert Api().post("auth/refresh", {"refresh": there["refresh"]}).status_code == 200


@pytest.mark.django_db
def test_signing_out_everywhere_ends_every_sign_in():
    make_user("ada@example.com")
    here, there = signed_in("ada@example.com"), signed_in("ada@example.com")
    assert bearing(here["access"]).post("auth/logout?everywhere=true").status_code == 204
    for pair in (here, there):
        assert bearing(pair["access"]).get("users/me").status_code == 401
        assert Api().post("auth/refresh", {"refresh": pair["refresh"]}).status_code == 401
    assert signed_in("ada@example.com")


@pytest.mark.django_db
def test_changing_the_password_ends_every_sign_in():
    make_user("ada@example.com")
    pair = signed_in("ada@example.com")
    client = bearing(pair["access"])
    wrong = client.post("auth/password/change", {"old_password": "wrong", "new_password": NEW_PASSWORD})
    assert_problem(wrong, 422, "validation")
    assert wrong.json()["errors"][0]["pointer"] == "/old_password"
    weak = client.post("auth/password/change", {"old_password": PASSWORD, "new_password": "password1234"})
    assert weak.json()["errors"][0] | {"detail": ""} == {
        "in": "body",
        "pointer": "/new_password",
        "code": "password_too_common",
        "detail": "",
    }
    assert client.get("users/me").status_code == 200
    done = client.post("auth/password/change", {"old_password": PASSWORD, "new_password": NEW_PASSWORD})
    assert done.status_code == 204
    assert client.get("users/me").status_code == 401
    assert Api().post("auth/refresh", {"refresh": pair["refresh"]}).status_code == 401
    assert signed_in("ada@example.com", NEW_PASSWORD)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("auth/token", {"email": "ada@example.com", "password": "x", "staff": True}),
        ("auth/token", {"email": "ada@example.com"}),
        ("auth/token", {"email": "", "password": "x"}),
        ("auth/token", {"email": "a\x00@example.com", "password": "x"}),
        ("auth/token", {"email": ["ada@example.com"], "password": "x"}),
        ("auth/token", {"email": "ada@example.com", "password": "x" * 1025}),
        ("auth/token", []),
        ("auth/refresh", {}),
        ("auth/refresh", {"refresh": None}),
        ("auth/refresh", {"refresh": "x" * 201}),
        ("auth/refresh", {"refresh": "x", "user": 1}),
    ],
)
def test_input_that_does_not_fit_is_refused(path, body):
    assert_problem(Api().post(path, body), 422, "validation")


@pytest.mark.django_db
def test_a_body_that_is_no_json_is_a_bad_request():
    response: Any = Client().generic("POST", "/api/v1/auth/token", "{", content_type="application/json")
    assert_problem(response, 400, "bad_request")
