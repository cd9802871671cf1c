"""Claim, send, mark: no mail is lost, and one that cannot be sent keeps no other waiting.

A claim gives a lease. The claim and the mark are short transactions of their own; the sending, which may take
as long as a mail server likes, happens between them. A worker that is killed loses its lease, and the mail is
claimed again: the same Message-ID lets a mail program recognise the rare second copy.
"""

import logging
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPHeloError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q, QuerySet
from django.utils import timezone

from backoffice.db.durability import without_waiting_for_disk
from backoffice.db.statements import selecting, updating
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import normalised_email
from backoffice.outbox.models import WAITING, WORKER_ENDED, EmailMessage, EmailState
from backoffice.outbox.rendering import RenderedEmail, render, without_secrets
from backoffice.runtime.giving_way import requests
from backoffice.shop.in_force import in_force

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
# Longer than a mail server may take over one mail before its socket times out.
LEASE = timedelta(minutes=3)
# So long a mail waits for a moment without requests, where its worker shares their process.
MOST_PATIENCE = timedelta(seconds=40)
# 30 s, 90 s, 4.5 min … 6 h: eight attempts span a night without a mail server.
FIRST_DELAY_SECONDS = 30
DELAY_GROWTH = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """One mail, ours to send until the lease ends. `attempt` and `leased_until` together tell this claim."""

    pk: int
    attempt: int
    leased_until: datetime
    message_id: str
    template: str
    recipient: str
    context: Mapping[str, Any]
    language: str


def deliver_due(limit: int = 50) -> int:
    """Send up to `limit` mails that are due, one after the other; return how many went out."""
    delivered = 0
    for _mail in range(limit):
        since = _due_since(timezone.now())
        if not since:
            break
        requests.give_way(at_most_seconds=(since[0] + MOST_PATIENCE - timezone.now()).total_seconds())
        # Lost with the machine's power, a mark is a second copy, as when the worker dies before it marks.
        with without_waiting_for_disk():
            claim = claim_next()
            if claim is None:
                break
            delivered += _deliver(claim)
    return delivered


@write_transaction
def claim_next() -> Claim | None:
    """Take the next due mail for this worker alone."""
    now = timezone.now()
    claimable = _claimable(now)
    if not claimable:
        return None
    [message] = claimable
    attempt, leased_until = message.attempts + 1, now + LEASE
    _take(message.pk, attempt, leased_until)
    return Claim(
        pk=message.pk,
        attempt=attempt,
        leased_until=leased_until,
        message_id=message.message_id,
        template=message.template,
        recipient=message.recipient,
        context=message.context,
        language=message.language,
    )


@write_transaction
def bury_abandoned() -> int:
    """Give up on mails over which a worker died eight times; return how many."""
    worn_out = EmailMessage.objects.filter(_due(timezone.now()), attempts__gte=MAX_ATTEMPTS)
    return worn_out.update(state=EmailState.DEAD, leased_until=None, error=WORKER_ENDED)


@write_transaction
def hold_back_waiting(*, because: str) -> int:
    """Give up on every mail that was not sent, so that a person decides about each; return how many."""
    waiting = EmailMessage.objects.filter(state__in=[EmailState.QUEUED, EmailState.SENDING])
    return waiting.update(state=EmailState.DEAD, leased_until=None, error=because)


@selecting
def _due_since(now: datetime) -> QuerySet[EmailMessage, datetime]:
    """Since when the next mail is due; nothing when none is.

    Asked before anything is claimed: a claim takes its turn among those who write, also where nothing is due.
    """
    return _in_turn(now).values_list("next_attempt_at", flat=True)[:1]


@selecting
def _claimable(now: datetime) -> QuerySet[EmailMessage]:
    # On SQLite, which knows no row locks, write_transaction lets one worker choose at a time.
    return _in_turn(now).select_for_update(skip_locked=True)[:1]


