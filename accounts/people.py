"""Staff accounts, their roles and passwords."""

from collections.abc import Mapping
from hashlib import sha256
from typing import ClassVar

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.history import record
from accounts.mailing.account_mails import tell_of
from accounts.models import AccountChange, Customer, User
from accounts.models.changes import changed
from accounts.models.users import checked_name
from accounts.passwords.choosing import check_strength, store_password
from accounts.roles import ROLE_NAMES
from accounts.tokens.refresh import revoke_everything
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import checked_email, normalised_email
from backoffice.errors import Conflict, Fault, Forbidden, Invalid, NotFound, Stale, Title
from backoffice.languages import language_named

SUPERUSER = "superuser"
VERSION_FIELDS = ("auth_version", "is_active", "name", "language")


class EmailTaken(Conflict):
    code = "email_taken"
    title: ClassVar[Title] = gettext_lazy("This e-mail address has an account already")


class AddressNotConfirmed(Conflict):
    code = "email_not_confirmed"
    title: ClassVar[Title] = gettext_lazy("Nobody has confirmed this e-mail address yet")


class LastSuperuser(Conflict):
    code = "last_superuser"
    title: ClassVar[Title] = gettext_lazy("Somebody must remain who may do everything")


def user_with_id(pk: int) -> User:
    """Return the user with this key. Raises NotFound."""
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise unknown_user(pk)
    return user


def user_with_email(email: str) -> User:
    """Return the user with this address. Raises NotFound."""
    user = User.objects.filter(email=normalised_email(email)).first()
    if user is None:
        raise unknown_user(email)
    return user


def unknown_user(who: object) -> NotFound:
    return NotFound(_("There is no user %(who)s.") % {"who": who})


def role_named(text: str) -> str:
    """Return a role's name, or "superuser", however it is typed.

    Raises:
        Invalid: there is no such role; it names those that there are.
    """
    name = {known.casefold(): known for known in (*ROLE_NAMES, SUPERUSER)}.get(text.strip().casefold())
    if name is None:
        detail = _("%(text)s is not a role. The roles are %(roles)s and %(superuser)s.") % {
            "text": repr(text),
            "roles": ", ".join(ROLE_NAMES),
            "superuser": SUPERUSER,
        }
        raise Invalid(detail, faults=[Fault("/role", "unknown_role", detail)])
    return name


def role_of(user: User) -> str:
    """Return the user's role, "superuser", or "" for customers. Reads prefetched groups."""
    if user.is_superuser:
        return SUPERUSER
    return next((group.name for group in user.groups.all() if group.name in ROLE_NAMES), "")


def create_staff(email: str, *, role: str, password: str | None = None, name: str = "", by: Actor) -> User:
    """Create a member of staff; without a password they cannot sign in until one is set.

    Raises:
        Invalid: not an e-mail address, an unknown role, or a weak password.
        EmailTaken: the address has an account.
        Forbidden: only a superuser makes a superuser.
    """
    user = User(email=checked_email(email), name=checked_name(name), is_staff=True)
    if password is not None:
        check_strength(password, user, pointer="/password")
    # Hash before the transaction: it takes its time, in which nobody else could write.
    user.set_password(password)
    return _create(user, role, by)


@write_transaction
def _create(user: User, role: str, by: Actor) -> User:
    # An unconfirmed registration with a colleague's address does not stand in their way.
    User.objects.unconfirmed().filter(email=user.email).delete()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise EmailTaken(_("%(email)s has an account already.") % {"email": user.email}) from None
    name_of_role = _give_role(user, role, by)
    record(user, AccountChange.CREATED, {"role": name_of_role}, by=by)
    return _reloaded(user)


@write_transaction
def set_role(user: User, role: str, *, by: Actor) -> User:
    """Make them staff in exactly this role, or "superuser"; all their tokens end.

    Raises:
        AddressNotConfirmed: it is a customer's account whose password may be somebody else's.
        Invalid: an unknown role; it names those that there are.
        Forbidden: only a superuser makes or changes a superuser.
        LastSuperuser: nobody would be left.
    """
    user = _locked(user, by)
    if not user.is_staff and user.email_confirmed_at is None:
        raise AddressNotConfirmed(
            _("%(email)s is not confirmed. Invite them instead.") % {"email": user.email}
        )
    if user.is_superuser and role != SUPERUSER:
        _keep_a_superuser(user)
    before = role_of(user)
    after = _give_role(user, role, by)
    event = record(user, AccountChange.ROLE, {"role": changed(before or None, after)}, by=by)
    tell_of(event, "role_changed", {"before": before, "after": after})
    revoke_everything(user, because="role changed")
    return _reloaded(user)


