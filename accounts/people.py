"""Staff accounts, roles and passwords, and signing in."""

from hashlib import sha256

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.emails import checked_email
from accounts.models import User, normalised_email
from accounts.roles import ROLE_NAMES
from accounts.tokens import revoke_everything
from backoffice.errors import Conflict, Fault, Forbidden, Invalid, NotAuthenticated, NotFound, Stale
from backoffice.throttling import address_block, forget, hit
from backoffice.transactions import write_transaction

SUPERUSER = "superuser"
VERSION_FIELDS = ("auth_version", "is_active", "name")
PASSWORD_GUESSES = 5
PASSWORD_WINDOW_SECONDS = 15 * 60
# Argon2 reads the whole of it: an endless password would be a way to keep the server busy.
LONGEST_PASSWORD = 1024


class InvalidCredentials(NotAuthenticated):
    code = "invalid_credentials"
    title = "Wrong e-mail address or password"


class EmailTaken(Conflict):
    code = "email_taken"
    title = "This e-mail address has an account already"


class LastSuperuser(Conflict):
    code = "last_superuser"
    title = "Somebody must remain who may do everything"


def sign_in(email: str, password: str, *, address: str) -> User:
    """The active user with this e-mail address, however it is typed, and this password.

    Of one address's wrong guesses at one account, which need not exist, five in 15 minutes are looked at.

    Raises:
        InvalidCredentials: unknown, inactive or wrong password; which of them is not told.
        Throttled: too many guesses; the password was not looked at.
    """
    guessed = normalised_email(email)
    key = f"sign-in:{sha256(guessed.encode(errors='replace')).hexdigest()}:{address_block(address)}"
    hit(key, limit=PASSWORD_GUESSES, window_seconds=PASSWORD_WINDOW_SECONDS)
    user = User.objects.filter(email=guessed).first() if "\0" not in guessed else None
    if user is None:
        # As much work as for an account that exists, so that the time taken does not tell.
        make_password(password)
    if user is None or not user.check_password(password) or not user.is_active:
        raise InvalidCredentials("This e-mail address and password do not belong together.")
    forget(key, window_seconds=PASSWORD_WINDOW_SECONDS)
    return user


def user_with_id(pk: int) -> User:
    """Raises: NotFound."""
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise unknown_user(pk)
    return user


def user_with_email(email: str) -> User:
    """Raises: NotFound."""
    user = User.objects.filter(email=normalised_email(email)).first()
    if user is None:
        raise unknown_user(email)
    return user


def unknown_user(who: object) -> NotFound:
    return NotFound(f"There is no user {who}.")


def role_named(text: str) -> str:
    """A role, or "superuser", however it is typed.

    Raises:
        Invalid: there is no such role; it names those that there are.
    """
    name = {known.casefold(): known for known in (*ROLE_NAMES, SUPERUSER)}.get(text.strip().casefold())
    if name is None:
        detail = f"{text!r} is not a role. The roles are {', '.join(ROLE_NAMES)} and {SUPERUSER}."
        raise Invalid(detail, faults=[Fault("/role", "unknown_role", detail)])
    return name


@write_transaction
def create_staff(email: str, *, role: str, password: str | None = None, name: str = "", by: Actor) -> User:
    """A new member of staff; without a password they cannot sign in until one is set.

    Raises:
        Invalid: not an e-mail address, an unknown role, or a weak password.
        EmailTaken: the address has an account.
        Forbidden: only a superuser makes a superuser.
    """
    user = User(email=checked_email(email), name=name.strip(), is_staff=True)
    if password is not None:
        _check_password(password, user, pointer="/password")
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise EmailTaken(f"{user.email} has an account already.") from None
    _give_role(user, role, by)
    return user


@write_transaction
def set_role(user: User, role: str, *, by: Actor) -> User:
    """Make them staff in exactly this role, or "superuser"; all their tokens fall.

    Raises:
        Invalid: an unknown role; it names those that there are.
        Forbidden: only a superuser makes or changes a superuser.
        LastSuperuser: nobody would be left.
    """
    user = _locked(user, by)
    if user.is_superuser and role != SUPERUSER:
        _keep_a_superuser(user)
    _give_role(user, role, by)
    revoke_everything(user, because="role changed")
    return _reloaded(user)