@updating
def _take(pk: int, attempts: int, leased_until: datetime) -> tuple[QuerySet[EmailMessage], Mapping[str, Any]]:
    changes = {"state": EmailState.SENDING, "attempts": attempts, "leased_until": leased_until}
    return EmailMessage.objects.filter(pk=pk), changes


def _in_turn(now: datetime) -> QuerySet[EmailMessage]:
    """Return the mails that are due: first those never tried, so that bad ones wait behind."""
    due = EmailMessage.objects.filter(_due(now), attempts__lt=MAX_ATTEMPTS)
    return due.order_by("attempts", "next_attempt_at", "pk")


def _due(now: datetime) -> Q:
    is_due = Q(state=EmailState.QUEUED, next_attempt_at__lte=now)
    has_lost_its_lease = Q(state=EmailState.SENDING, leased_until__lte=now)
    return Q(state__is_one_of=WAITING) & (is_due | has_lost_its_lease)


def _deliver(claim: Claim) -> bool:
    kept_context = without_secrets(claim.context)
    try:
        rendered = kept = render(claim.template, claim.context, language=claim.language)
        if kept_context != claim.context:
            kept = render(claim.template, kept_context, language=claim.language)
        _send(claim, rendered)
    # Whatever is wrong with this mail, the others must not wait for it.
    except Exception as error:
        _mark_failed(claim, error)
        return False
    return _finish(
        claim,
        # Withdrawn while it was under way: it has gone all the same, and that is what is kept.
        among=(EmailState.SENDING, EmailState.WITHDRAWN),
        state=EmailState.SENT,
        sent_at=timezone.now(),
        subject=kept.subject,
        text=kept.text,
        html=kept.html,
        context=kept_context,
        error="",
    )


def _send(claim: Claim, rendered: RenderedEmail) -> None:
    mail = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=sender(),
        to=[claim.recipient],
        headers={"Message-ID": claim.message_id, "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(rendered.html, "text/html")
    mail.send()


def sender() -> str:
    """Return whom mails come from: the environment's EMAIL_FROM, else the shop by its name now."""
    return settings.EMAIL_FROM or formataddr(
        (in_force().name, f"shop@{urlsplit(settings.SHOP_URL).hostname}")
    )


def sender_address() -> str:
    """Return the address that mails come from, as addresses are kept."""
    return normalised_email(parseaddr(sender())[1])


def _mark_failed(claim: Claim, error: Exception) -> None:
    words = f"{type(error).__name__}: {error}"
    if claim.attempt >= MAX_ATTEMPTS or is_permanent(error):
        logger.error("E-mail %s was given up after attempt %s: %s", claim.pk, claim.attempt, words)
        _finish(claim, state=EmailState.DEAD, error=words)
        return
    logger.warning("E-mail %s was not sent at attempt %s: %s", claim.pk, claim.attempt, words)
    next_attempt_at = timezone.now() + delay_after(claim.attempt)
    _finish(claim, state=EmailState.QUEUED, error=words, next_attempt_at=next_attempt_at)


@write_transaction
def _finish(claim: Claim, *, among: Collection[str] = (EmailState.SENDING,), **changes: Any) -> bool:
    """Write the outcome of this claim; return False if the mail is not ours any more."""
    ours = EmailMessage.objects.filter(
        pk=claim.pk, state__in=among, attempts=claim.attempt, leased_until=claim.leased_until
    )
    return bool(ours.update(leased_until=None, **changes))


def is_permanent(error: Exception) -> bool:
    """Whether the mail server refused this very mail for good (5xx, RFC 5321 section 4.2.1).

    What it says about us (sign-in, greeting) concerns every mail and can be fixed, so the mail waits.
    """
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _reason in error.recipients.values())
    if isinstance(error, (SMTPAuthenticationError, SMTPConnectError, SMTPHeloError)):
        return False
    return isinstance(error, SMTPResponseException) and error.smtp_code >= 500


def delay_after(attempt: int) -> timedelta:
    """Return how long to wait after this many attempts, varied so that mails do not all return at once."""
    seconds = FIRST_DELAY_SECONDS * DELAY_GROWTH ** (attempt - 1)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311
