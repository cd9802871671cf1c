"""The admin site: Unfold's, with a search that keeps nothing and pages for passwords."""

import functools
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.i18n import JavaScriptCatalog
from unfold.dataclasses import SearchResult
from unfold.sites import UnfoldAdminSite

from backoffice.admin.ended_session import keeping_what_was_typed
from backoffice.admin.navigation import (
    UNFOLD,
    account_links,
    second_factor_due,
    shop_logo,
    shop_name,
    sidebar,
    tabs,
)
from backoffice.admin.short_cache import note_act
from backoffice.admin.way_back import local_path
from backoffice.db.primary_keys import is_key

MOST_RESULTS = 50
# Of the context of a page what is the same on all: Unfold would read its settings for each anew.
SAME_ON_ALL_PAGES = (
    "form_classes",
    "site_subheader",
    "sidebar_show_search",
)
# What addresses of the admin call the key of a row.
KEYS = ("object_id", "content_type_id", "number", "product_id")


class BackofficeSite(UnfoldAdminSite):
    index_template = "backoffice/dashboard.html"
    login_template = "backoffice/sign_in.html"
    index_title = gettext_lazy("Dashboard")
    _same: Mapping[str, Any] = MappingProxyType({})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page shows around its content."""
        has_permission = self.has_permission(request)
        return {
            **self._same_on_all_pages(request),
            "site_title": shop_name(request),
            "site_header": shop_name(request),
            "shop_logo": shop_logo(),
            "site_favicons": self._get_favicons("SITE_FAVICONS", request),
            "styles": [style(request) for style in UNFOLD["STYLES"]],
            "has_permission": has_permission,
            "is_nav_sidebar_enabled": self.enable_nav_sidebar,
            "account_links": account_links(request),
            "second_factor_due": second_factor_due(request) if has_permission else "",
            "tab_list": tabs(request),
            "sidebar_navigation": sidebar(request) if has_permission else [],
        }

    def _same_on_all_pages(self, request: HttpRequest) -> Mapping[str, Any]:
        if not self._same:
            whole = super().each_context(request)
            self._same = {
                **{name: whole[name] for name in SAME_ON_ALL_PAGES},
                "colors": _style(whole["colors"], whole["border_radius"]),
            }
        return self._same

    def get_urls(self) -> list[URLPattern | URLResolver]:
        forgotten = _view("accounts.admin.password_pages.ForgottenPassword")
        chosen = _view("accounts.admin.password_pages.ChosenPassword")
        changed = _view("accounts.admin.password_pages.ChangedPassword")
        again = _view("accounts.admin.second_factor.stepping_up.PasswordAgain")
        email = _view("accounts.admin.email_pages.ChangedEmail")
        settings_page = _view("accounts.admin.shop.page.SettingsPage")
        mail_texts = _view("orders.admin.mail_texts.MailTextsPage")
        account = _view("accounts.admin.account_page.AccountPage")
        elsewhere = _view("accounts.admin.account_page.SignOutElsewhere")
        ours = [
            path("settings/mails/", self.admin_view(mail_texts.as_view()), name="mail_texts"),
            path("settings/mails/<slug:template>/", self.admin_view(mail_texts.as_view()), name="mail_text"),
            path("settings/", self.admin_view(settings_page.as_view()), name="settings"),
            path("password_reset/", forgotten.as_view(), name="admin_password_reset"),
            path("password_reset/<uidb64>/<token>/", chosen.as_view(), name="choose_password"),
            path("password_change/", self.admin_view(changed.as_view()), name="password_change"),
            path("password_again/", self.admin_view(again.as_view()), name="password_again"),
            path("email_change/", self.admin_view(email.as_view()), name="change_email"),
            path("account/", self.admin_view(account.as_view()), name="account"),
            path("account/sign-out/", self.admin_view(elsewhere.as_view()), name="sign_out_elsewhere"),
            *import_string("accounts.admin.second_factor.addresses.pages")(self.admin_view),
        ]
        return [*ours, *super().get_urls()]

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        return keeping_what_was_typed(super().admin_view(_keyed(view), cacheable), self.login)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.headers.get("HX-Request"):
            return _sign_in_and_come_back(request)
        sign_in: Any = _view("accounts.admin.second_factor.entrance.SignInPage")
        page: HttpResponse = sign_in.as_view(told=extra_context or {})(request)
        return page

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        user = request.user
        response: HttpResponse = super().logout(request, extra_context)
        if user.is_authenticated and not request.user.is_authenticated:
            import_string("accounts.sign_in.sessions.note_sign_out")(user)
        return response

    def i18n_javascript(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Serve the scripts' translations of every app: Django would serve those of its own alone."""
        return JavaScriptCatalog.as_view()(request)

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Search afresh each time: Unfold keeps results for five minutes, even when a permission is lost."""
        began = time.monotonic()
        term = request.GET.get("s", "").strip()
        if not term:
            return HttpResponse()
        find = import_string(settings.UNFOLD["COMMAND"]["search_callback"])
        found = find(request, term, _pages(request, term))
        pages = Paginator(found[:MOST_RESULTS], MOST_RESULTS)
        context = {
            "search_term": term,
            "page_obj": pages,
            "results": pages.page(1),
            "page_counter": 0,
            "execution_time": time.monotonic() - began,
            "command_show_history": False,
        }
        headers = {"HX-Trigger": "search"}
        return TemplateResponse(request, "unfold/helpers/command_results.html", context, headers=headers)


def _style(colors: Mapping[str, Mapping[str, str]], border_radius: str) -> SafeString:
    values = {
        f"color-{name}-{weight}": value for name, each in colors.items() for weight, value in each.items()
    }
    declared = [("--border-radius", border_radius), *((f"--{name}", value) for name, value in values.items())]
    rules = format_html_join("", "{}:{};", declared)
    return format_html('<style id="unfold-theme-colors">:root{{{}}}</style>', rules)


def _keyed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Answer 404 for what cannot be a row's key: pages and dialogs hand it on to the database as it is.

    Whoever did something is noted.
    """

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not all(is_key(str(kwargs[name])) for name in KEYS if name in kwargs):
            raise Http404(_("No row has this key."))
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code < HTTPStatus.BAD_REQUEST:
            note_act(response)
        return response

    return run


def _pages(request: HttpRequest, term: str) -> list[SearchResult]:
    """Pages of the sidebar with this term in their own title or in their group's."""
    return [
        SearchResult(title=item["title"], description=_("Page"), link=item["link"], icon=item["icon"])
        for group in sidebar(request)
        for item in group["items"]
        if term.lower() in f"{group['title']} {item['title']}".lower()
    ]


def _sign_in_and_come_back(request: HttpRequest) -> HttpResponse:
    """Have the browser leave the page for the sign-in form, which would else stand within a dialog or row."""
    query = urlencode({"next": page_asked_from(request)})
    return HttpResponse(headers={"HX-Redirect": f"{reverse('admin:login')}?{query}"})


def page_asked_from(request: HttpRequest) -> str:
    """Path and query of the page in which htmx made this request; the home page when it names none."""
    return local_path(request.headers.get("HX-Current-URL", "")) or reverse("admin:index")


def _view(name: str) -> type[View]:
    view: type[View] = import_string(name)
    return view
