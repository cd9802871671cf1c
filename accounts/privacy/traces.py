"""Mails and kept replies about somebody: found by address and order, told, emptied."""

import json
from collections.abc import Collection
from datetime import datetime

from django.db.models import CharField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.privacy.files import any_of, forms_of
from accounts.privacy.person import Person
from backoffice.email_addresses import ERASED
from backoffice.errors import Conflict
from backoffice.kept_replies import empty_replies, keys_of_replies_about
from backoffice.outbox.delivery import LEASE
from backoffice.outbox.models import WAITING, EmailMessage, EmailState
from backoffice.outbox.withdrawing import NOT_SENT_YET

FORGOTTEN = {"context": {}, "error": "", "subject": "", "text": "", "html": ""}

# Stands in a mail to somebody else where an address stood.
NOBODY = f"somebody@{ERASED}".encode()


class MailUnderWay(Conflict):
    code = "mail_under_way"
    title = gettext_lazy("A mail to them is being sent")


def mails_of(person: Person) -> QuerySet[EmailMessage]:
    """Return the mails to them, and those about their orders, the oldest first."""
    is_theirs = Q(recipient__in=person.all_addresses) | Q(about__filled=True, about__in=person.numbers)
    return EmailMessage.objects.filter(is_theirs).order_by("pk")


def mails_to_tell(person: Person) -> QuerySet[EmailMessage]:
    """Return those of them that are about nobody else: not to an address never had, nor of others' orders."""
    is_about_them = Q(about="") | Q(about__in=person.numbers)
    return mails_of(person).filter(is_about_them).exclude(recipient__in=person.asked_for)


def erase_mails(person: Person, at: datetime) -> int:
    """Withdraw what waits, and forget of all of them what they said and to whom. Returns how many.

    Raises:
        MailUnderWay: a worker may be sending one this very moment.
    """
    held = list(mails_of(person).select_for_update(no_key=True).values_list("pk", "state", "leased_until"))
    if any(is_under_way(state, until) for _pk, state, until in held):
        raise MailUnderWay(mail_under_way(), retry_after_seconds=int(LEASE.total_seconds()))
    mails = EmailMessage.objects.filter(pk__in=[pk for pk, _state, _until in held])
    _forget_mentions(person, at, but=[pk for pk, _state, _until in held])
    mails.filter(state__in=NOT_SENT_YET).update(state=EmailState.WITHDRAWN)
    number = Cast(F("pk"), CharField())
    # Each its own: one cause has one mail to one recipient. Without a lease a late worker notes nothing.
    nobody = Concat(Value("mail-"), number, Value(f"@{ERASED}"))
    return mails.update(recipient=nobody, leased_until=None, forgotten_at=at, **FORGOTTEN)


def _forget_mentions(person: Person, at: datetime, *, but: Collection[int]) -> None:
    """Forget mails to others that name an account, which gave them a role; what waits goes out without."""
    if not (person.users and person.all_addresses):
        return
    named = any_of(person.all_addresses)
    mails = (
        EmailMessage.objects.filter(about="").exclude(pk__in=but).annotate(facts=Cast("context", TextField()))
    )
    mentions = Q()
    for form in forms_of(person.all_addresses):
        mentions |= Q(facts__icontains=form) | Q(subject__icontains=form) | Q(text__icontains=form)
    for mail in mails.filter(mentions).select_for_update(no_key=True):
        context = json.dumps(mail.context, ensure_ascii=False)
        if not any(named.search(words.encode()) for words in (context, mail.subject, mail.text)):
            # A longer address, of somebody else.
            continue
        if mail.state in WAITING:
            mail.context = json.loads(named.sub(NOBODY, context.encode()))
            mail.save(update_fields=["context"])
        else:
            EmailMessage.objects.filter(pk=mail.pk).update(forgotten_at=at, **FORGOTTEN)


def mail_under_way() -> str:
    minutes = int(LEASE.total_seconds() // 60)
    words = _("A mail to them is being sent right now. Try again in %(minutes)s minutes.")
    return words % {"minutes": minutes}


def is_under_way(state: str, leased_until: datetime | None) -> bool:
    is_leased = leased_until is not None and leased_until > timezone.now()
    return state == EmailState.SENDING and is_leased


def replies_of(person: Person) -> list[int]:
    return keys_of_replies_about(person.marks, callers=person.callers)


def erase_replies(person: Person, _at: datetime) -> int:
    return empty_replies(replies_of(person))
