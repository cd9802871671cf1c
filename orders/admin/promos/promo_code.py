"""Promo codes: the list, and the page on which one is made, changed, paused and measured."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.admin.actor import actor_of
from backoffice.admin.base import AnyForm, DomainAdmin
from backoffice.admin.dialogs import ButtonsFollowState, DialogButton
from orders import promotions
from orders.admin import words
from orders.admin.promos.actions import PromoListActions, to_backtest
from orders.admin.promos.dialogs import DeleteCodeForm, DuplicateForm, PauseCodeForm, ResumeCodeForm
from orders.admin.promos.filters import BATCH, BatchFilter, UsedFilter, batch_chosen
from orders.admin.promos.form import PromoCodeForm
from orders.admin.promos.page import page_of
from orders.admin.promos.terms_form import CONDITIONAL_FIELDS, DISCOUNT_FIELDS, WINDOW_FIELDSET, prefilled
from orders.admin.saved_views import PROMO_VIEWS
from orders.models import PromoCode, Promotion
from orders.models.promo import PromoCodeQuerySet, normalised_code

VIEWS = {view.key: view for view in PROMO_VIEWS}


@admin.register(PromoCode)
class PromoCodeAdmin(PromoListActions, ButtonsFollowState, DomainAdmin):
    form = PromoCodeForm
    list_display = ("code", "state_label", "discount", "window", "uses", "promotion_name")
    list_display_links = ("code",)
    list_filter = (BatchFilter, ("promotion__kind", ChoicesDropdownFilter), UsedFilter)
    list_before_template = "orders/admin/codes_of_batch.html"
    search_fields = ("code",)
    search_help_text = "Code or name; a batch's code in full"
    ordering = ("-id",)
    fieldsets = (
        ("Discount", {"fields": ("code", "name", *DISCOUNT_FIELDS)}),
        WINDOW_FIELDSET,
        ("Limits", {"fields": ("max_uses", "max_uses_per_customer", "first_order_only")}),
    )
    conditional_fields = CONDITIONAL_FIELDS
    change_form_outer_before_template = "orders/admin/promo_page.html"
    change_form_outer_after_template = "orders/admin/promo_uses.html"
    actions_detail = ("pause", "resume", "duplicate", "backtest", "delete_unused")
    actions_detail_hide_default = True
    empty_title = "No promo codes yet"
    empty_text = (
        "A code takes a percentage or an amount off an order, within a window and limits that you set."
    )
    empty_views = {view.key: (view.empty_title, view.empty_text) for view in PROMO_VIEWS}

    class Media:
        css = {"all": ("orders/figures.css", "orders/timeline.css", "orders/promos.css")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromoCode]:
        codes: QuerySet[PromoCode] = super().get_queryset(request)
        return codes.select_related("promotion")

    def in_view(self, rows: QuerySet[PromoCode], view: str) -> QuerySet[PromoCode]:
        assert isinstance(rows, PromoCodeQuerySet)
        return VIEWS[view].narrowed(rows, timezone.now()) if view in VIEWS else rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PromoCode], search_term: str
    ) -> tuple[QuerySet[PromoCode], bool]:
        """Single codes, or those of the chosen batch; a code typed in full is found wherever it is."""
        is_listed = Q() if request.GET.get(BATCH) else Q(promotion__is_batch=False)
        term = search_term.replace("\x00", "").strip()
        if not term:
            return queryset.filter(is_listed), False
        code = normalised_code(term)
        named = Promotion.objects.filter(name__icontains=term).values("pk")
        matches = Q(code__startswith=code) | Q(promotion__in=named)
        return queryset.filter(Q(code=code) | (is_listed & matches)), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"batch": batch_chosen(request), **(extra_context or {})})

    @display(description="State")
    def state_label(self, promo_code: PromoCode) -> SafeString:
        return words.state_label(promo_code.state)

    @display(description="Discount")
    def discount(self, promo_code: PromoCode) -> str:
        return promo_code.promotion.discount_in_words

    @display(description=f"Window ({settings.TIME_ZONE})", ordering="promotion__ends_at")
    def window(self, promo_code: PromoCode) -> str:
        return words.window(promo_code.promotion)

    @display(description="Used", ordering="times_used", formatting="price")
    def uses(self, promo_code: PromoCode) -> str:
        return words.uses(promo_code)

    @display(description="Name", empty_value="–")
    def promotion_name(self, promo_code: PromoCode) -> str | None:
        name = promo_code.promotion.name
        return name if name != promo_code.code else None

    def has_change_permission(self, request: HttpRequest, obj: PromoCode | None = None) -> bool:
        """A batch's code shares its terms with the others: the batch is what can be changed."""
        may_change: bool = super().has_change_permission(request, obj)
        return may_change and (obj is None or not obj.promotion.is_batch)

    def get_fieldsets(self, request: HttpRequest, obj: PromoCode | None = None) -> Any:
        """Who may only look reads the terms in words: half of the fields are not the code's own."""
        if obj is not None and not self.has_change_permission(request, obj):
            return []
        return super().get_fieldsets(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return prefilled(PromoCodeForm, request.GET) if request.GET else {}

    def save_model(self, request: HttpRequest, obj: PromoCode, form: AnyForm, change: bool) -> None:
        assert isinstance(form, PromoCodeForm)
        by, max_uses = actor_of(request), form.cleaned_data["max_uses"]
        if change:
            terms = form.promotion_terms(is_paused=obj.promotion.is_paused)
            promotions.change_promo_code(obj.code, terms, max_uses=max_uses, by=by)
            return
        terms = form.promotion_terms(is_paused=False)
        made = promotions.create_promo_code(obj.code, terms, max_uses=max_uses, by=by)
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
            context["page"] = page_of(obj, request)
            context["shows_terms"] = not self.has_change_permission(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def hidden_buttons(self, row: PromoCode) -> Collection[str]:
        """Either pause or resume; a batch's code shares its terms, and a used one is kept."""
        is_batch = row.promotion.is_batch
        is_paused = row.is_paused or (row.promotion.is_paused and not is_batch)
        hidden = {"pause" if is_paused else "resume"}
        if is_batch:
            hidden |= {"duplicate", "delete_unused"}
        if row.redemptions.exists():
            hidden.add("delete_unused")
        return hidden

    pause = DialogButton(
        "Pause",
        PauseCodeForm,
        permissions=["orders.change_promocode"],
        icon="pause",
        title="Pause this code?",
        description="From this moment on nobody can use it. Orders that used it keep their discount.",
        submit="Pause",
    )
    resume = DialogButton(
        "Resume",
        ResumeCodeForm,
        permissions=["orders.change_promocode"],
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        title="Resume this code?",
        description="It can be used again, within its window and limits.",
        submit="Resume",
    )
    duplicate = DialogButton(
        "Duplicate",
        DuplicateForm,
        permissions=["orders.add_promocode"],
        icon="content_copy",
        submit="Make the code",
    )
    delete_unused = DialogButton(
        "Delete",
        DeleteCodeForm,
        permissions=["orders.delete_promocode"],
        icon="delete",
        title="Delete this code?",
        description="Nobody has used it. It is forgotten, and its name is free again.",
        submit="Delete",
    )

    @action(description="Back-test", permissions=["backtest"], icon="history_toggle_off")
    def backtest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link: its page runs these terms over past orders."""
        promo_code = self.get_object(request, object_id)
        if promo_code is None:
            raise Http404("There is no such promo code.")
        return to_backtest(promo_code.promotion, promo_code.max_uses)
