"""The words that people see when something went wrong: what it was, and what to do."""

from dataclasses import dataclass

from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.api.problems import STATUS
from backoffice.errors import Kind, Refusal
from backoffice.runtime.outages import RETRY_AFTER_SECONDS, is_outage


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an error page says: `advice` tells what to do, `points` lists what is wrong one by one."""

    status: int
    title: str | Promise
    advice: str | Promise
    points: tuple[str, ...] = ()
    retry_after_seconds: int | None = None

    def in_one_line(self) -> str:
        title, advice = str(self.title), str(self.advice)
        return " ".join((*(() if advice.startswith(title) else (f"{title}.",)), advice, *self.points))


BAD_REQUEST = Complaint(
    400,
    _("This request could not be understood"),
    _("Go back, load the page again and try once more."),
)
OTHER_HOST = Complaint(
    400,
    _("The shop does not answer at this address"),
    _(
        "Use the address that you were given. Whoever runs the shop lists its addresses in "
        "DJANGO_ALLOWED_HOSTS."
    ),
)
TOO_MANY_FIELDS = Complaint(
    400,
    _("The form has too many fields"),
    _("Nothing was done. Go back and send fewer rows at once."),
)
FORBIDDEN = Complaint(
    403,
    _("You may not do this"),
    _("Your role does not allow it. Ask a manager if it should."),
)
OLD_FORM = Complaint(
    403,
    _("This form is too old to be sent"),
    _(
        "Nothing was done: you signed in again since it was loaded, or the browser keeps no cookies. "
        "Go back, load the page again and send it from there."
    ),
)
OLD_FORM_KEPT = Complaint(
    403,
    OLD_FORM.title,
    _(
        "Nothing was done: you signed in again since it was loaded, or the browser keeps no cookies. "
        "What you typed is kept: send it again as it was, or go back to change it."
    ),
)
SIGNED_OUT = Complaint(
    401,
    _("You are signed out"),
    _("Nothing was done. Sign in again in another tab, then send this again."),
)
SIGNED_IN_AGAIN = Complaint(
    200,
    _("You are signed in again"),
    _("What you typed before is kept, and not done yet: send it as it was."),
)
NOT_FOUND = Complaint(
    404,
    _("There is nothing at this address"),
    _("It may have been removed, or the address was not copied whole. Go back, or look for it."),
)
NOT_ALLOWED = Complaint(
    405,
    _("This address is not opened like this"),
    _("Nothing was done. Go back and use the buttons of the page."),
)
TOO_SLOW = Complaint(
    408,
    _("What you sent came too slowly"),
    _("Nothing was done. Send it again; if that happens again, try it from another network."),
)
TOO_LARGE = Complaint(
    413,
    _("This is more than can be sent at once"),
    _("Nothing was done. A form may have 1 MB, a file 20 MB: go back and send less, or the file in parts."),
)
THROTTLED = Complaint(429, _("Too many requests"), _("Wait a minute, then try again."))
FAULT = Complaint(
    500,
    _("Something went wrong on our side"),
    _(
        "Try again in a moment, and look first whether what you sent was done. If it happens again, "
        "tell whoever runs the shop the number below."
    ),
)
OUTAGE = Complaint(
    503,
    _("The shop cannot be reached for the moment"),
    _("Nothing you did was wrong. Wait a few seconds, then try again."),
    retry_after_seconds=RETRY_AFTER_SECONDS,
)
OF_STATUS = {
    each.status: each
    for each in (
        BAD_REQUEST,
        FORBIDDEN,
        NOT_FOUND,
        NOT_ALLOWED,
        TOO_SLOW,
        TOO_LARGE,
        THROTTLED,
        FAULT,
        OUTAGE,
    )
}


def complaint_about(error: BaseException | None) -> Complaint:
    """Return what to say about an error that no page has dealt with."""
    match error:
        case Refusal():
            return _refused(error)
        case RequestDataTooBig():
            return TOO_LARGE
        case TooManyFieldsSent() | TooManyFilesSent():
            return TOO_MANY_FIELDS
        case DisallowedHost():
            return OTHER_HOST
        case _:
            return OUTAGE if is_outage(error) else FAULT


def _refused(refusal: Refusal) -> Complaint:
    # People have no token to send: they sign in by a form, and this is none.
    status = 403 if refusal.kind is Kind.NOT_AUTHENTICATED else STATUS[refusal.kind]
    points = tuple(fault.detail for fault in refusal.faults[:10]) if len(refusal.faults) > 1 else ()
    return Complaint(status, str(refusal.title), refusal.detail, points, refusal.retry_after_seconds)
