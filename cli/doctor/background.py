"""Checks what works beside the web: cache, queue, worker, mail server and outbox."""

from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from cli.doctor.findings import Finding, fine, in_words, note, trouble
from cli.terminal.words import gettext as _
from cli.terminal.words import ngettext

WORKER_SILENT_AFTER = timedelta(minutes=3)
MAIL_MAY_WAIT = timedelta(minutes=15)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_cache() -> Finding:
    from django.conf import settings
    from django.core.cache import cache

    cache.set("doctor", "ok", timeout=10)
    if cache.get("doctor") != "ok":
        return trouble(_("it does not keep what it is given"))
    if not settings.REDIS_URL:
        return fine(_("in this process"))
    parts = urlsplit(settings.REDIS_URL)
    if not parts.password and parts.hostname not in (*LOOPBACK, None):
        return note(
            _(
                "Redis on %(hostname)s wants no password: whoever reaches it can turn throttles off; "
                "set requirepass there, and redis://:password@… in REDIS_URL"
            )
            % {"hostname": parts.hostname}
        )
    return fine(_("Redis"))


def check_queue() -> Finding:
    from django.conf import settings
    from huey.contrib.djhuey import HUEY

    where = "Redis" if settings.REDIS_URL else HUEY.storage.filename
    waiting = HUEY.pending_count()
    if waiting > 1_000:
        return trouble(
            _("%(waiting)s tasks wait in %(where)s: is a worker running?")
            % {"waiting": f"{waiting:,}", "where": where}
        )
    return fine(
        ngettext("%(number)s task waits, %(where)s", "%(number)s tasks wait, %(where)s", waiting)
        % {"number": waiting, "where": where}
    )


def check_worker() -> Finding:
    from django.utils import timezone

    from backoffice.jobs import last_beat

    seen_at = last_beat()
    if seen_at is None:
        return trouble(_("none has run yet; run: shopctl serve (or: shopctl worker)"))
    silent = timezone.now() - seen_at
    if silent > WORKER_SILENT_AFTER:
        return trouble(
            _("silent for %(time)s; run: shopctl serve (or: shopctl worker)") % {"time": in_words(silent)}
        )
    return fine(_("last seen %(time)s ago") % {"time": in_words(silent)})


def _kept_by(backend: str, folder: str | None) -> str:
    if folder is None:
        return _("not sent but kept by the %(backend)s backend") % {"backend": backend}
    words = _("not sent but kept by the %(backend)s backend, in %(folder)s")
    return words % {"backend": backend, "folder": folder}


def check_mail() -> Finding:
    """Whether the mail server takes our sign-in; no mail is sent."""
    from django.conf import settings
    from django.core.mail import mailers

    backend = settings.EMAIL_BACKEND_PATH.rpartition(".")[0].rpartition(".")[2]
    options = cast("dict[str, Any]", settings.MAILERS["default"]["OPTIONS"])
    if backend != "smtp":
        return note(_kept_by(backend, options.get("file_path")))
    mailer = mailers["default"]
    mailer.open()
    mailer.close()
    return fine(_("%(host)s answers") % {"host": options["host"]})


def check_outbox() -> Finding:
    from django.utils import timezone

    from backoffice.outbox.models import EmailMessage, EmailState

    overdue = EmailMessage.objects.filter(
        state__in=[EmailState.QUEUED, EmailState.SENDING], next_attempt_at__lt=timezone.now() - MAIL_MAY_WAIT
    ).count()
    if overdue:
        return trouble(
            ngettext(
                "%(number)s e-mail is overdue: is a worker running?",
                "%(number)s e-mails are overdue: is a worker running?",
                overdue,
            )
            % {"number": f"{overdue:,}"}
        )
    dead = EmailMessage.objects.filter(state=EmailState.DEAD).count()
    if dead:
        return note(
            ngettext(
                "%(number)s e-mail was given up; see: shopctl emails list --state dead",
                "%(number)s e-mails were given up; see: shopctl emails list --state dead",
                dead,
            )
            % {"number": f"{dead:,}"}
        )
    return fine(_("nothing overdue, nothing given up"))
