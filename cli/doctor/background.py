"""What works beside the web: cache, queue, worker, mail server and outbox."""

from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from cli.doctor.findings import Finding, State, in_words
from cli.terminal.words import gettext as _

WORKER_SILENT_AFTER = timedelta(minutes=3)
MAIL_MAY_WAIT = timedelta(minutes=15)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_cache() -> Finding:
    from django.conf import settings
    from django.core.cache import cache

    cache.set("doctor", "ok", timeout=10)
    if cache.get("doctor") != "ok":
        return Finding(State.TROUBLE, "it does not keep what it is given")
    if not settings.REDIS_URL:
        return Finding(State.OK, "in this process")
    parts = urlsplit(settings.REDIS_URL)
    if not parts.password and parts.hostname not in (*LOOPBACK, None):
        return Finding(
            State.NOTE,
            _(
                "Redis on %(hostname)s wants no password: whoever reaches it can turn throttles off; "
                "set requirepass there, and redis://:password@… in REDIS_URL"
            )
            % {"hostname": parts.hostname},
        )
    return Finding(State.OK, "Redis")


def check_queue() -> Finding:
    from django.conf import settings
    from huey.contrib.djhuey import HUEY

    where = "Redis" if settings.REDIS_URL else HUEY.storage.filename
    waiting = HUEY.pending_count()
    if waiting > 1_000:
        return Finding(
            State.TROUBLE,
            _("%(waiting)s tasks wait in %(where)s: is a worker running?")
            % {"waiting": f"{waiting:,}", "where": where},
        )
    return Finding(State.OK, f"{waiting} tasks wait, {where}")


def check_worker() -> Finding:
    from django.utils import timezone

    from backoffice.jobs import last_beat

    seen_at = last_beat()
    if seen_at is None:
        return Finding(State.TROUBLE, "none has run yet; run: shopctl serve (or: shopctl worker)")
    silent = timezone.now() - seen_at
    if silent > WORKER_SILENT_AFTER:
        return Finding(
            State.TROUBLE, f"silent for {in_words(silent)}; run: shopctl serve (or: shopctl worker)"
        )
    return Finding(State.OK, f"last seen {in_words(silent)} ago")


def check_mail() -> Finding:
    """Whether the mail server takes our sign-in; no mail is sent."""
    from django.conf import settings
    from django.core.mail import mailers

    backend = settings.EMAIL_BACKEND_PATH.rpartition(".")[0].rpartition(".")[2]
    options = cast("dict[str, Any]", settings.MAILERS["default"]["OPTIONS"])
    if backend != "smtp":
        where = f", in {options['file_path']}" if "file_path" in options else ""
        return Finding(State.NOTE, f"not sent but kept by the {backend} backend{where}")
    mailer = mailers["default"]
    mailer.open()
    mailer.close()
    return Finding(State.OK, f"{options['host']} answers")


def check_outbox() -> Finding:
    from django.utils import timezone

    from backoffice.outbox.models import EmailMessage, EmailState

    overdue = EmailMessage.objects.filter(
        state__in=[EmailState.QUEUED, EmailState.SENDING], next_attempt_at__lt=timezone.now() - MAIL_MAY_WAIT
    ).count()
    if overdue:
        return Finding(
            State.TROUBLE,
            _("%(overdue)s e-mails are overdue: is a worker running?") % {"overdue": f"{overdue:,}"},
        )
    dead = EmailMessage.objects.filter(state=EmailState.DEAD).count()
    if dead:
        return Finding(State.NOTE, f"{dead:,} e-mails were given up; see: shopctl emails list --state dead")
    return Finding(State.OK, "nothing overdue, nothing given up")
