"""Through HTTP, as clients do it."""

import time
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from backoffice.api import throttling
from tests.contract.client import Api, assert_problem
from tests.factories import PASSWORD, make_shopper, make_user

NEW_PASSWORD = "quite another horse"


def bearing(access: str) -> Api:
    """A client with this access token, whatever it is."""
    api = Api()
    api.headers = {"Authorization": f"Bearer {access}"}
    return api


def signed_in(email: str, password: str = PASSWORD) -> dict[str, Any]:
    response = Api().post("auth/token", {"email": email, "password": password})
    assert response.status_code == 200, response.content
    return response.json()


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
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer abc",
        "bearer a.b.c",
        "Token abc",
        "Bearer " + "x" * 100_000,
    ],
)
def test_without_a_good_token_the_answer_is_a_401_problem(header):
    response: Any = Client().get("/api/v1/users/me", headers={"Authorization": header} if header else {})
    assert_problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
def test_cookies_are_ignored():
    user = make_user(is_superuser=True)
    browser = Client()
    browser.force_login(user)
    response: Any = browser.get("/api/v1/users/me")
    assert_problem(response, 401, "not_authenticated")


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
def test_one_may_change_ones_own_name_and_nothing_else():
    client = Api(make_shopper("ada@example.com"))
    assert client.patch("users/me", {"name": " Ada "}).json()["name"] == "Ada"
    before = User.objects.values().get()
    for field in ("email", "is_staff", "staff", "role", "is_superuser", "active", "auth_version", "id"):
        assert client.patch("users/me", {"name": "Eve", field: 1}).status_code == 422
    assert User.objects.values().get() == before


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


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, "Warehouse", "Support", "Marketing", "Viewer"])
def test_only_managers_see_and_change_users(role):
    other = make_user(role="Viewer")
    client = Api(make_user(role=role))
    for response in (
        client.get("users"),
        client.get(f"users/{other.pk}"),
        client.patch(f"users/{other.pk}", {"role": "Manager"}),
        client.patch("users/999999", {"role": "Manager"}),
    ):
        assert_problem(response, 403, "forbidden")
    assert User.objects.get(pk=other.pk).groups.get().name == "Viewer"


@pytest.mark.django_db
def test_a_manager_changes_a_role_and_the_old_tokens_fall():
    user = make_user("ada@example.com", role="Viewer")
    hers = Api(user)
    client = Api(make_user(role="Manager"))
    response = client.patch(f"users/{user.pk}", {"role": "Warehouse"})
    assert response.status_code == 200
    assert response.json() | {"created_at": "", "last_login": ""} == {
        "id": user.pk,
        "email": "ada@example.com",
        "name": "",
        "role": "Warehouse",
        "staff": True,
        "active": True,
        "created_at": "",
        "last_login": "",
    }
    assert hers.get("users/me").status_code == 401


@pytest.mark.django_db
def test_a_manager_deactivates_and_reactivates():
    user = make_user("ada@example.com", role="Viewer")
    client = Api(make_user(role="Manager"))
    assert client.patch(f"users/{user.pk}", {"active": False}).json()["active"] is False
    refused = Api().post("auth/token", {"email": "ada@example.com", "password": PASSWORD})
    assert_problem(refused, 401, "invalid_credentials")
    assert client.patch(f"users/{user.pk}", {"active": True}).json()["active"] is True
    assert signed_in("ada@example.com")


