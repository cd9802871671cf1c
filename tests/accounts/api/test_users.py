"""Users through HTTP, as clients do it."""

import pytest

from accounts.models import User
from tests.accounts.api.clients import signed_in
from tests.contract.client import Api, assert_problem
from tests.factories import PASSWORD, make_shopper, make_user


@pytest.mark.django_db
def test_one_may_change_ones_own_name_and_nothing_else():
    client = Api(make_shopper("ada@example.com"))
    assert client.patch("users/me", {"name": " Ada "}).json()["name"] == "Ada"
    before = User.objects.values().get()
    for field in ("email", "is_staff", "staff", "role", "is_superuser", "active", "auth_version", "id"):
        assert client.patch("users/me", {"name": "Eve", field: 1}).status_code == 422
    assert User.objects.values().get() == before


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
    assert response.json() | {"created_at": "", "last_login_at": ""} == {
        "id": user.pk,
        "email": "ada@example.com",
        "name": "",
        "role": "Warehouse",
        "language": "",
        "is_staff": True,
        "is_active": True,
        "has_second_factor": False,
        "created_at": "",
        "last_login_at": "",
    }
    assert hers.get("users/me").status_code == 401


@pytest.mark.django_db
def test_a_manager_deactivates_and_reactivates():
    user = make_user("ada@example.com", role="Viewer")
    client = Api(make_user(role="Manager"))
    assert client.patch(f"users/{user.pk}", {"is_active": False}).json()["is_active"] is False
    refused = Api().post("auth/token", {"email": "ada@example.com", "password": PASSWORD})
    assert_problem(refused, 401, "invalid_credentials")
    assert client.patch(f"users/{user.pk}", {"is_active": True}).json()["is_active"] is True
    assert signed_in("ada@example.com")


@pytest.mark.django_db
def test_what_a_manager_may_not_do_is_refused_and_changes_nothing():
    manager, chief = make_user(role="Manager"), make_user(is_superuser=True)
    client = Api(manager)
    before = list(User.objects.order_by("pk").values())
    assert_problem(client.patch(f"users/{manager.pk}", {"is_active": False}), 409, "conflict")
    assert_problem(client.patch(f"users/{manager.pk}", {"role": "superuser"}), 403, "forbidden")
    assert_problem(client.patch(f"users/{chief.pk}", {"role": "Viewer"}), 403, "forbidden")
    assert_problem(client.patch(f"users/{manager.pk}", {"role": "Boss"}), 422, "validation")
    assert_problem(client.patch(f"users/{manager.pk}", {"role": None}), 422, "validation")
    assert_problem(client.patch(f"users/{manager.pk}", {"is_superuser": True}), 422, "validation")
    assert_problem(client.patch(f"users/{10**30}", {"is_active": False}), 404, "not_found")
    assert list(User.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_if_match_guards_a_change():
    user = make_user(role="Viewer")
    client = Api(make_user(role="Manager"))
    etag = client.get(f"users/{user.pk}")["ETag"]
    assert client.patch(f"users/{user.pk}", {"role": "Support"}, If_Match=etag).status_code == 200
    stale = client.patch(f"users/{user.pk}", {"is_active": False}, If_Match=etag)
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
    assert emails("is_active=false") == emails("is_staff=false") == ["gone"]
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
        with django_assert_num_queries(3):
            client.get("users")
        make_user(role="Viewer")
        make_user(role="Support")
