"""What is done with a colleague's account at the press of a button, each after a question."""

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.addresses.change import ask_for_somebody
from accounts.admin.actor import actor_of
from accounts.invitations import send_password_link
from accounts.models import User
from accounts.sign_in.clients import sign_out_everywhere
from accounts.sign_in.sessions import asked_again
from backoffice.admin.dialogs import DialogButton, UseCaseDialog
from backoffice.admin.email_input import EmailAddressInput
from backoffice.errors import Forbidden


class UserDialog(UseCaseDialog):
    """Acts only for somebody whose password was typed within ten minutes."""

    def carry_out(self, data: dict[str, Any]) -> None:
        if asked_again(self.request):
            raise Forbidden(_("You signed in some time ago: load the page again and type your password."))
        self.act(get_object_or_404(User, pk=str(self.object_id)), data)

    def act(self, user: User, data: dict[str, Any]) -> None:
        raise NotImplementedError


class SendPasswordLink(UserDialog):
    def act(self, user: User, data: dict[str, Any]) -> None:
        send_password_link(user, by=actor_of(self.request))
        self.done = _("The link is on its way.")


class ChangeEmail(UserDialog):
    email = forms.EmailField(
        label=gettext_lazy("New e-mail address"), widget=EmailAddressInput({"autofocus": True})
    )

    def act(self, user: User, data: dict[str, Any]) -> None:
        ask_for_somebody(user, data["email"], by=actor_of(self.request))
        self.done = _("The link is on its way; the address changes once it is confirmed there.")


class SignColleagueOut(UserDialog):
    def act(self, user: User, data: dict[str, Any]) -> None:
        sign_out_everywhere(user, by=actor_of(self.request))
        self.done = _("%(email)s is signed out everywhere.") % {"email": user.readable_email}


MAY_CHANGE = ("accounts.change_user",)
PASSWORD_LINK = DialogButton(
    gettext_lazy("Send password link"),
    SendPasswordLink,
    permissions=MAY_CHANGE,
    url_path="password-link",
    icon="key",
    title=gettext_lazy("Send a link to choose a password"),
    description=gettext_lazy(
        "It goes to their e-mail address; the old password works until the link is used."
    ),
    submit=gettext_lazy("Send"),
)
CHANGE_EMAIL = DialogButton(
    gettext_lazy("Change e-mail"),
    ChangeEmail,
    permissions=MAY_CHANGE,
    url_path="change-email",
    icon="alternate_email",
    title=gettext_lazy("Give them another e-mail address"),
    description=gettext_lazy(
        "For a mailbox that is lost: the new address gets a link to confirm it, the old one to stop it."
    ),
    submit=gettext_lazy("Send"),
)
SIGN_OUT = DialogButton(
    gettext_lazy("Sign out everywhere"),
    SignColleagueOut,
    permissions=MAY_CHANGE,
    url_path="sign-out",
    icon="logout",
    title=gettext_lazy("Sign them out everywhere"),
    description=gettext_lazy(
        "Their browsers and programs have to sign in again, with the same password. They get a mail."
    ),
    submit=gettext_lazy("Sign out"),
)
