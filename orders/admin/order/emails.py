"""The mails about an order on its page, and the dialog that sends one again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from backoffice.email_addresses import is_erased
from backoffice.outbox.models import EmailMessage, EmailState
from orders.admin import words
from orders.admin.order.order_dialog import OrderDialog, says
from orders.admin.order.parcels_and_reversals import ParcelCard
from orders.fulfilment.sending_again import WAITING, emails_about, is_over, send_again
from orders.models import Order, OrderLine
from orders.timeline_words import MAILS
from orders.visibility import may_read_emails

MOST_EMAILS = 50
TONES = {EmailState.SENT: "good", EmailState.DEAD: "bad"}


@dataclass(frozen=True, slots=True)
class EmailRow:
    title: str
    # "" where it is the order's own address.
    recipient: str
    url: str
    state: SafeString
    at: SafeString
    # Opens the dialog that sends it again; "" while it waits, once it is not so, or where the user may not.
    again_url: str


def emails_of(
    order: Order, lines: Sequence[OrderLine], parcels: Iterable[ParcelCard], user: User
) -> Sequence[EmailRow]:
    """Return the newest mails about the order; none for whoever may not read them."""
    if not may_read_emails(user):
        return ()
    undone = {parcel.reference for parcel in parcels if parcel.undone_at}
    may_send = user.has_perms(["outbox.requeue_emailmessage", "accounts.view_customer"])
    # Nobody writes to who was erased.
    may_send = may_send and not is_erased(order.email)
    found = emails_about(order).defer("context", "text", "html")[:MOST_EMAILS]
    return [_row(email, order, may_send=may_send and not is_over(email, lines, undone)) for email in found]


def _row(email: EmailMessage, order: Order, *, may_send: bool) -> EmailRow:
    again = f"{reverse('admin:orders_order_send_again', args=[order.pk])}?email={email.pk}"
    at = email.sent_at or email.created_at
    return EmailRow(
        title=capfirst(str(MAILS[email.template])),
        recipient=email.readable_recipient if email.recipient != order.email else "",
        url=reverse("admin:outbox_emailmessage_change", args=[email.pk]),
        state=words.label(email.get_state_display(), TONES.get(EmailState(email.state), "")),
        at=words.time_tag(at, words.moment(at)),
        again_url=again if may_send and email.state not in WAITING else "",
    )


class SendAgainForm(OrderDialog):
    """Sends one mail again, to the address that the order has now."""

    email = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def add_fields(self) -> None:
        meant = self.request.GET.get("email", "")
        self.fields["email"].initial = meant if meant.isdecimal() else ""

    def footer(self) -> str:
        return says(
            _("It goes to %(email)s") % {"email": self.order.email},
            _("It says what is so now: what is still ordered, how a parcel travels."),
        )

    def carry_out(self, data: dict[str, Any]) -> None:
        another = send_again(self.number, data["email"], by=self.actor)
        self.done = _("Sent again: %(mail)s.") % {"mail": MAILS[another.template]}
