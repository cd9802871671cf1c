"""A user as data: the same names at every door."""

from typing import Any

import pytest

from accounts.readers import USER_COLUMNS, user_as_data, users_with_roles
from tests.cli_fixtures import Answers
from tests.contract.client import Api
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_the_api_and_shopctl_tell_a_user_alike(answers: Answers) -> None:
    ana = make_user("ana@example.com", role="Warehouse", name="Ana")
    told = Api(make_user(is_superuser=True)).get(f"users/{ana.pk}").json()
    [listed] = answers("users", "list", "--role", "warehouse")
    assert list(told) == list(listed) == list(USER_COLUMNS)
    assert told == listed


@pytest.mark.parametrize(
    ("made", "role"),
    [({"role": "Support"}, "Support"), ({"is_superuser": True}, "superuser"), ({}, None)],
)
def test_the_role_of_a_user_is_told_by_name(made: dict[str, Any], role: str | None) -> None:
    user = make_user("ana@example.com", **made)
    row = users_with_roles().values(*USER_COLUMNS.values()).get(pk=user.pk)
    assert user_as_data(row, ["email", "role"]) == {"email": "ana@example.com", "role": role}
