"""What the accounts part of the API takes and tells."""

from datetime import datetime
from typing import Annotated, Literal, Self

from django.utils.translation import gettext as _
from pydantic import BaseModel, Field, model_validator

from accounts.passwords.choosing import LONGEST_PASSWORD
from accounts.second_factor.challenges import LONGEST as LONGEST_CHALLENGE
from backoffice.api.inputs import OMITTED, Input, LanguageCode, Patch, Search, Truth, secret, text
from backoffice.api.pagination import ListQuery

Password = Annotated[str, secret(LONGEST_PASSWORD)]
RefreshToken = Annotated[str, text(200, shortest=1)]
EmailAddress = Annotated[str, text(254, shortest=1), Field(examples=["manager@example.com"])]
MailToken = Annotated[
    str,
    text(200, shortest=1),
    Field(description="From the mail, good once.", examples=["MTI.d0x9wk-0a1b2c3d4e5f60718293a4b5c6d7e8f9"]),
]
NewPassword = Annotated[Password, Field(description="At least 12 characters, and none of the common ones.")]
RoleName = Annotated[str, text(40, shortest=1), Field(examples=["Warehouse"])]
PersonName = Annotated[str, text(150), Field(examples=["Ada Lovelace"])]
Language = Annotated[LanguageCode, Field(description="Of mails to them; empty for the shop's.")]


class SignIn(Input):
    email: EmailAddress
    password: Password = Field(examples=["correct horse battery staple"])


class SecondFactor(Input):
    """One of both codes."""

    challenge: Annotated[str, text(LONGEST_CHALLENGE, shortest=1)] = Field(
        description="From the problem `second_factor_required`; good for five minutes and once."
    )
    code: Annotated[str, text(20, shortest=1)] | None = Field(
        None, description="Six digits of the authenticator app.", examples=["287082"]
    )
    recovery_code: Annotated[str, text(60, shortest=1)] | None = Field(
        None, description="One of the ten on paper.", examples=["4v7m-x2ka-90tz-bq3d"]
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.code is None) == (self.recovery_code is None):
            raise ValueError(_("Send either code or recovery_code."))
        return self


class Refresh(Input):
    refresh: RefreshToken = Field(description="Good once: the answer holds the next one.")


class SignOut(Input):
    refresh: RefreshToken | None = Field(
        None, description="Of the sign-in to end; without it, the one that the access token belongs to."
    )


class PasswordChange(Input):
    old_password: Password
    new_password: NewPassword


class PasswordRequest(Input):
    email: EmailAddress


class PasswordReset(Input):
    token: MailToken
    new_password: NewPassword


class Registration(Input):
    email: EmailAddress
    password: NewPassword
    name: PersonName = ""
    language: Language = ""


class EmailConfirmation(Input):
    token: MailToken
    password: Password = Field(description="That of the registration.")


class EmailChangeRequest(Input):
    email: EmailAddress = Field(description="The new one.")
    password: Password = Field(description="The current one.")


class EmailChangeToken(Input):
    token: MailToken


class NewEmail(Input):
    email: EmailAddress = Field(description="The new one.")


class Invitation(Input):
    email: EmailAddress
    role: RoleName
    name: PersonName = ""


class MailSent(BaseModel):
    detail: str = Field(examples=["If this address can receive it, a mail is on its way."])


class Tokens(BaseModel):
    access: str = Field(description="Send it as `Authorization: Bearer …`.")
    refresh: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="Seconds that the access token is good for.", examples=[600])


class MyChanges(Patch):
    name: PersonName = OMITTED
    language: Language = OMITTED


class UserChanges(Patch):
    role: RoleName = Field(OMITTED, description="A role or superuser. All tokens of the user fall.")
    is_active: Truth = Field(OMITTED, description="false: may no longer sign in, and all tokens fall.")


class UserFilters(ListQuery):
    q: Search | None = Field(None, description="Words of the name or e-mail address.")
    role: RoleName | None = None
    is_staff: bool | None = None
    is_active: bool | None = None


class UserOut(BaseModel):
    id: int
    email: str
    name: str
    role: str | None = Field(description="superuser, a role, or null: a customer.")
    language: str = Field(description="Of their pages and mails; empty for the shop's.")
    is_staff: bool
    is_active: bool
    has_second_factor: bool = Field(description="An authenticator app or a passkey is set up.")
    created_at: datetime
    last_login_at: datetime | None


class SessionOut(BaseModel):
    id: str = Field(examples=["api-12"])
    kind: Literal["browser", "api"]
    device: str = Field(description="In words.", examples=["Chrome 141 on Windows"])
    user_agent: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool = Field(description="Whether this request came from it.")


class SessionList(BaseModel):
    items: list[SessionOut]


class UserList(BaseModel):
    items: list[UserOut]
    next: str | None
    previous: str | None
    count: int | None = None
