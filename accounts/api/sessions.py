"""Where somebody is signed in: one's own sessions, and signing a colleague out."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from accounts.api.auth import actor_of, bearer_token, caller_of, require
from accounts.api.schemas import SessionList
from accounts.people import user_with_id
from accounts.readers import CLIENT_FIELDS, client_as_data
from accounts.sign_in.clients import Client, client_named, clients_of, sign_out, sign_out_everywhere
from accounts.tokens.access import claims_of
from backoffice.api.pagination import FieldsQuery, asked_by, chosen_fields
from backoffice.requests.json_reply import rendered

sessions_router = Router(tags=["Users"])


@sessions_router.get(
    "/me/sessions",
    response=SessionList,
    operation_id="list_my_sessions",
    summary="Where one is signed in",
    openapi_extra=asked_by(CLIENT_FIELDS),
)
def list_my_sessions(request: HttpRequest, query: Query[FieldsQuery]) -> HttpResponse:
    """Browsers first, then programs; the latest first."""
    wanted = chosen_fields(query.fields, CLIENT_FIELDS)
    return rendered({"items": [client_as_data(client, wanted) for client in _own(request)]}).to(request)


@sessions_router.delete(
    "/me/sessions",
    response={204: None},
    operation_id="end_my_other_sessions",
    summary="Sign out everywhere else",
)
def end_my_other_sessions(request: HttpRequest) -> HttpResponse:
    """All but the one that asks; `POST /auth/logout?everywhere=true` ends that one, too."""
    others = [client for client in _own(request) if not client.is_here]
    sign_out(others, user=caller_of(request), by=actor_of(request))
    return HttpResponse(status=204)


@sessions_router.delete(
    "/me/sessions/{session_id}",
    response={204: None},
    operation_id="end_my_session",
    summary="Sign out one browser or program",
)
def end_my_session(request: HttpRequest, session_id: str) -> HttpResponse:
    """What is signed in with it ends at once."""
    client = client_named(_own(request), session_id)
    sign_out([client], user=caller_of(request), by=actor_of(request))
    return HttpResponse(status=204)


@sessions_router.delete(
    "/{int:user_id}/sessions",
    response={204: None},
    operation_id="end_sessions_of_user",
    summary="Sign somebody out everywhere",
)
def end_sessions_of_user(request: HttpRequest, user_id: int) -> HttpResponse:
    """Sessions, tokens and mailed links end at once; they get a mail about it, and their password stays."""
    by = require(request, "accounts.change_user")
    sign_out_everywhere(user_with_id(user_id), by=by)
    return HttpResponse(status=204)


def _own(request: HttpRequest) -> list[Client]:
    return clients_of(caller_of(request), family=claims_of(bearer_token(request)).family)
