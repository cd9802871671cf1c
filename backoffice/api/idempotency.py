"""The same Idempotency-Key has one effect and one reply, however often and at once it is sent.

The key's row is inserted first in the transaction of the effect. A second request with the key waits at that
INSERT until the first has committed, then finds the reply; when the first was refused, nothing of it is kept.
On PostgreSQL that INSERT travels with the first question of the effect, which has begun by then.
"""

import json
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, ClassVar

from django.db import DatabaseError, OperationalError, connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel

from backoffice.db.sending import ask, send
from backoffice.db.statement import Statement
from backoffice.db.statements import updating
from backoffice.db.transactions import LOCK_NOT_AVAILABLE, is_writing, sqlstate_of, write_transaction
from backoffice.errors import Conflict, Fault, Invalid, Title
from backoffice.kept_replies import GONE
from backoffice.models import IdempotencyRecord
from backoffice.requests.json_reply import Reply

ACCEPTABLE_KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "With the same key and body a request has one effect and one reply.",  # not translated
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "6f0c3d6e-order-17",
}
DOCUMENTED = {"parameters": [KEY_PARAMETER]}
"""For `openapi_extra` of an operation that answers through `answer_once`."""


TAKE = """
    INSERT INTO backoffice_idempotencyrecord (caller, operation, key, fingerprint, headers, body, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


class KeyTaken(Exception):
    """The key's row is there already, so that nothing is to be done."""


class IdempotencyMismatch(Invalid):
    code = "idempotency_mismatch"
    title: ClassVar[Title] = gettext_lazy("The key was used for another request")


class ReplyErased(Conflict):
    code = "reply_erased"
    title: ClassVar[Title] = gettext_lazy("The reply was erased")


class StillRunning(Conflict):
    code = "idempotency_in_flight"
    title: ClassVar[Title] = gettext_lazy("The first request with this key is still running")


def answer_once(request: HttpRequest, body: BaseModel | None, run: Callable[[], Reply]) -> HttpResponse:
    """Run it in one transaction; with an Idempotency-Key, only once per caller, operation and key.

    `run` must render its reply itself, and may be run again after a deadlock.

    Raises:
        Invalid, IdempotencyMismatch, StillRunning, and whatever `run` raises.
    """
    content = b"" if body is None else body.model_dump_json().encode()
    return answer_once_for(request, content, run).to(request)


def answer_once_for(request: HttpRequest, content: bytes, run: Callable[[], Reply]) -> Reply:
    """Do what `answer_once` does, for a body that `content` identifies; return the reply unsent."""
    if "Idempotency-Key" not in request.headers:
        return write_transaction(run)()
    return once(*_place_of(request, content), run)


def kept_answer(request: HttpRequest, content: bytes) -> Reply | None:
    """Return the reply that `answer_once_for` would give without running anything; None if it would run.

    Raises:
        Invalid, IdempotencyMismatch.
    """
    if "Idempotency-Key" not in request.headers:
        return None
    caller, operation, key, fingerprint = _place_of(request, content)
    record = IdempotencyRecord.objects.filter(caller=caller, operation=operation, key=key).first()
    return None if record is None else _reply_of(record, fingerprint)


def _place_of(request: HttpRequest, content: bytes) -> tuple[str, str, str, str]:
    """Return caller, operation, key and fingerprint. Raises Invalid for a key that cannot be one."""
    key = request.headers["Idempotency-Key"]
    if not ACCEPTABLE_KEY.fullmatch(key):
        detail = _("Idempotency-Key: 1 to 255 printable ASCII characters without blanks.")
        raise Invalid(detail, faults=[Fault("/Idempotency-Key", "validation", detail, {"in": "header"})])
    route = request.resolver_match.route if request.resolver_match else request.path
    fingerprint = sha256(b"\x00".join([request.get_full_path().encode(), content])).hexdigest()
    return f"user:{request.user.pk}", f"{request.method} {route}", key, fingerprint


def once(caller: str, operation: str, key: str, fingerprint: str, run: Callable[[], Reply]) -> Reply:
    """Run it and keep its reply, or return the kept one; takes two statements besides those of `run`.

    Raises:
        IdempotencyMismatch: the key was used with another fingerprint.
        StillRunning: the first request did not end while this one waited.
    """
    # Within another transaction, which is to go on whatever comes of this, the key is taken at once.
    take = ask if is_writing() else send
    try:
        return _first(caller, operation, key, fingerprint, run, take)
    except KeyTaken:
        record = IdempotencyRecord.objects.get(caller=caller, operation=operation, key=key)
        return _reply_of(record, fingerprint)


@write_transaction
def _first(
    caller: str,
    operation: str,
    key: str,
    fingerprint: str,
    run: Callable[[], Reply],
    take: Callable[[Statement], None],
) -> Reply:
    taking = _taking(caller, operation, key, fingerprint)
    try:
        take(taking)
        reply = _run_if_taken(taking, run)
    except OperationalError as error:
        if taking.count is not None or sqlstate_of(error) != LOCK_NOT_AVAILABLE:
            raise
        raise StillRunning(
            _("The first request with this key has not ended yet. Send it again."),
            retry_after_seconds=2,
        ) from error
    _keep.one(caller, operation, key, reply.status, json.dumps(dict(reply.headers)), reply.body)
    return reply


def _run_if_taken(taking: Statement, run: Callable[[], Reply]) -> Reply:
    """Run it, and have the key taken by then: a refusal, too, is told only to whom has no reply yet."""
    try:
        reply = run()
    except DatabaseError:
        raise
    except Exception:
        if taking.count is None and not connection.needs_rollback:
            ask()
        raise
    if taking.count is None:
        ask()
    return reply


@updating
def _keep(
    caller: str, operation: str, key: str, status: int, headers: str, body: bytes
) -> tuple[QuerySet[IdempotencyRecord], Mapping[str, Any]]:
    return IdempotencyRecord.objects.filter(caller=caller, operation=operation, key=key), {
        "status": status,
        "headers": headers,
        "body": body,
    }


def _taking(caller: str, operation: str, key: str, fingerprint: str) -> Statement:
    """Insert the key's row; raises KeyTaken if it is there. Waits for another request with the same key."""
    # The ORM does not tell whether ON CONFLICT DO NOTHING inserted anything.
    created_at = connection.ops.adapt_datetimefield_value(timezone.now())
    values = [caller, operation, key, fingerprint, json.dumps({}), b"", created_at]
    return Statement(TAKE, values, check=_refuse_if_taken)


def _refuse_if_taken(taking: Statement) -> None:
    if taking.count != 1:
        raise KeyTaken


def _reply_of(record: IdempotencyRecord, fingerprint: str) -> Reply:
    if record.fingerprint != fingerprint:
        detail = _("This key was used for another request: use a new key for each request.")
        raise IdempotencyMismatch(
            detail, faults=[Fault("/Idempotency-Key", IdempotencyMismatch.code, detail, {"in": "header"})]
        )
    if record.status == GONE:
        raise ReplyErased(_("This was done. What was answered then told of somebody who was erased since."))
    assert record.status is not None
    return Reply(record.status, bytes(record.body), record.headers)
