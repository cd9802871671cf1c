"""What a user looks like as data: to the API and to `shopctl --json`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Case, OuterRef, QuerySet, Subquery, Value, When

from accounts.models import User
from accounts.people import SUPERUSER

# Each name with the column of `users_with_roles` that it is read from.
USER_COLUMNS = {
    "id": "id",
    "email": "email",
    "name": "name",
    "role": "role",
    "is_staff": "is_staff",
    "is_active": "is_active",
    "created_at": "created_at",
    "last_login_at": "last_login",
}


def users_with_roles() -> QuerySet[User]:
    """All users; `role` is a role's name, "superuser", or None for a customer."""
    groups = Group.objects.filter(user=OuterRef("pk")).order_by("name").values("name")
    is_superuser = When(is_superuser=True, then=Value(SUPERUSER))
    return User.objects.annotate(role=Case(is_superuser, default=Subquery(groups[:1])))


def user_as_data(row: Mapping[str, Any], names: Iterable[str] = USER_COLUMNS) -> dict[str, Any]:
    """These fields of a row that holds their columns."""
    return {name: row[USER_COLUMNS[name]] for name in names}
