"""The page of a back-test: terms that were typed or taken over, run over past orders. Nothing is written."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminIntegerFieldWidget

from backoffice.admin.dialogs import errors_of
from backoffice.db.typed_numbers import WholeNumberInput
from backoffice.errors import Refusal
from backoffice.moments import start_of_day
from orders.admin import words
from orders.admin.promos.backtest_page import result_of
from orders.admin.promos.terms_form import TermsForm, field_of
from orders.admin.promos.terms_links import prefilled
from orders.models import PromoCode, Promotion
from orders.promotions import Backtest, backtest
from orders.promotions.terms import FIRST_YEAR, LAST_YEAR

USUAL_DAYS = 90
RUN = "run"
DAYS = (
    MinValueValidator(
        date(FIRST_YEAR, 1, 1), format_lazy(_("Choose a year from {year} on."), year=FIRST_YEAR)
    ),
    MaxValueValidator(date(LAST_YEAR, 12, 31), format_lazy(_("Choose a year up to {year}."), year=LAST_YEAR)),
)
PERIOD = ("first", "last")
STYLES = ("backoffice/charts.css", "orders/figures.css", "orders/promos.css", "orders/backtest.css")


class BacktestForm(TermsForm):
    name = field_of(Promotion, "name", required=False, widget=forms.HiddenInput())
    first = forms.DateField(label=_("First day"), validators=DAYS, widget=UnfoldAdminDateWidget())
    last = forms.DateField(
        label=_("Last day"),
        help_text=_("Of the orders, both days included."),
        validators=DAYS,
        widget=UnfoldAdminDateWidget(),
    )
    max_uses = field_of(
        PromoCode,
        "max_uses",
        form_class=WholeNumberInput,
        label=_("Uses in total"),
        help_text=_("Empty: no limit."),
        widget=UnfoldAdminIntegerFieldWidget({"min": 1}),
    )
    field_order = (
        "first",
        "last",
        "kind",
        "percent_off",
        "max_discount",
        "amount_off",
        "minimum_spend",
        "max_uses_per_customer",
        "max_uses",
        "first_order_only",
        "is_restricted",
        "categories",
        "products",
        "name",
    )
    found: Backtest | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and data["last"] < data["first"]:
            self.add_error("last", gettext("The last day must not come before the first."))
        if not self.errors:
            try:
                self.found = self._run(data)
            except Refusal as refusal:
                for field, message in errors_of(refusal, self.fields):
                    self.add_error(field, message)
        return data

    def _run(self, data: dict[str, Any]) -> Backtest:
        return backtest(
            self.terms(name=data["name"]),
            start=start_of_day(data["first"]),
            end=start_of_day(data["last"] + timedelta(days=1)),
            max_uses=data["max_uses"],
        )


def backtest_page(request: HttpRequest) -> dict[str, Any]:
    """Return the form and, once sent, its result; the address holds it all, so that it can be shared."""
    asked = request.GET
    form = (
        BacktestForm(asked)
        if RUN in asked
        else BacktestForm(initial=_usual() | prefilled(BacktestForm, asked))
    )
    result = (
        result_of(form.found, form.cleaned_data, form.discount_in_words)
        if form.is_valid() and form.found
        else None
    )
    return {
        "title": gettext("Back-test"),
        "form": form,
        "result": result,
        "times_are": words.TIMES_ARE,
        "styles": STYLES,
        "actions_list": _next_steps(request, asked) if result else [],
    }


def _usual() -> dict[str, Any]:
    today = timezone.localdate()
    return {"first": today - timedelta(days=USUAL_DAYS - 1), "last": today}


def _next_steps(request: HttpRequest, asked: QueryDict) -> list[dict[str, Any]]:
    """Return links to the forms that create a code or a batch with these terms, without the period."""
    terms = [
        (name, value) for name, values in asked.lists() for value in values if name not in (*PERIOD, RUN)
    ]
    # Left out, for generated codes each have a limit of their own.
    of_batch = [(name, value) for name, value in terms if name != "max_uses"]
    steps = []
    if request.user.has_perm("orders.add_promotion"):
        url = f"{reverse('admin:orders_promotion_add')}?{urlencode(of_batch)}"
        steps.append({"title": gettext("Generate codes with these terms"), "path": url})
    if request.user.has_perm("orders.add_promocode"):
        url = f"{reverse('admin:orders_promocode_add')}?{urlencode(terms)}"
        title = gettext("Create this promo code")
        steps.append({"title": title, "path": url, "variant": ActionVariant.PRIMARY})
    return steps
