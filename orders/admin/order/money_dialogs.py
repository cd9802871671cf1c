"""The dialogs over an order's money, each running one use case."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from backoffice.admin.filter_forms import day_widget
from backoffice.db.fields import one_line
from backoffice.db.money_fields import MoneyInput
from backoffice.money import zero
from orders.admin import words
from orders.admin.order.money_card import balance_in_words
from orders.admin.order.order_dialog import OrderDialog, says
from orders.models import OrderLine, PaymentEntry, PaymentMethod
from orders.payments.allowances import allow
from orders.payments.corrections import entry_of, move, reverse, write_off
from orders.payments.details import PaymentDetails, today
from orders.payments.due_dates import set_due_date
from orders.payments.ledger import Recorded
from orders.payments.recording import pay_back, record_payment
from orders.payments.reminders import remind


def _amount(label: Any, **options: Any) -> MoneyInput:
    widget = UnfoldAdminTextInputWidget({"inputmode": "decimal", "autofocus": True})
    return MoneyInput(label=label, widget=widget, **options)


def _line(label: Any, *, longest: int = 255, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        validators=[one_line],
        help_text=help_text,
        widget=UnfoldAdminTextInputWidget(),
    )


class MoneyDialog(OrderDialog):
    """A dialog that says how the balance is now, and afterwards how it has become."""

    def said(self, amount: Any) -> str:
        return words.money(amount, self.order.currency)

    def balance_now(self) -> str:
        facts = {"due": self.said(abs(self.order.due)), "paid": self.said(self.order.paid)}
        if self.order.due < 0:
            return _("Paid %(paid)s · to pay back %(due)s") % facts
        return _("Paid %(paid)s · due %(due)s") % facts

    def intro(self) -> str:
        return f"{self.number} · {self.balance_now()}"

    def told(self, recorded: Recorded) -> str:
        """Return what is due after it."""
        return balance_in_words(recorded.order)


class MovementForm(MoneyDialog):
    """Money that moved: how much, how and when."""

    def add_fields(self) -> None:
        self.fields["amount"] = _amount(_("Amount"))
        last = (
            PaymentEntry.objects.exclude(method="").order_by("-pk").values_list("method", flat=True).first()
        )
        self.fields["method"] = forms.ChoiceField(
            label=_("Method"),
            choices=PaymentMethod.choices,
            initial=last or PaymentMethod.BANK_TRANSFER,
            widget=UnfoldAdminSelectWidget(),
        )
        self.fields["reference"] = _line(
            _("Reference"), longest=120, help_text=_("The bank’s or provider’s own number, if there is one.")
        )
        self.fields["value_date"] = forms.DateField(
            label=_("Value date"), initial=today(), widget=day_widget(" ".join(INPUT_CLASSES))
        )
        self.fields["note"] = _line(_("Note"))

    def details(self, data: dict[str, Any]) -> PaymentDetails:
        return PaymentDetails(
            method=data["method"],
            reference=data["reference"],
            value_date=data["value_date"],
            note=data["note"],
        )


class RecordPaymentForm(MovementForm):
    def add_fields(self) -> None:
        super().add_fields()
        self.fields["amount"].initial = max(self.order.due, zero()) or None

    def footer(self) -> str:
        return says(_("Money that came in"), _("More than is due is taken, too: it is then to be paid back."))

    def carry_out(self, data: dict[str, Any]) -> None:
        recorded = record_payment(self.number, data["amount"], self.details(data), by=self.actor)
        facts = {"amount": self.said(recorded.entry.paid_delta), "balance": self.told(recorded)}
        self.done = _("Recorded %(amount)s. %(balance)s") % facts


class PayBackForm(MovementForm):
    def add_fields(self) -> None:
        super().add_fields()
        owed = max(-self.order.due, zero())
        self.fields["amount"].initial = owed or None
        self.fields["reason"] = _line(
            _("Reason for an allowance"),
            help_text=_("Only for what is paid back beyond the %(owed)s that is owed.")
            % {"owed": self.said(owed)},
        )

    def footer(self) -> str:
        return says(
            _("Money that goes out"), _("It is written down here; send it from your bank or provider.")
        )

    def carry_out(self, data: dict[str, Any]) -> None:
        recorded = pay_back(
            self.number,
            data["amount"],
            self.details(data),
            by=self.actor,
            allowance_reason=data["reason"] or None,
        )
        facts = {"amount": self.said(-recorded.entry.paid_delta), "balance": self.told(recorded)}
        self.done = _("Paid back %(amount)s. %(balance)s") % facts


class AllowanceForm(MoneyDialog):
    def add_fields(self) -> None:
        self.fields["amount"] = _amount(_("Amount"))
        self.fields["reason"] = _line(_("Reason"), required=True)
        lines = [(line.sku, self._line_told(line)) for line in self.lines if line.remaining]
        self.fields["sku"] = forms.ChoiceField(
            label=_("For"),
            required=False,
            choices=[("", _("All items, then the shipping fee")), *lines],
            widget=UnfoldAdminSelectWidget(),
        )

    def _line_told(self, line: OrderLine) -> str:
        facts = {"sku": line.sku, "name": line.name, "left": self.said(line.remaining)}
        return _("%(sku)s %(name)s · %(left)s left") % facts

    def footer(self) -> str:
        return says(
            _("Value that is given up without units coming back"),
            _("No money moves: pay back what is then owed."),
        )

    def carry_out(self, data: dict[str, Any]) -> None:
        skus = [data["sku"]] if data["sku"] else None
        allowance = allow(self.number, data["amount"], reason=data["reason"], skus=skus, by=self.actor)
        facts = {"allowance": allowance.reference, "amount": self.said(allowance.amount)}
        self.done = _("Granted %(allowance)s of %(amount)s.") % facts


class WriteOffForm(MoneyDialog):
    reason = _line(gettext_lazy("Reason"), required=True)

    def footer(self) -> str:
        amount = {"amount": self.said(abs(self.order.due))}
        what = _("%(amount)s is written off") if self.order.due > 0 else _("%(amount)s is kept")
        return says(what % amount, _("Nobody will collect it or pay it out."))

    def carry_out(self, data: dict[str, Any]) -> None:
        recorded = write_off(self.number, reason=data["reason"], by=self.actor)
        amount = self.said(abs(recorded.entry.waived_delta))
        self.done = _("Wrote off %(amount)s.") % {"amount": amount}


class DueDateForm(MoneyDialog):
    def add_fields(self) -> None:
        self.fields["payment_due_on"] = forms.DateField(
            label=_("To be paid by"),
            required=False,
            initial=self.order.payment_due_on,
            help_text=_("Empty: no due date."),
            widget=day_widget(" ".join(INPUT_CLASSES)),
        )

    def carry_out(self, data: dict[str, Any]) -> None:
        set_due_date(self.number, data["payment_due_on"], by=self.actor)
        self.done = _("Saved.")


class RemindForm(MoneyDialog):
    def footer(self) -> str:
        facts = {"email": self.order.readable_email, "amount": self.said(self.order.due)}
        return says(_("A mail to %(email)s says that %(amount)s is due") % facts)

    def carry_out(self, data: dict[str, Any]) -> None:
        remind(self.number, by=self.actor)
        self.done = _("The customer gets a reminder.")


class EntryDialog(MoneyDialog):
    """A dialog about one entry of the order's ledger."""

    entry = forms.IntegerField(widget=forms.HiddenInput)

    def add_fields(self) -> None:
        meant = self.request.GET.get("entry", "")
        self.fields["entry"].initial = meant if meant.isdecimal() else None

    def meant(self, data: dict[str, Any]) -> int:
        """Return the key of the entry, which is one of this order. Raises UnknownPayment."""
        return entry_of(self.number, data["entry"])


class ReverseForm(EntryDialog):
    reason = _line(gettext_lazy("Reason"), required=True)

    def footer(self) -> str:
        return says(
            _("The opposite entry is written"),
            _("The first one stays to be seen; its reference can then be recorded anew."),
        )

    def carry_out(self, data: dict[str, Any]) -> None:
        recorded = reverse(self.meant(data), reason=data["reason"], by=self.actor)
        self.done = _("Reversed. %(balance)s") % {"balance": self.told(recorded)}


class MoveForm(EntryDialog):
    to = _line(gettext_lazy("Order that it belongs to"), longest=40, required=True)
    reason = _line(gettext_lazy("Reason"))

    def footer(self) -> str:
        return says(_("It is reversed here and recorded there"), _("Both at once, or neither."))

    def carry_out(self, data: dict[str, Any]) -> None:
        _reversal, moved = move(self.meant(data), data["to"], reason=data["reason"], by=self.actor)
        facts = {"order": moved.order, "balance": self.told(moved)}
        self.done = _("Moved to %(order)s. %(balance)s") % facts
