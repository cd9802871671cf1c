"""Signing in and out, passwords, and the links of mails."""

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic_core import to_json

from accounts.actors import Actor
from accounts.addresses.change import ask_for_own, confirm_email_change, stop_email_change
from accounts.api.auth import actor_of, anyone, bearer_token, caller_of
from accounts.api.replies import mail_sent
from accounts.api.schemas import (
    EmailChangeRequest,
    EmailChangeToken,
    EmailConfirmation,
    MailSent,
    PasswordChange,
    PasswordRequest,
    PasswordReset,
    Refresh,
    SecondFactor,
    SignIn,
    SignOut,
    Tokens,
)
from accounts.history import record
from accounts.models import AccountChange, Source, User
from accounts.passwords.choosing import change_password as exchange_password
from accounts.recovery import request_password_link
from accounts.recovery import reset_password as reset
from accounts.registration import confirm_email as confirm
from accounts.second_factor.challenges import Step, challenge_for
from accounts.second_factor.requirement import (
    Next,
    SecondFactorRequired,
    after_password,
    begin_grace,
    insist,
    is_required,
    set_up_first,
)
from accounts.second_factor.verifying import finish_with_code, finish_with_recovery_code
from accounts.sign_in.attempts import note_sign_in
from accounts.sign_in.attempts import sign_in as try_to_sign_in
from accounts.sign_in.clients import sign_out_everywhere
from accounts.tokens.refresh import (
    TokenPair,
    issue_pair,
    owner_of,
    revoke_family,
    revoke_sign_in,
    rotate,
)
from backoffice.db.transactions import write_transaction
from backoffice.requests.addresses import client_address, current_address

sign_in_router = Router(tags=["Sign-in"])

UNAUTHORIZED = {"responses": {401: {"$ref": "#/components/responses/Unauthorized"}}}


@sign_in_router.post(
    "/token",
    auth=anyone,
    response=Tokens,
    operation_id="sign_in",
    summary="Sign in",
    openapi_extra=UNAUTHORIZED,
)
def sign_in(request: HttpRequest, body: SignIn) -> HttpResponse:
    """An access token and a refresh token. Five wrong passwords in 15 minutes, and it answers 429.

    Staff with a second factor get 401 `second_factor_required`, with a challenge to go on with.
    """
    user = try_to_sign_in(body.email, body.password, address=client_address(request))
    match after_password(user):
        case Next.FACTOR:
            raise SecondFactorRequired(challenge_for(user, Step.API))
        case Next.SET_UP:
            raise set_up_first()
    return _token_answer(_let_in(user))


@sign_in_router.post(
    "/token/second",
    auth=anyone,
    response=Tokens,
    operation_id="sign_in_second",
    summary="Sign in, with the second factor",
    openapi_extra=UNAUTHORIZED,
)
def sign_in_second(request: HttpRequest, body: SecondFactor) -> HttpResponse:  # noqa: ARG001
    """Five wrong codes in 15 minutes, and it answers 429. A recovery code ends what else is signed in."""
    if body.recovery_code is not None:
        user = finish_with_recovery_code(body.challenge, body.recovery_code, source=Source.API)
    else:
        user = finish_with_code(body.challenge, body.code or "", source=Source.API)
    return _token_answer(_let_in(user))


@sign_in_router.post(
    "/refresh",
    auth=anyone,
    response=Tokens,
    operation_id="refresh_tokens",
    summary="Get new tokens",
    openapi_extra=UNAUTHORIZED,
)
def refresh_tokens(request: HttpRequest, body: Refresh) -> HttpResponse:  # noqa: ARG001
    """A new pair. Each refresh token is good once: using one again ends the whole sign-in."""
    if is_required() and (user := owner_of(body.refresh)) is not None:
        begin_grace(user)
        insist(user)
    return _token_answer(rotate(body.refresh))


@sign_in_router.post("/logout", response={204: None}, operation_id="sign_out", summary="Sign out")
def sign_out(request: HttpRequest, body: SignOut | None = None, everywhere: bool = False) -> HttpResponse:
    """End this sign-in, or with `everywhere` every sign-in of the user. Access tokens fall at once."""
    user = caller_of(request)
    if everywhere:
        sign_out_everywhere(user, by=actor_of(request))
        return HttpResponse(status=204)
    if body is not None and body.refresh is not None:
        has_ended = revoke_family(body.refresh, user=user)
    else:
        has_ended = revoke_sign_in(bearer_token(request))
    if has_ended:
        record(user, AccountChange.SIGNED_OUT, by=actor_of(request))
    return HttpResponse(status=204)


