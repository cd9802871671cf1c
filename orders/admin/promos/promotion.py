"""Promotions with many generated codes: made, exported, paused, changed, ended and measured as a whole."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.actor import actor_of
from accounts.history import record_export
from accounts.sign_in.sessions import asked_again
from backoffice import dates
from backoffice.admin.base import AnyForm
from backoffice.admin.cells import moment
from backoffice.admin.idempotency import done_once
from backoffice.db.search_text import holding_all
from backoffice.db.search_words import cleaned
from backoffice.numbers import grouped
from orders import promotions
from orders.admin import words
from orders.admin.promos.actions import PromoListActions, may_backtest
from orders.admin.promos.backtest import backtest_page
from orders.admin.promos.code_files import codes_csv, codes_xlsx
from orders.admin.promos.columns import state_of
from orders.admin.promos.filters import PromotionStateFilter
from orders.admin.promos.forms import GenerateForm, PromotionForm
from orders.admin.promos.page import promotion_page
from orders.admin.promos.promotion_buttons import PromotionButtons
from orders.admin.promos.terms_form import DISCOUNT_FIELDS, WINDOW_FIELDSET
from orders.admin.promos.terms_links import prefilled
from orders.models import PromoCode, Promotion, Redemption, RedemptionState
from orders.models.promo import normalised_code

CODES_FIELDSET = (_("Codes"), {"fields": (("count", "prefix"), ("length", "max_uses"))})


@admin.register(Promotion)
class PromotionAdmin(PromoListActions, PromotionButtons):
    list_display = ("promotion_name", "state_shown", "discount", "window", "used", "made")
    list_display_links = ("promotion_name",)
    on_card = {
        "promotion_name": "title",
        "state_shown": "state",
        "made": "end",
        "discount": "note",
        "window": "note",
        "used": "note",
    }
    list_filter = (PromotionStateFilter,)
    search_fields = ("name",)
    search_help_text = _("Name, or a code in full")
    ordering = ("-id",)
    add_form_template = "orders/admin/generate_codes.html"
    headline_template = "orders/admin/promo_headline.html"
    aside_template = "orders/admin/promo_aside.html"
    change_form_outer_before_template = "orders/admin/promo_page.html"
    change_form_before_template = "orders/admin/promo_chart.html"
    change_form_outer_after_template = "orders/admin/promo_uses.html"
    actions_detail_hide_default = True
    show_add_link = False
    empty_title = _("No batches yet")
    empty_button = _("Generate codes")
    empty_text = _(
        "A batch is a promotion with many random codes, such as one for each reader of a newsletter. They "
        "start and end by themselves."
    )

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

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("backtest/", wrap(self.backtest_view), name="orders_backtest"),
            path("<int:number>/codes.csv", wrap(self.csv_view), name="orders_promotion_codes_csv"),
            path("<int:number>/codes.xlsx", wrap(self.xlsx_view), name="orders_promotion_codes_xlsx"),
            path("<int:number>/find/", wrap(self.find_view), name="orders_promotion_find"),
        ]
        return own + list(super().get_urls())

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Promotion]:
        """List promotions with many codes; one with a single code is seen and changed on the code's page."""
        rows: QuerySet[Promotion] = super().get_queryset(request)
        return rows.filter(is_batch=True)

    def in_view(self, rows: QuerySet[Promotion], view: str) -> QuerySet[Promotion]:
        codes = PromoCode.objects.filter(promotion=OuterRef("pk")).order_by()
        uses = Redemption.objects.filter(promotion=OuterRef("pk"), state=RedemptionState.ACTIVE).order_by()
        has_left = Q(max_uses=None) | Q(times_used__lt=F("max_uses"))
        return rows.annotate(
            codes_count=Subquery(codes.values("promotion").annotate(n=Count("pk")).values("n")),
            uses_count=Subquery(uses.values("promotion").annotate(n=Count("pk")).values("n")),
            has_uses_left=Exists(codes.filter(has_left)),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Promotion], search_term: str
    ) -> tuple[QuerySet[Promotion], bool]:
        term = cleaned(search_term)
        if not term:
            return queryset, False
        holds = PromoCode.objects.filter(code=normalised_code(term)).values("promotion")
        return queryset.filter(holding_all(term) | Q(pk__in=holds)), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = gettext("Batches: promotions with many codes")
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @display(description=_("Promotion"), ordering="name")
    def promotion_name(self, promotion: Promotion) -> str:
        return promotion.name

    @display(description=_("State"))
    def state_shown(self, promotion: Any) -> SafeString:
        return state_of(promotions.promotion_state(promotion, has_uses_left=promotion.has_uses_left))

    @display(description=_("Discount"))
    def discount(self, promotion: Promotion) -> str:
        return promotion.discount_in_words

    @display(description=words.WINDOW_COLUMN, ordering="ends_at")
    def window(self, promotion: Promotion) -> str:
        return dates.window(promotion.starts_at, promotion.ends_at)

    @display(description=_("Uses"), formatting="price")
    def used(self, promotion: Any) -> str:
        codes = promotion.codes_count or 0
        told = ngettext("%(uses)s by %(codes)s code", "%(uses)s by %(codes)s codes", codes)
        return told % {"uses": grouped(promotion.uses_count or 0), "codes": grouped(codes)}

    @display(description=_("Generated"), ordering="created_at")
    def made(self, promotion: Promotion) -> SafeString | str:
        return moment(promotion.created_at)

    # One promotion

    def get_form(
        self, request: HttpRequest, obj: Promotion | None = None, change: bool = False, **kwargs: Any
    ) -> type[AnyForm]:
        return super().get_form(request, obj, change, form=PromotionForm if obj else GenerateForm, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Promotion | None = None) -> Any:
        """Show no form to those who may only look: they read the terms in words above it."""
        if obj is not None and not self.has_change_permission(request, obj):
            return []
        discount = (_("Discount"), {"fields": ("name", *DISCOUNT_FIELDS)})
        limits = (_("Limits"), {"fields": ("max_uses_per_customer", "first_order_only")})
        terms = (discount, WINDOW_FIELDSET, limits)
        return terms if obj else (CODES_FIELDSET, *terms)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return prefilled(GenerateForm, request.GET) if request.GET else {}

    def save_model(self, request: HttpRequest, obj: Promotion, form: AnyForm, change: bool) -> None:
        by = actor_of(request)
        if isinstance(form, PromotionForm):
            promotions.change_promotion(obj.pk, form.promotion_terms(), by=by)
            return
        assert isinstance(form, GenerateForm)
        data = form.cleaned_data

        def generate() -> dict[str, Any]:
            made = promotions.generate_batch(
                data["count"], form.promotion_terms(), by=by, shape=form.shape, max_uses=data["max_uses"]
            )
            return {"id": made.pk, "name": made.name}

        made = done_once(request, data["key"], generate)
        obj.pk, obj.name = made["id"], made["name"]

    def save_related(self, request: HttpRequest, form: AnyForm, formsets: list[Form], change: bool) -> None:
        """Do nothing: the use case has written categories and products already."""

    def response_add(
        self, request: HttpRequest, obj: Promotion, post_url_continue: Any = None
    ) -> HttpResponse:
        count = obj.codes.count()
        ready = ngettext(
            "%(count)s code is ready to be handed out.", "%(count)s codes are ready to be handed out.", count
        )
        messages.success(request, ready % {"count": grouped(count)})
        return HttpResponseRedirect(_page_of(obj.pk))

    def response_change(self, request: HttpRequest, obj: Promotion) -> HttpResponse:
        messages.success(request, gettext("The terms of all codes of this promotion are saved."))
        return HttpResponseRedirect(_page_of(obj.pk))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Promotion | None = None,
    ) -> HttpResponse:
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        if add:
            context["title"] = gettext("Generate codes")
            context["lead"] = gettext("Random codes with the same terms, which start and end by themselves.")
        if obj is not None and obj.pk:
            context["page"] = promotion_page(obj, request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Pages and files of our own

    def backtest_view(self, request: HttpRequest) -> HttpResponse:
        if not may_backtest(request):
            raise PermissionDenied
        return self.page(request, "orders/admin/backtest.html", backtest_page(request))

    def csv_view(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return self._handed_out(request, number, codes_csv)

    def xlsx_view(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return self._handed_out(request, number, codes_xlsx)

    def _handed_out(
        self, request: HttpRequest, number: int, as_file: Callable[[Promotion], HttpResponseBase]
    ) -> HttpResponseBase:
        """Return the file with every code, which only those get who may make codes.

        Raises:
            PermissionDenied, Http404.
        """
        promotion = self.promotion_asked_for(request, number)
        if not self.has_add_permission(request):
            raise PermissionDenied
        if asks := asked_again(request):
            return asks
        record_export("promo_codes", promotion=promotion.pk, by=actor_of(request))
        return as_file(promotion)

    def find_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Lead to the code that was typed in full; otherwise to the promotion's codes that begin like it."""
        promotion = self.promotion_asked_for(request, number)
        code = normalised_code(request.GET.get("code", "").replace("\x00", ""))
        found = PromoCode.objects.filter(code=code).first()
        if found is not None:
            return HttpResponseRedirect(reverse("admin:orders_promocode_change", args=[found.pk]))
        asked = urlencode({"promotion": promotion.pk, "q": code})
        return HttpResponseRedirect(f"{reverse('admin:orders_promocode_changelist')}?{asked}")


def _page_of(number: int) -> str:
    return reverse("admin:orders_promotion_change", args=[number])