@write_transaction
def deactivate(user: User, *, by: Actor) -> User:
    """They can no longer sign in, and what they are signed in with no longer works.

    Raises:
        Conflict: it is oneself.
        Forbidden: only a superuser changes a superuser.
        LastSuperuser: nobody would be left.
    """
    user = _locked(user, by)
    if by.user is not None and by.user.pk == user.pk:
        raise Conflict("You cannot deactivate yourself. Ask somebody else to do it.")
    if user.is_superuser:
        _keep_a_superuser(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    revoke_everything(user, because="deactivated")
    return _reloaded(user)


@write_transaction
def reactivate(user: User, *, by: Actor) -> User:
    """They can sign in again, with the password and the role that they had.

    Raises:
        Forbidden: only a superuser changes a superuser.
    """
    user = _locked(user, by)
    User.objects.filter(pk=user.pk).update(is_active=True)
    return _reloaded(user)


@write_transaction
def edit_user(
    user: User,
    *,
    name: str | None = None,
    role: str | None = None,
    is_active: bool | None = None,
    expected_version: str | None = None,
    by: Actor,
) -> User:
    """Change several things at once or none; what is None stays.

    Raises:
        Stale: the user has another version than the one expected.
        Whatever `set_role`, `deactivate` and `reactivate` raise.
    """
    user = _locked(user, by)
    if expected_version not in (None, _version(user)):
        raise Stale(f"{user.email} was changed meanwhile. Look at it again.")
    if name is not None:
        User.objects.filter(pk=user.pk).update(name=name.strip())
    if role is not None:
        set_role(user, role, by=by)
    if is_active is not None:
        (reactivate if is_active else deactivate)(user, by=by)
    return _reloaded(user)


def version_of(auth_version: int, is_active: bool, name: str) -> str:
    """Another one after every change that `edit_user` can make; takes the columns of VERSION_FIELDS."""
    return sha256(f"{auth_version} {is_active} {name}".encode()).hexdigest()[:16]


def _version(user: User) -> str:
    return version_of(*(getattr(user, field) for field in VERSION_FIELDS))


def change_password(user: User, *, old: str, new: str, by: Actor) -> None:
    """One's own password, for which the old one is needed; all tokens fall.

    Raises:
        Invalid: the old one is wrong or the new one weak; faults point at /old_password and /new_password.
        Throttled: too many wrong old ones.
        Conflict: it was changed at the same moment.
    """
    key = f"password:{user.pk}"
    hit(key, limit=PASSWORD_GUESSES, window_seconds=PASSWORD_WINDOW_SECONDS)
    if not user.check_password(old):
        detail = "This is not your present password."
        raise Invalid(detail, faults=[Fault("/old_password", "wrong_password", detail)])
    _check_password(new, user, pointer="/new_password")
    _store_password(user, make_password(new), by=by)
    forget(key, window_seconds=PASSWORD_WINDOW_SECONDS)


def set_password(user: User, new: str, *, by: Actor) -> None:
    """Somebody else's password, as staff or from the command line; all tokens fall.

    Raises:
        Invalid: the new one is weak.
        Forbidden: only a superuser changes a superuser.
    """
    _protect_superuser(user, by)
    _check_password(new, user, pointer="/new_password")
    _store_password(user, make_password(new), by=by)


@write_transaction
def _store_password(user: User, encoded: str, *, by: Actor) -> None:
    # Compared with the one that was checked: of two changes at once only one counts.
    if not User.objects.filter(pk=user.pk, password=user.password).update(password=encoded):
        raise Conflict("The password was changed at the same moment. Sign in again.")
    revoke_everything(user, because=f"password changed by {by.source}")
    user.refresh_from_db(fields=["password", "auth_version"])


def _check_password(password: str, user: User, *, pointer: str) -> None:
    try:
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(
                f"A password has at most {LONGEST_PASSWORD} characters.", "password_too_long"
            )
        validate_password(password, user)
    except ValidationError as error:
        faults = [Fault(pointer, item.code or "invalid", item.messages[0]) for item in error.error_list]
        raise Invalid(" ".join(fault.detail for fault in faults), faults=faults) from None


def _give_role(user: User, role: str, by: Actor) -> None:
    name = role_named(role)
    if name == SUPERUSER and not _may_do_everything(by):
        raise Forbidden("Only a superuser may make somebody a superuser.")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=name == SUPERUSER)
    user.groups.set(Group.objects.filter(name=name))


def _locked(user: User, by: Actor) -> User:
    """The user's row, held until the transaction ends.

    Superusers' rows are held together, in ascending pk: two of them removing each other at the same moment
    would otherwise both see the other remain.
    """
    # no_key: rows that refer to users are written meanwhile.
    rows = User.objects.select_for_update(no_key=True).order_by("pk")
    list(rows.filter(is_superuser=True))
    locked = rows.get(pk=user.pk)
    _protect_superuser(locked, by)
    return locked


def _keep_a_superuser(user: User) -> None:
    if not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists():
        raise LastSuperuser(f"{user.email} is the last superuser. Make somebody else one first.")


def _protect_superuser(user: User, by: Actor) -> None:
    if user.is_superuser and not _may_do_everything(by):
        raise Forbidden("Only a superuser may change a superuser.")


def _may_do_everything(by: Actor) -> bool:
    return by.user is None or by.user.is_superuser


def _reloaded(user: User) -> User:
    """Afresh from the database: groups and permissions are remembered on the object."""
    return User.objects.get(pk=user.pk)