@write_transaction
def deactivate(user: User, *, by: Actor) -> User:
    """Bar them from signing in; whatever they are signed in with no longer works.

    Raises:
        Conflict: it is oneself.
        Forbidden: only a superuser changes a superuser.
        LastSuperuser: nobody would be left.
    """
    user = _locked(user, by)
    if by.user is not None and by.user.pk == user.pk:
        raise Conflict(_("You cannot deactivate yourself. Ask somebody else to do it."))
    if user.is_superuser:
        _keep_a_superuser(user)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        event = record(user, AccountChange.DEACTIVATED, {"is_active": changed(True, False)}, by=by)
        tell_of(event, "deactivated")
    revoke_everything(user, because="deactivated")
    return _reloaded(user)


@write_transaction
def reactivate(user: User, *, by: Actor) -> User:
    """Let them sign in again, with the password and the role that they had.

    Raises:
        Forbidden: only a superuser changes a superuser.
    """
    user = _locked(user, by)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        event = record(user, AccountChange.ACTIVATED, {"is_active": changed(False, True)}, by=by)
        tell_of(event, "activated")
    return _reloaded(user)


@write_transaction
def edit_user(
    user: User,
    *,
    name: str | None = None,
    language: str | None = None,
    role: str | None = None,
    is_active: bool | None = None,
    expected_version: str | None = None,
    by: Actor,
) -> User:
    """Change several things at once or none; what is None stays.

    Raises:
        Stale: the user has another version than the one expected.
        Invalid: a name that no text may have, or no language that there is.
        Whatever `set_role`, `deactivate` and `reactivate` raise.
    """
    user = _locked(user, by)
    if expected_version not in (None, _version(user)):
        raise Stale(_("%(email)s was changed meanwhile. Look at it again.") % {"email": user.email})
    profile = {}
    if name is not None:
        profile["name"] = checked_name(name)
    if language is not None:
        profile["language"] = language_named(language)
    _edit_profile(user, profile, by=by)
    if role is not None:
        set_role(user, role, by=by)
    if is_active is not None:
        (reactivate if is_active else deactivate)(user, by=by)
    return _reloaded(user)


def _edit_profile(user: User, values: Mapping[str, str], *, by: Actor) -> None:
    """Store what is new of it. Who is a customer too is written to in the language that they choose here."""
    new = {field: value for field, value in values.items() if value != getattr(user, field)}
    if not new:
        return
    facts = {field: changed(getattr(user, field), value) for field, value in new.items()}
    record(user, AccountChange.EDITED, facts, by=by)
    for field, value in new.items():
        setattr(user, field, value)
    user.save(update_fields=[*new])
    if "language" in new:
        Customer.objects.filter(user=user).update(language=user.language)


def version_of(auth_version: int, is_active: bool, name: str, language: str) -> str:
    """Return a version that differs after every change by `edit_user`; takes VERSION_FIELDS' columns."""
    return sha256(f"{auth_version} {is_active} {name} {language}".encode()).hexdigest()[:16]


def _version(user: User) -> str:
    return version_of(*(getattr(user, field) for field in VERSION_FIELDS))


def set_password(user: User, new: str, *, by: Actor) -> None:
    """Set somebody else's password, as staff or from the command line; all tokens end.

    Raises:
        Invalid: the new one is weak.
        Forbidden: only a superuser changes a superuser.
    """
    protect_superuser(user, by)
    check_strength(new, user, pointer="/new_password")
    store_password(user, make_password(new), by=by)


def _give_role(user: User, role: str, by: Actor) -> str:
    """Give the user exactly this role, and return its name, however it was typed."""
    name = role_named(role)
    if name == SUPERUSER and not _may_do_everything(by):
        raise Forbidden(_("Only a superuser may make somebody a superuser."))
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=name == SUPERUSER)
    user.groups.set(Group.objects.filter(name=name))
    return name


def _locked(user: User, by: Actor) -> User:
    """Return the user's row, locked until the transaction ends.

    Superusers' rows are held together, in ascending pk: two of them removing each other at the same moment
    would otherwise both see the other remain.
    """
    # no_key, so that rows that refer to users can be written meanwhile.
    rows = User.objects.select_for_update(no_key=True).order_by("pk")
    list(rows.filter(is_superuser=True))
    locked = rows.get(pk=user.pk)
    if locked.erased_at is not None:
        raise Conflict(_("%(who)s was erased. Invite them anew if they come back.") % {"who": locked})
    protect_superuser(locked, by)
    return locked


def _keep_a_superuser(user: User) -> None:
    if not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists():
        raise LastSuperuser(
            _("%(email)s is the last superuser. Make somebody else one first.") % {"email": user.email}
        )


def protect_superuser(user: User, by: Actor) -> None:
    """Refuse whoever is no superuser to change one. Raises Forbidden."""
    if user.is_superuser and not _may_do_everything(by):
        raise Forbidden(_("Only a superuser may change a superuser."))


def _may_do_everything(by: Actor) -> bool:
    return by.user is None or by.user.is_superuser


def _reloaded(user: User) -> User:
    """Return the user afresh from the database: the object remembers groups and permissions."""
    return User.objects.get(pk=user.pk)
