"""What each e-mail is about, in words, by its template. The outbox shows those of every app."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OCCASIONS: Mapping[str, str | Promise] = {
    "account_deactivated": _("Account is deactivated"),
    "account_exists": _("Account exists already"),
    "activated": _("Account activated"),
    "confirm_email": _("Confirm address"),
    "deactivated": _("Account deactivated"),
    "email_change_new": _("Change of address: to the new one"),
    "email_change_old": _("Change of address: to the old one"),
    "email_change_told": _("Change of address asked for"),
    "email_changed": _("Address changed"),
    "invariants": _("Discrepancies found"),
    "invitation": _("Invitation"),
    "low_stock": _("Products that run low"),
    "new_place": _("Sign-in from a new place"),
    "no_account": _("No account with this address"),
    "order_cancelled": _("Order cancelled"),
    "order_paid_back": _("Paid back"),
    "order_placed": _("Order placed"),
    "order_shipped": _("Order shipped"),
    "password_changed": _("Password changed"),
    "password_reset": _("New password"),
    "payment_reminder": _("Payment reminder"),
    "promotions_ended": _("Promotions ended"),
    "recovery_code_used": _("Recovery code used"),
    "recovery_codes_made": _("Recovery codes made"),
    "return_received": _("Return received"),
    "role_changed": _("Role changed"),
    "second_factor_added": _("Second factor added"),
    "second_factor_guessed": _("Wrong codes after the password"),
    "second_factor_removed": _("Second factor removed"),
    "second_factor_reset": _("Second factors removed"),
    "second_factor_reset_done": _("Second factors of somebody removed"),
    "shipment_corrected": _("Shipment corrected"),
    "shipment_undone": _("Shipment undone"),
    "signed_out": _("Signed out"),
}


def occasion_of(template: str) -> str:
    """Return its words: `Order placed`. A template that is gone stands for itself."""
    return str(OCCASIONS.get(template) or template.replace("_", " ").capitalize())
