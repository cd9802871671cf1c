"""What is kept for a time only, by setting: what is due to go, and the night's turn that erases it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import sweeping
from accounts.actors import SYSTEM
from accounts.models import Customer, Erasure
from accounts.privacy import files, ledger
from accounts.privacy.traces import FORGOTTEN
from backoffice.db.traces import forget_traces
from backoffice.db.transactions import write_transaction
from backoffice.errors import Refusal
from backoffice.jobs import once_per_slot, this_day
from backoffice.outbox.models import WAITING, EmailMessage, EmailState
from backoffice.shop.in_force import in_force
from orders.models import Order
from orders.privacy.erasing import erase_customer

JOB = "retention"
MAILS_AT_ONCE, MOST_MAILS = 500, 20_000
MOST_CUSTOMERS = 500
DAYS_OF_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is kept for a time: how much of it is older than that, and the setting that says so."""

    what: str
    setting: str
    kept_for: str
    count: int


def due(now: datetime | None = None) -> Iterator[Due]:
    """Yield what the next turn would erase; nothing for what is kept without a limit."""
    now, shop = now or timezone.now(), in_force()
    if shop.keep_mail_texts_days:
        kept = _in_days(shop.keep_mail_texts_days)
        yield Due(_("Texts of e-mails"), "SHOP_KEEP_MAIL_TEXTS_DAYS", kept, old_mails(now).count())
    if shop.keep_customers_months:
        months = shop.keep_customers_months
        kept = ngettext("%(count)s month", "%(count)s months", months) % {"count": months}
        yield Due(_("Customers without an order"), "SHOP_KEEP_CUSTOMERS_MONTHS", kept, long_gone(now).count())
    if shop.keep_sign_ins_days:
        kept = _in_days(shop.keep_sign_ins_days)
        yield Due(_("Sign-ins"), "SHOP_KEEP_SIGN_INS_DAYS", kept, sweeping.old_sign_ins(now).count())


def _in_days(days: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def old_mails(now: datetime) -> QuerySet[EmailMessage]:
    """Return mails that are through, and whose text has been kept for long enough; none without a limit."""
    days = in_force().keep_mail_texts_days
    if days is None:
        return EmailMessage.objects.none()
    before = now - timedelta(days=days)
    through = EmailMessage.objects.exclude(state__in=WAITING).filter(forgotten_at=None)
    return through.filter(created_at__lt=before).order_by("pk")


def long_gone(now: datetime) -> QuerySet[Customer]:
    """Return customers who have neither ordered nor signed in for so long, and do not work here.

    Without a limit there are none, also when it was lifted a moment ago.
    """
    months = in_force().keep_customers_months
    if months is None:
        return Customer.objects.none()
    before = now - timedelta(days=months * DAYS_OF_A_MONTH)
    lately = Order.objects.filter(Q(customer=OuterRef("pk")) | Q(customer__merged_into=OuterRef("pk")))
    customers = Customer.objects.present().filter(~Exists(lately.filter(placed_at__gte=before)))
    here = Q(user__is_staff=True) | Q(user__last_login__gte=before) | Q(user__created_at__gte=before)
    return customers.filter(created_at__lt=before).exclude(here).order_by("pk")


def take_turn(now: datetime | None = None) -> bool:
    """Erase what is due, once a day however many schedulers ask; return whether it was this one's turn."""
    now = now or timezone.now()
    if not once_per_slot(JOB, this_day(now)):
        return False
    erase_due(now)
    return True


def erase_due(now: datetime) -> dict[str, int]:
    """Erase what is due, some at a time, each for good when it is done; return how much by kind.

    What is more than a turn's share is the next one's. Files of what was erased go as well.
    """
    mails = forget_mails(now) if in_force().keep_mail_texts_days else 0
    customers = _erase_customers(now) if in_force().keep_customers_months else 0
    sign_ins = sweeping.sweep(now)
    if days := in_force().keep_security_log_days:
        files.expire_log(now - timedelta(days=days))
    files.remove_written_mails()
    ledger.write_file()
    if mails or Erasure.objects.filter(erased_at__gt=now - timedelta(days=1)).exists():
        forget_traces(most_bytes=None)
    return {"mails": mails, "customers": customers, "sign_ins": sign_ins}


def forget_mails(now: datetime) -> int:
    forgotten = 0
    while forgotten < MOST_MAILS and (part := _forget_some(now)):
        forgotten += part
    return forgotten


@write_transaction
def _forget_some(now: datetime) -> int:
    some = list(old_mails(now).values_list("pk", flat=True)[:MAILS_AT_ONCE])
    mails = EmailMessage.objects.filter(pk__in=some)
    # What was given up cannot be sent again without its text.
    mails.filter(state=EmailState.DEAD).update(state=EmailState.WITHDRAWN)
    return mails.update(forgotten_at=now, **FORGOTTEN)


def _erase_customers(now: datetime) -> int:
    erased = 0
    for customer in long_gone(now)[:MOST_CUSTOMERS]:
        try:
            erase_customer(customer, by=SYSTEM)
        except Refusal:
            # Something of theirs is not finished: staff see to it, and a later turn to this.
            continue
        erased += 1
    return erased
