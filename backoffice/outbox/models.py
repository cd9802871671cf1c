"""An e-mail is a row with a lifecycle, written in the transaction of its cause."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.email_addresses import known_as
from backoffice.languages import language_of_shop
from backoffice.outbox.occasions import occasion_of

# Why a mail was given up, where it was not the mail server that said so.
WORKER_ENDED, RESTORED = "worker_ended", "restored"


class EmailState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Given up")
    SUPPRESSED = "suppressed", _("Not sent (demo)")
    WITHDRAWN = "withdrawn", _("Withdrawn")


WAITING = (EmailState.QUEUED, EmailState.SENDING)


class EmailQuerySet(models.QuerySet["EmailMessage"]):
    def about_order(self, number: str) -> Self:
        return self.filter(about__filled=True, about=number)


class EmailMessage(models.Model):
    """Unique per (cause, template, recipient): whatever runs twice, the person gets one mail.

    `cause` names what it is about, such as `order:B-100042` or `shipment:B-100042-S1`. A worker that
    claims the row holds it until `leased_until`; a lease that ran out may be claimed again.
    """

    cause = models.CharField(max_length=120)
    about = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("What it is about: an order's number, if it is about an order."),
    )
    template = models.CharField(_("occasion"), max_length=60)
    recipient = models.EmailField()
    context = models.JSONField(default=dict)
    # Chosen when it is queued, so that every attempt says the same.
    language = models.CharField(max_length=10, default=language_of_shop)
    state = models.CharField(max_length=10, choices=EmailState, default=EmailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    subject = models.CharField(max_length=255, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(
        null=True, help_text=_("When its text was erased. That it was sent, and what for, is kept.")
    )

    objects = EmailQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        constraints = (
            models.UniqueConstraint(
                fields=("cause", "template", "recipient"), name="email_once_per_cause_and_recipient"
            ),
        )
        indexes = (
            # In the order in which a worker takes them: it reads one row, however many wait.
            models.Index(
                fields=("attempts", "next_attempt_at", "id"),
                condition=models.Q(state__in=WAITING),
                name="email_due",
            ),
            models.Index(fields=("state", "-id"), name="email_by_state"),
            models.Index(fields=("about", "-id"), condition=~models.Q(about=""), name="email_about"),
        )
        permissions = (("requeue_emailmessage", "Can send e-mails again"),)  # not translated

    def __str__(self) -> str:
        words = gettext("%(occasion)s to %(recipient)s")
        return words % {"occasion": self.occasion, "recipient": self.readable_recipient}

    @property
    def readable_recipient(self) -> str:
        return known_as(self.recipient)

    @property
    def reason(self) -> str:
        """Say why it was not sent yet, in our own words or those of the mail server."""
        match self.error:
            case "worker_ended":
                return gettext("The worker ended during the last attempt.")
            case "restored":
                return gettext("Waited in a restored backup; it may have been sent since.")
        return self.error

    @property
    def occasion(self) -> str:
        """Return its template in words: `Order placed`."""
        return occasion_of(self.template)

    @property
    def message_id(self) -> str:
        """Return an id that is the same for every attempt, so that a repeated mail can be recognised."""
        domain = settings.SHOP_URL.partition("://")[2].partition(":")[0].partition("/")[0]
        return f"<outbox-{self.pk}-{self.created_at:%Y%m%d%H%M%S%f}@{domain}>"
