"""Promo codes: the list, and the page on which one is made, changed, paused and measured."""

from collections.abc import Collection
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.admin.actor import actor_of
from backoffice import dates
from backoffice.admin.base import AnyForm, DomainAdmin
from backoffice.admin.cells import NOTHING
from backoffice.admin.dialogs import ButtonsFollowState, DialogButton
from backoffice.admin.filters import OneOf
from backoffice.db.search_text import holding_all
from backoffice.db.search_words import cleaned
from orders import promotions
from orders.admin import words
from orders.admin.promos.actions import PromoListActions, to_backtest
from orders.admin.promos.columns import state_of
from orders.admin.promos.dialogs import DeletePromoCode, DuplicatePromoCode, PausePromoCode, ResumePromoCode
from orders.admin.promos.filters import BATCH, BatchFilter, UsedFilter, batch_chosen
from orders.admin.promos.forms import PromoCodeForm
from orders.admin.promos.page import promo_code_page
from orders.admin.promos.terms_form import DISCOUNT_FIELDS, WINDOW_FIELDSET
from orders.admin.promos.terms_links import prefilled
from orders.admin.saved_views import PROMO_VIEWS
from orders.models import PromoCode, Promotion
from orders.models.promo import PromoCodeQuerySet, normalised_code

VIEWS = {view.key: view for view in PROMO_VIEWS}


@admin.register(PromoCode)
class PromoCodeAdmin(PromoListActions, ButtonsFollowState, DomainAdmin):
    form = PromoCodeForm
    list_display = ("code", "state_shown", "discount", "window", "uses", "promotion_name")
    list_display_links = ("code",)
    on_card = {
        "code": "title",
        "uses": "value",
        "state_shown": "state",
        "discount": "note",
        "window": "note",
    }
    list_filter = (BatchFilter, ("promotion__kind", OneOf), UsedFilter)
    list_before_template = "orders/admin/codes_of_promotion.html"
    search_fields = ("code",)
    search_help_text = _("Code or name; a code of a batch in full")
    ordering = ("-id",)
    fieldsets = (
        (_("Discount"), {"fields": (("code", "name"), *DISCOUNT_FIELDS)}),
        WINDOW_FIELDSET,
        (_("Limits"), {"fields": (("max_uses", "max_uses_per_customer"), "first_order_only")}),
    )
    headline_template = "orders/admin/promo_headline.html"
    aside_template = "orders/admin/promo_aside.html"
    change_form_outer_before_template = "orders/admin/promo_page.html"
    change_form_before_template = "orders/admin/promo_chart.html"
    change_form_outer_after_template = "orders/admin/promo_uses.html"
    actions_detail = ("pause", "resume", "duplicate", "backtest", "delete_unused")
    actions_detail_hide_default = True
    empty_title = _("No promo codes yet")
    empty_text = _(
        "A code takes a percentage or an amount off an order, within a window and limits that you set."
    )
    empty_views = {view.key: (view.empty_title, view.empty_text) for view in PROMO_VIEWS}

    class Media:
        css = {
            "all": (
                "backoffice/charts.css",
                "orders/figures.css",
                "orders/timeline.css",
                "orders/history.css",
                "orders/promos.css",
            )
        }

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromoCode]:
        codes: QuerySet[PromoCode] = super().get_queryset(request)
        return codes.select_related("promotion")

    def in_view(self, rows: QuerySet[PromoCode], view: str) -> QuerySet[PromoCode]:
        assert isinstance(rows, PromoCodeQuerySet)
        return VIEWS[view].narrowed(rows, timezone.now()) if view in VIEWS else rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PromoCode], search_term: str
    ) -> tuple[QuerySet[PromoCode], bool]:
        """Search single codes or the chosen batch; a code that is typed in full is found in any promotion."""
        is_listed = Q() if request.GET.get(BATCH) else Q(promotion__is_batch=False)
        term = cleaned(search_term)
        if not term:
            return queryset.filter(is_listed), False
        code = normalised_code(term)
        named = Promotion.objects.filter(holding_all(term)).values("pk")
        matches = Q(code__startswith=code) | Q(promotion__in=named)
        return queryset.filter(Q(code=code) | (is_listed & matches)), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"promotion": batch_chosen(request), **(extra_context or {})})

    @display(description=_("State"))
    def state_shown(self, promo_code: PromoCode) -> SafeString:
        return state_of(promo_code.state)

    @display(description=_("Discount"))
    def discount(self, promo_code: PromoCode) -> str:
        return promo_code.promotion.discount_in_words

    @display(description=words.WINDOW_COLUMN, ordering="promotion__ends_at")
    def window(self, promo_code: PromoCode) -> str:
        promotion = promo_code.promotion
        return dates.window(promotion.starts_at, promotion.ends_at)

    @display(description=_("Used"), ordering="times_used", formatting="price")
    def uses(self, promo_code: PromoCode) -> str:
        return words.uses(promo_code)

    @display(description=_("Name"), empty_value=NOTHING)
    def promotion_name(self, promo_code: PromoCode) -> str | None:
        name = promo_code.promotion.name
        return name if name != promo_code.code else None

    def has_change_permission(self, request: HttpRequest, obj: PromoCode | None = None) -> bool:
        """Refuse changes to a code of a batch: its terms are the promotion's, and are changed there."""
        may_change: bool = super().has_change_permission(request, obj)
        return may_change and (obj is None or not obj.promotion.is_batch)

    def get_fieldsets(self, request: HttpRequest, obj: PromoCode | None = None) -> Any:
        """Show no form to those who may only look: they read the terms in words above it."""
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
            context["page"] = promo_code_page(obj, request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def hidden_buttons(self, row: PromoCode) -> Collection[str]:
        """Hide one of pause and resume, duplicating a code of a batch, and deleting one or a used code."""
        is_batch = row.promotion.is_batch
        is_paused = row.is_paused or (row.promotion.is_paused and not is_batch)
        hidden = {"pause" if is_paused else "resume"}
        if is_batch:
            hidden |= {"duplicate", "delete_unused"}
        if row.redemptions.exists():
            hidden.add("delete_unused")
        return hidden

    pause = DialogButton(
        _("Pause"),
        PausePromoCode,
        permissions=["orders.change_promocode"],
        icon="pause",
        title=_("Pause this code"),
        description=_("From this moment on nobody can use it. Orders that used it keep their discount."),
        submit=_("Pause"),
    )
    resume = DialogButton(
        _("Resume"),
        ResumePromoCode,
        permissions=["orders.change_promocode"],
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        title=_("Resume this code"),
        description=_("It can be used again, within its window and limits."),
        submit=_("Resume"),
    )
    duplicate = DialogButton(
        _("Duplicate"),
        DuplicatePromoCode,
        permissions=["orders.add_promocode"],
        icon="content_copy",
        title=_("Duplicate this code"),
        submit=_("Make the code"),
    )
    delete_unused = DialogButton(
        _("Delete"),
        DeletePromoCode,
        permissions=["orders.delete_promocode"],
        icon="delete",
        variant=ActionVariant.DANGER,
        title=_("Delete this code"),
        description=_("Nobody has used it. It is forgotten, and its name is free again."),
        submit=_("Delete the code"),
        way_out=_("Keep it"),
    )

    @action(description=_("Back-test"), permissions=["backtest"], icon="history_toggle_off")
    def backtest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the page that runs these terms over past orders."""
        promo_code = self.get_object(request, object_id)
        if promo_code is None:
            raise Http404(gettext("There is no such promo code."))
        return to_backtest(promo_code.promotion, promo_code.max_uses)