@sign_in_router.post(
    "/password/change",
    response={204: None},
    operation_id="change_password",
    summary="Change one's password",
)
def change_password(request: HttpRequest, body: PasswordChange) -> HttpResponse:
    """The current password is needed. All tokens fall: sign in again with the new one."""
    exchange_password(caller_of(request), old=body.old_password, new=body.new_password, by=actor_of(request))
    return HttpResponse(status=204)


@sign_in_router.post(
    "/password/forgot",
    auth=anyone,
    response={202: MailSent},
    operation_id="request_password_reset",
    summary="Ask for a link to choose a new password",
)
def request_password_reset(request: HttpRequest, body: PasswordRequest) -> HttpResponse:
    """The answer is the same whether or not there is an account: that is told by mail.

    After five mails an hour to one address it answers 429.
    """
    request_password_link(body.email, address=client_address(request))
    return mail_sent()


@sign_in_router.post(
    "/password/reset",
    auth=anyone,
    response={204: None},
    operation_id="reset_password",
    summary="Choose a new password with the token of a mail",
)
def reset_password(request: HttpRequest, body: PasswordReset) -> HttpResponse:
    """The token is good once. All tokens of the user fall: sign in with the new password."""
    reset(body.token, body.new_password, source=Source.API, address=client_address(request))
    return HttpResponse(status=204)


@sign_in_router.post(
    "/email/confirm",
    auth=anyone,
    response={204: None},
    operation_id="confirm_email",
    summary="Confirm one's e-mail address with the token of a mail",
)
def confirm_email(request: HttpRequest, body: EmailConfirmation) -> HttpResponse:
    """The account works from now on, and earlier guest orders of its address belong to it.

    The password of the registration is asked for once more: else a stranger who registers somebody's address
    would have the account that its owner confirms.
    """
    confirm(body.token, body.password, address=client_address(request))
    return HttpResponse(status=204)


@sign_in_router.post(
    "/email/change",
    response={202: MailSent},
    operation_id="request_email_change",
    summary="Ask for another e-mail address of one's account",
)
def request_email_change(request: HttpRequest, body: EmailChangeRequest) -> HttpResponse:
    """Both mailboxes get a mail: the address changes once the new one and the old one have confirmed.

    The answer is the same whether or not the new address has an account: its mailbox is told.
    """
    ask_for_own(caller_of(request), body.email, password=body.password, by=actor_of(request))
    return mail_sent()


@sign_in_router.post(
    "/email/change/confirm",
    auth=anyone,
    response={204: None},
    operation_id="confirm_email_change",
    summary="Confirm another e-mail address with the token of a mail",
)
def confirm_change(request: HttpRequest, body: EmailChangeToken) -> HttpResponse:
    """Each mailbox has a token of its own. With the last one all tokens fall: sign in anew."""
    confirm_email_change(body.token, by=Actor(None, Source.API), address=client_address(request))
    return HttpResponse(status=204)


@sign_in_router.post(
    "/email/change/stop",
    auth=anyone,
    response={204: None},
    operation_id="stop_email_change",
    summary="Stop a change of the e-mail address with the token of the old mailbox",
)
def stop_change(request: HttpRequest, body: EmailChangeToken) -> HttpResponse:
    """Nothing changes, and the tokens of both mails end."""
    stop_email_change(body.token, by=Actor(None, Source.API), address=client_address(request))
    return HttpResponse(status=204)


@write_transaction
def _let_in(user: User) -> TokenPair:
    note_sign_in(user, address=current_address.get(), source=Source.API)
    begin_grace(user)
    return issue_pair(user)


def _token_answer(pair: TokenPair) -> HttpResponse:
    content = {
        "access": pair.access,
        "refresh": pair.refresh,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
    }
    # RFC 6749, 5.1: tokens are kept by no cache.
    return HttpResponse(
        to_json(content), content_type="application/json", headers={"Cache-Control": "no-store"}
    )
