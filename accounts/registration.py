"""Registers customers who make an account for themselves."""

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from accounts.addresses.confirmation import confirm_address
from accounts.mailing.account_mails import limit_links, limit_mails, tell
from accounts.mailing.links import CONFIRMATION, confirmation_link, no_longer_valid, password_link, user_of
from accounts.models import User
from accounts.models.users import checked_name
from accounts.passwords.choosing import check_strength, is_own_password
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import checked_email
from backoffice.errors import Fault, Invalid
from backoffice.languages import language_named


def register(email: str, password: str, *, name: str = "", language: str = "", address: str) -> None:
    """Make an account that works once its address is confirmed by the link that is sent there.

    Whether the address has an account already is told to its mailbox alone: what is done here is the same.

    Raises:
        Invalid: not an e-mail address, a weak password, or no language that there is.
        Throttled: too many mails to this address, or from one place.
    """
    recipient = checked_email(email)
    check_strength(password, User(email=recipient, name=name), pointer="/password")
    newcomer = User(email=recipient, name=checked_name(name), language=language_named(language))
    limit_mails(recipient, address=address)
    newcomer.password = make_password(password)
    _take_in(newcomer)


@write_transaction
def _take_in(newcomer: User) -> None:
    """Run the same four statements, whether or not there is such an account: the time taken does not tell."""
    User.objects.bulk_create([newcomer], ignore_conflicts=True)
    # An unconfirmed account may be registered again: the last password typed counts, older links end.
    User.objects.unconfirmed().filter(email=newcomer.email).update(
        password=newcomer.password,
        name=newcomer.name,
        language=newcomer.language,
        search_text=newcomer.search_text,
        created_at=newcomer.created_at,
    )
    user = User.objects.get(email=newcomer.email)
    greeting = {"name": user.greeting}
    if not user.is_active:
        tell(user.email, "account_deactivated", greeting, language=user.language)
    elif user.may_sign_in:
        tell(user.email, "account_exists", greeting | password_link(user), language=user.language)
    else:
        tell(user.email, "confirm_email", greeting | confirmation_link(user), language=user.language)


def confirm_email(token: str, password: str, *, address: str) -> User:
    """Let the account work from now on, and give it the earlier guest orders of its address.

    The link alone is not enough: where a stranger has registered somebody's address, its owner would confirm
    an account whose password the stranger knows.

    Raises:
        InvalidLink: used, too old or forged.
        Invalid: not the password of the registration; the link stays good.
        Throttled: too many tries from one place, or wrong passwords for one account.
    """
    uses = limit_links(address)
    user = user_of(token, CONFIRMATION)
    if not is_own_password(user, password):
        detail = _(
            "This account was made with another password. Choose one of your own: ask for a new password."
        )
        raise Invalid(detail, faults=[Fault("/password", "wrong_password", detail)])
    if not confirm_address(user):
        raise no_longer_valid()
    for use in uses:
        use.give_back()
    return user
