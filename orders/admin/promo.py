"""Promo codes: the list, and the page on which one is made, changed, paused and measured."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin import actor_of
from backoffice.admin import AnyForm, DomainAdmin, UseCaseDialog, close_dialog
from orders import promotions
from orders.admin import words
from orders.admin.promo_form import CodeField, PromoCodeForm
from orders.admin.promo_page import page_of
from orders.admin.saved_views import PROMO_VIEWS
from orders.models import PromoCode, Promotion
from orders.models.promo import PromoCodeQuerySet, normalised_code

VIEWS = {view.key: view for view in PROMO_VIEWS}


class PromoDialog(UseCaseDialog):
    """A dialog about one promo code."""

    def __init__(self, request: HttpRequest, object_id: int | str | None = None, **kwargs: Any) -> None:
        super().__init__(request, object_id, **kwargs)
        self.existing_code = _code(object_id)


class PauseForm(PromoDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.pause_promo_code(self.existing_code, by=actor_of(self.request))


class ResumeForm(PromoDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.resume_promo_code(self.existing_code, by=actor_of(self.request))


class DuplicateForm(PromoDialog):
    code = CodeField(
        label="New code",
        max_length=40,
        help_text="The same terms, unused and not paused.",
        widget=UnfoldAdminTextInputWidget({"autofocus": True}),
    )
    made: PromoCode

    def carry_out(self, data: dict[str, Any]) -> None:
        self.made = promotions.duplicate_promo_code(
            self.existing_code, new_code=data["code"], by=actor_of(self.request)
        )


@admin.register(PromoCode)
class PromoCodeAdmin(DomainAdmin):
    form = PromoCodeForm
    list_display = ("code", "state_label", "discount", "window", "uses", "promotion_name")
    list_display_links = ("code",)
    list_filter = (("promotion__kind", ChoicesDropdownFilter),)
    search_fields = ("code",)
    search_help_text = "Code or name"
    ordering = ("-id",)
    fieldsets = (
        (
            "Discount",
            {
                "fields": (
                    "code",
                    "name",
                    "kind",
                    "percent_off",
                    "max_discount",
                    "amount_off",
                    "minimum_spend",
                    "categories",
                    "products",
                )
            },
        ),
        ("Window", {"fields": ("starts_at", "ends_at")}),
        ("Limits", {"fields": ("max_uses", "max_uses_per_customer", "first_order_only")}),
    )
    conditional_fields = {
        "percent_off": "kind == 'percentage'",
        "max_discount": "kind == 'percentage'",
        "amount_off": "kind == 'fixed'",
    }
    change_form_outer_before_template = "orders/admin/promo_page.html"
    actions_detail = ("pause", "resume", "duplicate")
    actions_detail_hide_default = True
    empty_title = "No promo codes yet"
    empty_text = (
        "A code takes a percentage or an amount off an order, within a window and limits that you set."
    )
    empty_views = {view.key: (view.empty_title, view.empty_text) for view in PROMO_VIEWS}

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromoCode]:
        codes: QuerySet[PromoCode] = super().get_queryset(request)
        return codes.select_related("promotion")

    def in_view(self, rows: QuerySet[PromoCode], view: str) -> QuerySet[PromoCode]:
        assert isinstance(rows, PromoCodeQuerySet)
        return VIEWS[view].narrowed(rows, timezone.now()) if view in VIEWS else rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PromoCode], search_term: str
    ) -> tuple[QuerySet[PromoCode], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        named = Promotion.objects.filter(name__icontains=term).values("pk")
        return queryset.filter(Q(code__startswith=normalised_code(term)) | Q(promotion__in=named)), False

    @display(description="State")
    def state_label(self, promo_code: PromoCode) -> SafeString:
        return words.state_label(promo_code.state)

    @display(description="Discount")
    def discount(self, promo_code: PromoCode) -> str:
        return promo_code.promotion.discount_in_words

    @display(description="Window", ordering="promotion__ends_at")
    def window(self, promo_code: PromoCode) -> str:
        return words.window(promo_code.promotion)

    @display(description="Used", ordering="times_used", formatting="price")
    def uses(self, promo_code: PromoCode) -> str:
        return words.uses(promo_code)

    @display(description="Name", empty_value="–")
    def promotion_name(self, promo_code: PromoCode) -> str | None:
        name = promo_code.promotion.name
        return name if name != promo_code.code else None

    def get_fieldsets(self, request: HttpRequest, obj: PromoCode | None = None) -> Any:
        """Who may only look reads the terms in words: half of the fields are not the code's own."""
        if obj is not None and not self.has_change_permission(request, obj):
            return []
        return super().get_fieldsets(request, obj)

    def save_model(self, request: HttpRequest, obj: PromoCode, form: AnyForm, change: bool) -> None:
        assert isinstance(form, PromoCodeForm)
        by = actor_of(request)
        if change:
            terms = form.terms(is_paused=obj.promotion.is_paused)
            promotions.change_promo_code(obj.code, terms, max_uses=form.cleaned_data["max_uses"], by=by)
            return
        made = promotions.create_promo_code(
            obj.code, form.terms(is_paused=False), max_uses=form.cleaned_data["max_uses"], by=by
        )
        obj.pk, obj.promotion = made.pk, made.promotion

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: PromoCode | None = None,
    ) -> HttpResponse:
        context["show_save_and_add_another"] = False
        if obj is not None and obj.pk:
            context["page"] = page_of(obj, request.user)
            context["shows_terms"] = not self.has_change_permission(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[UnfoldAction]:
        """Either pause or resume."""
        promo_code = self.get_object(request, str(object_id))
        hidden = "pause" if promo_code is not None and promo_code.is_paused else "resume"
        permitted: list[UnfoldAction] = super().get_actions_detail(request, object_id)
        return [each for each in permitted if each.action_name != f"orders_promocode_{hidden}"]

    def has_pause_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return request.user.has_perm("orders.change_promocode")

    def has_duplicate_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return request.user.has_perm("orders.add_promocode")

    @action(
        description="Pause",
        permissions=["pause"],
        icon="pause",
        dialog={
            "title": "Pause this code?",
            "description": "From this moment on nobody can use it. Orders that used it keep their discount.",
            "form_class": PauseForm,
            "form_submit_text": "Pause",
        },
    )
    def pause(self, request: HttpRequest, form: PauseForm, object_id: str) -> HttpResponse:
        return close_dialog(request, f"{form.existing_code} is paused.")

    @action(
        description="Resume",
        permissions=["pause"],
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": "Resume this code?",
            "description": "It can be used again, within its window and limits.",
            "form_class": ResumeForm,
            "form_submit_text": "Resume",
        },
    )
    def resume(self, request: HttpRequest, form: ResumeForm, object_id: str) -> HttpResponse:
        return close_dialog(request, f"{form.existing_code} can be used again.")

    @action(
        description="Duplicate",
        permissions=["duplicate"],
        icon="content_copy",
        dialog={"title": "Duplicate", "form_class": DuplicateForm, "form_submit_text": "Make the code"},
    )
    def duplicate(self, request: HttpRequest, form: DuplicateForm, object_id: str) -> HttpResponse:
        made = form.made
        page = reverse("admin:orders_promocode_change", args=[made.pk])
        return close_dialog(request, f"{made.code} has the same terms.", url=page)


def _code(object_id: int | str | None) -> str:
    try:
        return PromoCode.objects.values_list("code", flat=True).get(pk=object_id or 0)
    except (PromoCode.DoesNotExist, ValueError):
        raise Http404("There is no such promo code.") from None
