"""Users as data, for the API and `shopctl --json`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When

from accounts.models import Authenticator, User
from accounts.people import SUPERUSER, role_named
from accounts.sign_in.clients import Client
from backoffice.db.search_text import people_matching

# The column of `users_with_roles` that each name is read from.
USER_COLUMNS = {
    "id": "id",
    "email": "email",
    "name": "name",
    "role": "role",
    "language": "language",
    "is_staff": "is_staff",
    "is_active": "is_active",
    "has_second_factor": "has_second_factor",
    "created_at": "created_at",
    "last_login_at": "last_login",
}
CLIENT_FIELDS = (
    "id",
    "kind",
    "device",
    "user_agent",
    "address",
    "created_at",
    "last_seen_at",
    "is_current",
)


def users_with_roles() -> QuerySet[User]:
    """Return all users; `role` is a role's name, "superuser", or None for a customer.

    `has_second_factor` tells whether an authenticator app or a passkey is set up.
    """
    groups = Group.objects.filter(user=OuterRef("pk")).order_by("name").values("name")
    is_superuser = When(is_superuser=True, then=Value(SUPERUSER))
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    role = Case(is_superuser, default=Subquery(groups[:1]))
    return User.objects.annotate(role=role, has_second_factor=Exists(factors))


def user_as_data(row: Mapping[str, Any], names: Iterable[str] = USER_COLUMNS) -> dict[str, Any]:
    """Return these fields from a row that holds their columns."""
    return {name: row[USER_COLUMNS[name]] for name in names}


def client_as_data(client: Client, names: Iterable[str] = CLIENT_FIELDS) -> dict[str, Any]:
    """Return these fields of a browser or program that somebody is signed in with."""
    data = {
        "id": client.id,
        "kind": client.kind,
        "device": client.device,
        "user_agent": client.user_agent,
        "address": client.address,
        "created_at": client.began_at,
        "last_seen_at": client.seen_at,
        "is_current": client.is_here,
    }
    return {name: data[name] for name in names}


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Narrows a list of users; None narrows nothing. `q` has words of the name or address."""

    q: str | None = None
    role: str | None = None
    is_staff: bool | None = None
    is_active: bool | None = None

    def of(self, users: QuerySet[User]) -> QuerySet[User]:
        """Narrow `users_with_roles`. Raises Invalid when there is no such role."""
        users = people_matching(users, self.q or "")
        lookups = {
            "role": None if self.role is None else role_named(self.role),
            "is_staff": self.is_staff,
            "is_active": self.is_active,
        }
        return users.filter(**{lookup: value for lookup, value in lookups.items() if value is not None})