@pytest.mark.django_db
def test_what_a_manager_may_not_do_is_refused_and_changes_nothing():
    manager, chief = make_user(role="Manager"), make_user(is_superuser=True)
    client = Api(manager)
    before = list(User.objects.order_by("pk").values())
    assert_problem(client.patch(f"users/{manager.pk}", {"active": False}), 409, "conflict")
    assert_problem(client.patch(f"users/{manager.pk}", {"role": "superuser"}), 403, "forbidden")
    assert_problem(client.patch(f"users/{chief.pk}", {"role": "Viewer"}), 403, "forbidden")
    assert_problem(client.patch(f"users/{manager.pk}", {"role": "Boss"}), 422, "validation")
    assert_problem(client.patch(f"users/{manager.pk}", {"role": None}), 422, "validation")
    assert_problem(client.patch(f"users/{manager.pk}", {"is_superuser": True}), 422, "validation")
    assert_problem(client.patch(f"users/{10**30}", {"active": False}), 404, "not_found")
    assert list(User.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_if_match_guards_a_change():
    user = make_user(role="Viewer")
    client = Api(make_user(role="Manager"))
    etag = client.get(f"users/{user.pk}")["ETag"]
    assert client.patch(f"users/{user.pk}", {"role": "Support"}, If_Match=etag).status_code == 200
    stale = client.patch(f"users/{user.pk}", {"active": False}, If_Match=etag)
    assert_problem(stale, 412, "stale")
    assert User.objects.get(pk=user.pk).is_active
    etag = client.get("users/me")["ETag"]
    assert client.patch("users/me", {"name": "Ada"}, If_Match=etag).status_code == 200
    assert client.patch("users/me", {"name": "Eve"}, If_Match=etag).status_code == 412


@pytest.mark.django_db
def test_users_are_listed_page_by_page_and_filtered():
    for number in range(3):
        make_user(f"viewer-{number}@example.com", role="Viewer", name=f"Person {number}")
    make_user("chief@example.com", is_superuser=True)
    make_user("gone@example.com", is_active=False)
    client = Api(make_user("manager@example.com", role="Manager"))

    def emails(query: str) -> list[str]:
        return [item["email"].partition("@")[0] for item in client.get(f"users?{query}").json()["items"]]

    assert emails("") == ["chief", "gone", "manager", "viewer-0", "viewer-1", "viewer-2"]
    assert emails("ordering=-id&limit=2") == ["manager", "gone"]
    assert emails("role=viewer") == ["viewer-0", "viewer-1", "viewer-2"]
    assert emails("role=superuser") == ["chief"]
    assert emails("active=false") == emails("staff=false") == ["gone"]
    assert emails("q=PERSON+2") == ["viewer-2"]
    page = client.get("users?limit=4&count=true").json()
    assert (len(page["items"]), page["count"]) == (4, 6)
    following = client.get(f"users?limit=4&cursor={page['next']}").json()
    assert [item["email"] for item in following["items"]] == ["viewer-1@example.com", "viewer-2@example.com"]
    assert client.get("users?fields=email,role&q=chief").json()["items"] == [
        {"email": "chief@example.com", "role": "superuser"}
    ]
    for query in (
        "role=Boss",
        "unknown=1",
        "fields=password",
        "ordering=password",
        "cursor=forged",
        "limit=101",
    ):
        assert client.get(f"users?{query}").status_code == 422, query


@pytest.mark.django_db
def test_a_list_of_three_costs_as_many_queries_as_a_list_of_one(django_assert_num_queries):
    client = Api(make_user(role="Manager"))
    for _ in range(2):
        with django_assert_num_queries(4):
            client.get("users")
        make_user(role="Viewer")
        make_user(role="Support")


@pytest.fixture
def one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """No minute ends in the middle of the test."""
    begun = time.time() // 3600 * 3600
    monkeypatch.setattr(throttling, "time", lambda: begun)


@pytest.mark.django_db
def test_requests_are_limited_by_user_and_by_address(settings, one_window):
    settings.API_RATE_PER_MINUTE = 3
    client, another = Api(make_user()), Api(make_user())
    assert [client.get("users/me").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert another.get("users/me").status_code == 200
    statuses = [bearing("forged").get("users/me").status_code for _ in range(125)]
    assert statuses == [401] * 120 + [429] * 5


@pytest.mark.django_db
def test_the_answer_says_how_much_of_the_limit_is_left(settings, one_window):
    settings.API_RATE_PER_MINUTE = 2
    client = Api(make_user())
    responses = [client.get("users/me") for _ in range(3)]
    assert [response["RateLimit-Remaining"] for response in responses] == ["1", "0", "0"]
    assert {(response["RateLimit-Limit"], response["RateLimit-Reset"]) for response in responses} == {
        ("2", "60")
    }
    assert_problem(responses[2], 429, "throttled")
    assert responses[2]["Retry-After"] == "60"
