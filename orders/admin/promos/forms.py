"""The forms of a promo code and of a promotion with many: their own fields and the terms, as one."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.admin.idempotency import IdempotencyKeyField
from backoffice.db.typed_numbers import WholeNumberInput
from backoffice.numbers import grouped_lazy
from orders.admin.promos.terms_form import NamedTermsForm, field_of, initial_of
from orders.models import PromoCode, Promotion
from orders.models.promo import normalised_code
from orders.promotions import CodeShape, PromotionTerms
from orders.promotions.batches import MOST_CODES, USUAL_LENGTH

USUAL_COUNT = 1_000
LENGTHS: dict[int, str | Promise] = {8: _("easy to type"), 10: "", USUAL_LENGTH: _("the usual"), 16: ""}
LONGEST_PREFIX = 24


class CodeField(forms.CharField):
    """A promo code, which may be typed in any case and is stored in upper case."""

    def to_python(self, value: Any) -> str:
        return normalised_code(super().to_python(value) or "")


class PromoCodeForm(NamedTermsForm, forms.ModelForm):  # type: ignore[type-arg]
    code = field_of(
        PromoCode,
        "code",
        label=_("Code"),
        form_class=CodeField,
        help_text=_("Letters A–Z, digits, hyphens and underscores. Customers may type it in any case."),
        widget=UnfoldAdminTextInputWidget({"autocapitalize": "characters", "spellcheck": "false"}),
    )
    max_uses = field_of(
        PromoCode,
        "max_uses",
        form_class=WholeNumberInput,
        label=_("Uses in total"),
        help_text=_("Empty: no limit."),
        widget=UnfoldAdminIntegerFieldWidget({"min": 1}),
    )

    class Meta:
        model = PromoCode
        fields = ("code", "max_uses")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance: PromoCode | None = kwargs.get("instance")
        if instance is not None and instance.pk:
            kwargs["initial"] = {**initial_of(instance.promotion), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = gettext("For colleagues. Empty: the code itself.")
        if instance is not None and instance.pk:
            self._freeze(instance)

    def _freeze(self, promo_code: PromoCode) -> None:
        self.fields["code"].help_text = gettext("A code keeps its name. Duplicate it to have another.")
        self.fields["code"].disabled = True
        self.of_promotion(promo_code.promotion)

    def promotion_terms(self, *, is_paused: bool) -> PromotionTerms:
        return self.named_terms(name=self.cleaned_data["code"], is_paused=is_paused)


def _length_choice(characters: int, remark: str | Promise) -> str | Promise:
    """Return `12 characters: 59 bits, the usual`."""
    bits = f"{CodeShape(length=characters).bits:.0f}"
    if remark:
        told = _("{characters} characters: {bits} bits, {remark}")
        return format_lazy(told, characters=characters, bits=bits, remark=remark)
    return format_lazy(_("{characters} characters: {bits} bits"), characters=characters, bits=bits)


class GenerateForm(NamedTermsForm, forms.ModelForm):  # type: ignore[type-arg]
    """The form for a batch: a new promotion with many codes."""

    count = WholeNumberInput(
        label=_("How many codes"),
        min_value=1,
        max_value=MOST_CODES,
        initial=USUAL_COUNT,
        help_text=format_lazy(_("Up to {count} at once."), count=grouped_lazy(MOST_CODES)),
        widget=UnfoldAdminIntegerFieldWidget({"data-focus": True}),
    )
    prefix = CodeField(  # type: ignore[assignment]  # not the form's own prefix
        label=_("Prefix"),
        required=False,
        max_length=LONGEST_PREFIX,
        help_text=_("What all of them begin with, such as BF26-."),
        widget=UnfoldAdminTextInputWidget({"autocapitalize": "characters", "spellcheck": "false"}),
    )
    length = forms.TypedChoiceField(
        label=_("Random characters"),
        coerce=int,
        initial=USUAL_LENGTH,
        choices=[(length, _length_choice(length, remark)) for length, remark in LENGTHS.items()],
        help_text=_("After the prefix; more bits are harder to guess. Without the look-alikes 0 O, 1 I L."),
        widget=UnfoldAdminSelectWidget(),
    )
    max_uses = field_of(
        PromoCode,
        "max_uses",
        form_class=WholeNumberInput,
        label=_("Uses per code"),
        initial=1,
        help_text=_("Empty: no limit."),
        widget=UnfoldAdminIntegerFieldWidget({"min": 1}),
    )
    key = IdempotencyKeyField()

    class Meta:
        model = Promotion
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = gettext("For colleagues. Empty: the prefix, or the discount.")

    @property
    def shape(self) -> CodeShape:
        return CodeShape(self.cleaned_data["prefix"], self.cleaned_data["length"])

    def promotion_terms(self) -> PromotionTerms:
        """Return the terms; without a name they are named after the prefix or else the discount."""
        prefix = self.cleaned_data["prefix"].strip("-_")
        return self.named_terms(name=prefix or self.discount_in_words, is_paused=False)


class PromotionForm(NamedTermsForm, forms.ModelForm):  # type: ignore[type-arg]
    """The form for the terms that all codes of a promotion share."""

    class Meta:
        model = Promotion
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance: Promotion = kwargs["instance"]
        kwargs["initial"] = {**initial_of(instance), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["max_uses_per_customer"].help_text = gettext("Counted over all codes of the promotion.")
        self.of_promotion(instance)

    def promotion_terms(self) -> PromotionTerms:
        return self.named_terms(name=self.instance.name, is_paused=self.instance.is_paused)
