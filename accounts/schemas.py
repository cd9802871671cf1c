"""What the accounts part of the API takes and gives."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from accounts.models import User
from accounts.people import LONGEST_PASSWORD, SUPERUSER
from accounts.tokens import TokenPair

# PostgreSQL's text cannot hold a NUL.
EmailText = Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=r"^[^\x00]*$")]
Password = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PASSWORD)]
RefreshText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
PersonName = Annotated[
    str, StringConstraints(max_length=150, strip_whitespace=True, pattern=r"^[^\x00-\x1f]*$")
]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(Input):
    email: EmailText = Field(examples=["manager@example.com"])
    password: Password = Field(examples=["correct horse battery staple"])


class Refresh(Input):
    refresh: RefreshText = Field(description="Good once: the answer holds the next one.")


class SignOut(Input):
    refresh: RefreshText | None = Field(
        None, description="Of the sign-in to end; without it, the one that the access token belongs to."
    )


class PasswordChange(Input):
    old_password: Password
    new_password: Password = Field(description="At least 12 characters, and none of the common ones.")


class MyChanges(Input):
    name: PersonName = Field(examples=["Ada Lovelace"])


class UserChanges(Input):
    role: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = Field(
        None,
        description="The name of a role, or superuser. All tokens of the user fall.",
        examples=["Warehouse"],
    )
    active: bool | None = Field(None, description="false: may no longer sign in, and all tokens fall.")


class UserFilters(Input):
    q: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] | None = Field(
        None, description="A part of the name or the e-mail address."
    )
    role: Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")] | None = None
    staff: bool | None = None
    active: bool | None = None


class Tokens(BaseModel):
    access: str
    refresh: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="Seconds that the access token is good for.", examples=[600])

    @classmethod
    def of(cls, pair: TokenPair) -> Self:
        return cls(access=pair.access, refresh=pair.refresh, expires_in=pair.expires_in)


class Person(BaseModel):
    id: int
    email: str
    name: str
    role: str | None = Field(description="superuser, the name of a role, or null for a customer.")
    staff: bool
    active: bool
    created_at: datetime
    last_login: datetime | None

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(
            id=user.pk,
            email=user.email,
            name=user.name,
            role=role_of(user),
            staff=user.is_staff,
            active=user.is_active,
            created_at=user.date_joined,
            last_login=user.last_login,
        )


def role_of(user: User) -> str | None:
    if user.is_superuser:
        return SUPERUSER
    return min((group.name for group in user.groups.all()), default=None)
