"""Change the e-mail address of an account: confirmed at the new address and at the old one.

Whoever only knows the password, or sits at an open browser, cannot take an account away: the old mailbox
says yes, or stops it. When that mailbox is lost, somebody else who may change users asks for it; then the new
mailbox alone confirms, and the old one is told and may stop it until then.
"""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.addresses.change_links import NEW, OLD, change_link, change_of
from accounts.customers import follow_address
from accounts.history import record
from accounts.mailing.account_mails import limit_links, limit_mails, tell, tell_of, told_now
from accounts.mailing.links import DAYS_VALID, no_longer_valid, password_link
from accounts.models import AccountChange, EmailChange, User
from accounts.models.changes import changed
from accounts.passwords.choosing import is_own_password
from accounts.people import EmailTaken, protect_superuser
from accounts.tokens.refresh import revoke_everything
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import checked_email, readable_email
from backoffice.errors import Conflict, Fault, Invalid
from backoffice.requests.addresses import current_address


def ask_for_own(user: User, email: str, *, password: str, by: Actor) -> None:
    """Ask for another address of one's own account, which both mailboxes confirm.

    Whether the address has an account already is told to its mailbox alone.

    Raises:
        Invalid: not an e-mail address, the present one, or the wrong password.
        Throttled: too many mails to this address, or wrong passwords.
    """
    wanted = _another_address(user, email)
    if not is_own_password(user, password):
        detail = _("This is not your current password.")
        raise Invalid(detail, faults=[Fault("/password", "wrong_password", detail)])
    limit_mails(wanted, address=current_address.get())
    _ask(user, wanted, needs_old=True, by=by)


def ask_for_somebody(user: User, email: str, *, by: Actor) -> EmailChange | None:
    """Ask in somebody's place, as when their mailbox is lost: the new mailbox confirms, the old is told.

    Raises:
        Invalid: not an e-mail address, or the present one.
        EmailTaken: another account has it.
        Forbidden: only a superuser changes a superuser.
        Conflict: it is oneself, or the account is deactivated.
    """
    protect_superuser(user, by)
    if by.user is not None and by.user.pk == user.pk:
        raise Conflict(
            _("Change your own address under “Change e-mail”: the old one has to confirm it, too.")
        )
    if not user.is_active:
        raise Conflict(_("%(email)s is deactivated. Activate the account first.") % {"email": user.email})
    wanted = _another_address(user, email)
    if _account_with(wanted).exists():
        raise EmailTaken(_("%(email)s has an account already.") % {"email": wanted})
    return _ask(user, wanted, needs_old=False, by=by)


def _another_address(user: User, email: str) -> str:
    wanted = checked_email(email)
    if wanted == user.email:
        detail = _("This is the address that the account has.")
        raise Invalid(detail, faults=[Fault("/email", "same_email", detail)])
    return wanted


def _account_with(email: str) -> QuerySet[User]:
    """Return the account that has this address; one that nobody has confirmed stands in nobody's way."""
    return User.objects.filter(email=email).exclude(pk__in=User.objects.unconfirmed().values("pk"))


@write_transaction
def _ask(user: User, wanted: str, *, needs_old: bool, by: Actor) -> EmailChange | None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    now = timezone.now()
    EmailChange.objects.filter(user=user, ended_at=None).update(ended_at=now)
    record(user, AccountChange.EMAIL_ASKED, {"email": changed(user.email, wanted)}, by=by)
    owner = _account_with(wanted).first()
    if owner is not None:
        tell(wanted, "account_exists", {"name": owner.greeting} | password_link(owner))
        return None
    change = EmailChange.objects.create(
        user=user, email=wanted, needs_old=needs_old, actor=by.user, source=by.source, asked_at=now
    )
    about = {"name": user.greeting, "email": change.readable_email, **told_now()}
    tell(wanted, "email_change_new", about | change_link(change, NEW), language=user.language)
    template = "email_change_old" if needs_old else "email_change_told"
    tell(user.email, template, about | change_link(change, OLD))
    return change


def confirm_email_change(token: str, *, by: Actor, address: str) -> EmailChange:
    """Confirm with the token of a mail; with the last one that is needed, the account has the new address.

    Raises:
        InvalidLink: used, too old or forged.
        EmailTaken: somebody has made an account with the address meanwhile.
        Throttled: too many tries from one place.
    """
    uses = limit_links(address)
    change = _confirm(token, by)
    for use in uses:
        use.give_back()
    return change


@write_transaction
def _confirm(token: str, by: Actor) -> EmailChange:
    change, side = change_of(token)
    change = _held(change)
    column = "new_confirmed_at" if side == NEW else "old_confirmed_at"
    if getattr(change, column) is None:
        setattr(change, column, timezone.now())
        change.save(update_fields=[column])
    if change.is_confirmed:
        _carry_out(change, Actor(change.user, by.source))
    return change


def stop_email_change(token: str, *, by: Actor, address: str) -> EmailChange:
    """Stop it with the token of the old mailbox: nothing changes, and the links of both mails end.

    Raises:
        InvalidLink: forged, too old, not the old mailbox's, or it was carried out or stopped.
        Throttled: too many tries from one place.
    """
    uses = limit_links(address)
    change = _stop(token, by)
    for use in uses:
        use.give_back()
    return change


@write_transaction
def _stop(token: str, by: Actor) -> EmailChange:
    change, side = change_of(token)
    if side != OLD:
        raise no_longer_valid()
    change = _held(change)
    change.ended_at = timezone.now()
    change.save(update_fields=["ended_at"])
    facts = {"email": changed(change.user.email, change.email)}
    record(change.user, AccountChange.EMAIL_STOPPED, facts, by=Actor(change.user, by.source))
    return change


def _held(change: EmailChange) -> EmailChange:
    """Return it with its user locked, so that of two clicks at once one carries it out."""
    User.objects.select_for_update(no_key=True).get(pk=change.user_id)
    held = EmailChange.objects.select_related("user").filter(pk=change.pk, ended_at=None).first()
    if held is None:
        raise no_longer_valid()
    return held


def _carry_out(change: EmailChange, by: Actor) -> None:
    user, before = change.user, change.user.email
    User.objects.unconfirmed().filter(email=change.email).exclude(pk=user.pk).delete()
    if User.objects.filter(email=change.email).exists():
        raise EmailTaken(_("%(email)s has an account already.") % {"email": change.email})
    now = timezone.now()
    user.refresh_from_db()
    user.email, user.email_confirmed_at = change.email, now
    user.save(update_fields=["email", "email_confirmed_at"])
    change.ended_at = now
    change.save(update_fields=["ended_at"])
    follow_address(user, by=by)
    event = record(user, AccountChange.EMAIL, {"email": changed(before, user.email)}, by=by)
    for mailbox in (before, user.email):
        both = {"before": readable_email(before), "email": user.readable_email, "is_old": mailbox == before}
        tell_of(event, "email_changed", both, to=mailbox)
    revoke_everything(user, because="e-mail changed")


def waiting_change(user: User) -> EmailChange | None:
    """Return the change that waits to be confirmed, if there is one whose links still work."""
    since = timezone.now() - timedelta(days=DAYS_VALID)
    return EmailChange.objects.filter(user=user, ended_at=None, asked_at__gt=since).first()
