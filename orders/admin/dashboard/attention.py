"""What needs somebody now: each row names how much of it there is and opens its list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User
from backoffice import dates
from backoffice.admin.lists import VIEW
from backoffice.numbers import grouped
from backoffice.outbox.admin import dead_count
from backoffice.outbox.models import EmailMessage, EmailState
from catalog.models import Product
from orders import reports
from orders.admin import words
from orders.admin.dashboard.kept import KeptFigures
from orders.admin.navigation import open_order_counts
from orders.admin.saved_views import ENDING_SOON
from orders.placing.open_limits import large_holders
from orders.privacy.asking import asked_to_be_erased

# Of what has no list of its own, so many are named.
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to look after. `count` is "" for a single thing, whose own page the row opens."""

    title: str
    note: str
    count: str
    icon: str
    tone: str
    url: str


type Finder = Callable[[HttpRequest, KeptFigures], Iterator[Need]]


def attention_rows(request: HttpRequest, kept: KeptFigures) -> list[Need]:
    """Return what this user may know of, the most urgent first."""
    return [row for needed, rows in FINDERS if _may(request.user, needed) for row in rows(request, kept)]


def may_know_any(user: User | AnonymousUser) -> bool:
    """Tell whether there is anything that this user would be shown."""
    return any(_may(user, needed) for needed, _rows in FINDERS)


def _may(user: User | AnonymousUser, needed: tuple[str, ...]) -> bool:
    return user.has_perms(needed)


def _late_orders(request: HttpRequest, kept: KeptFigures) -> Iterator[Need]:
    late = open_order_counts(request).late
    oldest = kept.get("oldest-open", reports.oldest_open)
    if late and oldest:
        note = _("Oldest: %(number)s, %(ago)s") % {"number": oldest[0], "ago": dates.ago(oldest[1])}
        url = f"{reverse('admin:orders_order_changelist')}?{VIEW}=late"
        yield Need(_("Late orders"), note, grouped(late), "schedule", "bad", url)


def _to_pay_back(_request: HttpRequest, kept: KeptFigures) -> Iterator[Need]:
    count, amount = kept.get("to-pay-back", reports.to_pay_back)
    if count:
        note = _("%(amount)s in all") % {"amount": words.money(amount, settings.SHOP_CURRENCY)}
        url = f"{reverse('admin:orders_order_changelist')}?{VIEW}=to_pay_back"
        yield Need(_("Orders to pay back"), note, grouped(count), "payments", "bad", url)


def _overdue(_request: HttpRequest, kept: KeptFigures) -> Iterator[Need]:
    count, amount = kept.get("overdue", lambda: reports.overdue(timezone.localdate()))
    if count:
        note = _("%(amount)s in all") % {"amount": words.money(amount, settings.SHOP_CURRENCY)}
        url = f"{reverse('admin:orders_order_changelist')}?{VIEW}=overdue"
        yield Need(_("Overdue payments"), note, grouped(count), "event", "warn", url)


def _failed_emails(request: HttpRequest, kept: KeptFigures) -> Iterator[Need]:
    if failed := dead_count(request):
        newest = kept.get("newest-failed-email", _newest_failed)
        note = _("Newest: %(moment)s") % {"moment": dates.moment(newest)}
        url = f"{reverse('admin:outbox_emailmessage_changelist')}?{VIEW}=dead"
        yield Need(_("Failed e-mails"), note, grouped(failed), "mark_email_unread", "bad", url)


def _newest_failed() -> datetime:
    """Return when the newest mail that was given up had been written."""
    failed = EmailMessage.objects.filter(state=EmailState.DEAD).order_by("-id")
    return failed.values_list("created_at", flat=True).first() or timezone.now()


def _low_stock(_request: HttpRequest, kept: KeptFigures) -> Iterator[Need]:
    low, sold_out = kept.get("low-stock", _count_low)
    if low:
        told = ngettext("%(count)s is sold out", "%(count)s are sold out", sold_out)
        note = told % {"count": grouped(sold_out)} if sold_out else _("None is sold out")
        url = f"{reverse('admin:catalog_product_changelist')}?{VIEW}=low"
        yield Need(pgettext("needs attention", "Low stock"), note, grouped(low), "inventory_2", "warn", url)


def _count_low() -> tuple[int, int]:
    counts = Product.objects.low_stock().aggregate(
        low=Count("pk"), sold_out=Count("pk", filter=Q(available__lte=0))
    )
    return counts["low"], counts["sold_out"]


def _large_holders(_request: HttpRequest, kept: KeptFigures) -> Iterator[Need]:
    for each in kept.get("large-holders", lambda: large_holders(MOST_NAMED)):
        url = reverse("admin:accounts_customer_change", args=[each.customer_id])
        title = _("Much reserved for %(customer)s") % {"customer": each.name}
        yield Need(title, each.holds, "", "person", "warn", url)


def _ending_codes(_request: HttpRequest, kept: KeptFigures) -> Iterator[Need]:
    count, first, ends_at = kept.get("ending-codes", _count_ending)
    if count:
        note = _("Next: %(code)s, %(end)s") % {"code": first, "end": dates.end(ends_at)}
        url = f"{reverse('admin:orders_promocode_changelist')}?{VIEW}=ending_soon"
        yield Need(_("Promo codes ending soon"), note, grouped(count), "sell", "plain", url)


def _count_ending() -> tuple[int, str, datetime]:
    """Return how many single codes end soon, and the next of them."""
    now = timezone.now()
    ending = reports.codes_ending_before(now + ENDING_SOON)
    following = ending.first()
    if following is None or following.promotion.ends_at is None:
        return 0, "", now
    return ending.count(), following.code, following.promotion.ends_at


def _ending_batches(_request: HttpRequest, kept: KeptFigures) -> Iterator[Need]:
    until = timezone.now() + ENDING_SOON
    found = kept.get("ending-batches", lambda: reports.batches_ending_before(until, limit=MOST_NAMED))
    for batch in found:
        note = _("All its codes end: %(end)s") % {"end": dates.end(batch.ends_at or until)}
        url = reverse("admin:orders_promotion_change", args=[batch.pk])
        yield Need(batch.name, note, "", "sell", "plain", url)


def _wait_to_be_erased(_request: HttpRequest, kept: KeptFigures) -> Iterator[Need]:
    for pk, asked_at in kept.get("wait-to-be-erased", _first_who_wait):
        url = reverse("admin:accounts_customer_change", args=[pk])
        title = _("Customer %(number)s asks to be erased") % {"number": pk}
        yield Need(title, dates.ago(asked_at), "", "person", "warn", url)


def _first_who_wait() -> list[tuple[int, datetime]]:
    return [(each.pk, each.erasure_asked_at or timezone.now()) for each in asked_to_be_erased()[:MOST_NAMED]]


FINDERS: tuple[tuple[tuple[str, ...], Finder], ...] = (
    (("orders.view_order",), _late_orders),
    (("orders.view_order", "orders.view_paymententry"), _to_pay_back),
    (("orders.view_order", "orders.view_paymententry"), _overdue),
    (("outbox.view_emailmessage", "accounts.view_customer"), _failed_emails),
    (("catalog.view_product",), _low_stock),
    (("orders.view_order", "accounts.view_customer"), _large_holders),
    (("accounts.erase_customer", "accounts.view_customer"), _wait_to_be_erased),
    (("orders.view_promocode",), _ending_codes),
    (("orders.view_promotion",), _ending_batches),
)
