"""Users and roles: who may come in, and what their role lets them do."""

from collections.abc import Collection
from typing import Any

import django.contrib.auth.admin  # noqa: F401  It registers groups.
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminRadioSelectWidget

from accounts.admin.actor import actor_of
from accounts.admin.second_factor import factors_of_colleague
from accounts.admin.user_dialogs import CHANGE_EMAIL, PASSWORD_LINK, SIGN_OUT
from accounts.history import latest_events
from accounts.invitations import invite
from accounts.models import User
from accounts.people import SUPERUSER, edit_user, role_of
from accounts.roles import RIGHTS, ROLES, role_in_words
from accounts.second_factor.requirement import has_factor
from accounts.sign_in.clients import clients_of
from accounts.sign_in.sessions import asked_again
from backoffice.admin.base import AnyForm, DomainAdmin
from backoffice.admin.cells import Dot, beside, moment, status
from backoffice.admin.dialogs import ButtonsFollowState
from backoffice.admin.email_input import EmailAddressInput
from backoffice.admin.lists import view_tabs
from backoffice.db.search_text import people_matching

LIST = "admin:accounts_user_changelist"
INACTIVE, CUSTOMERS = "inactive", "customers"

# Django's page of groups would change what a role may do, which accounts/roles.py says.
admin.site.unregister(Group)


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    if request.path != reverse(LIST) or not request.user.has_perm("accounts.view_user"):
        return []
    titles = [("", _("Staff")), (INACTIVE, _("Deactivated")), (CUSTOMERS, _("Customer accounts"))]
    return [{"models": ["accounts.user"], "items": view_tabs(request, LIST, titles)}]


def role_choices(request: HttpRequest, user: User | None) -> list[tuple[str, SafeString]]:
    """Return each role and what it cannot do; superuser only for superusers, "" only for customers."""
    words = [(role.name, role.may, role.may_not) for role in ROLES]
    if user is not None and not role_of(user):
        words.insert(0, ("", _("Signs in as a customer, through the API."), _("Cannot see the back office.")))
    if request.user.is_superuser:
        words.append((SUPERUSER, _("Everything, other superusers included."), _("Nothing is kept back.")))
    return [
        (
            name,
            format_html(
                '<strong class="bo-name">{}</strong><span class="bo-role">{} <em>{}</em></span>',
                role_in_words(name) or _("No role"),
                may,
                may_not,
            ),
        )
        for name, may, may_not in words
    ]


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=UnfoldAdminRadioSelectWidget)

    class Meta:
        model = User
        fields = ("email", "name", "is_active")


@admin.register(User)
class UserAdmin(ButtonsFollowState, DomainAdmin):
    form = UserForm
    formfield_overrides = {models.EmailField: {"widget": EmailAddressInput}}
    list_display = ("person", "role_shown", "state", "signed_in")
    on_card = {"person": "title", "role_shown": "value", "state": "state", "signed_in": "end"}
    search_fields = ("email", "name")
    search_help_text = gettext_lazy("E-mail or name")
    ordering = ("email",)
    actions_list = ("roles",)
    actions_detail = ("password_link", "change_email", "sign_out", "remove_factors")
    aside_template = "accounts/user_aside.html"
    empty_title = gettext_lazy("Nobody yet")
    empty_button = gettext_lazy("Invite a colleague")
    empty_text = gettext_lazy("Invite a colleague: they get an e-mail with which they choose their password.")
    empty_views = {
        INACTIVE: (
            gettext_lazy("Nobody is deactivated"),
            gettext_lazy("Deactivated colleagues cannot sign in; what they did stays."),
        ),
        CUSTOMERS: (
            gettext_lazy("No customer has an account"),
            gettext_lazy("Accounts that customers make through the API are listed here."),
        ),
    }

    class Media:
        css = {"all": ("accounts/users.css", "accounts/account.css")}

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        users: QuerySet[User] = super().get_queryset(request)
        return users.prefetch_related("groups")

    def in_view(self, rows: QuerySet[User], view: str) -> QuerySet[User]:
        match view:
            case "inactive":
                return rows.filter(is_staff=True, is_active=False)
            case "customers":
                return rows.filter(is_staff=False)
        return rows.filter(is_staff=True, is_active=True)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        return people_matching(queryset, search_term), False

    @display(description=gettext_lazy("Person"), ordering="email")
    def person(self, user: User) -> SafeString:
        return beside(user.get_short_name(), user.readable_email)

    @display(description=gettext_lazy("Role"))
    def role_shown(self, user: User) -> str:
        return role_in_words(role_of(user)) or (_("No role") if user.is_staff else _("Customer"))

    @display(description=gettext_lazy("State"), ordering="is_active")
    def state(self, user: User) -> SafeString:
        if not user.is_active:
            return status(Dot.GREY, _("Deactivated"))
        if not user.may_sign_in:
            return status(Dot.RING, _("Not confirmed"))
        if user.last_login is None and not user.has_usable_password():
            return status(Dot.RING, _("Invited"))
        return status(Dot.GREEN, _("Active"))

    @display(description=gettext_lazy("Signed in"), ordering="last_login")
    def signed_in(self, user: User) -> SafeString | str:
        return moment(user.last_login)

    # The form

    @display(description=gettext_lazy("E-mail address"))
    def address(self, user: User) -> str:
        return user.readable_email

    @display(description=gettext_lazy("Language"))
    def speaks(self, user: User) -> str:
        """They choose it themselves."""
        return user.get_language_display() or _("As the shop")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            about = _("They get an e-mail with a link to choose their password.")
            return [(None, {"fields": (("email", "name"), "role"), "description": about})]
        person = (("address", "signed_in"), ("name", "speaks"), "is_active")
        return [(_("Person"), {"fields": person}), (_("Role"), {"fields": ("role",)})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return ("address", "signed_in", "speaks") if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[AnyForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        if role := form.base_fields.get("role"):
            setattr(role, "choices", role_choices(request, obj))  # noqa: B010
            role.initial = role_of(obj) if obj else "Warehouse"
            role.required = bool(role.initial)
        return form

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: User | None = None,
    ) -> HttpResponse:
        # An invitation ends with its mail: whoever invites goes back to the list.
        context |= {"show_save_and_add_another": False, "show_save_and_continue": obj is not None}
        if obj is not None:
            told = factors_of_colleague.told_about(obj)
            context |= {"events": latest_events(obj), "clients": clients_of(obj), **told}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_form(self, request: HttpRequest, form: AnyForm, change: bool) -> User:
        user: User = form.instance
        form.save_m2m = lambda: None  # type: ignore[method-assign]
        return user

    def save_model(self, request: HttpRequest, obj: User, form: AnyForm, change: bool) -> None:
        data, by = form.cleaned_data, actor_of(request)
        if not change:
            obj.pk = invite(data["email"], role=data["role"], name=data["name"], by=by).pk
        else:
            chosen = {name: data[name] for name in ("name", "role", "is_active") if name in form.changed_data}
            edit_user(User.objects.get(pk=obj.pk), by=by, **chosen)
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: Any = None) -> HttpResponse:
        invited = _("%(email)s is invited: the e-mail with the link is on its way.") % {
            "email": obj.readable_email
        }
        messages.success(request, invited)
        return self.response_post_save_add(request, obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask for the password again before somebody changes what others may do."""
        may_change = self.has_add_permission(request) or self.has_change_permission(request)
        if may_change and (asks := asked_again(request)):
            return asks
        return super().changeform_view(request, object_id, form_url, extra_context)

    # Actions

    def hidden_buttons(self, row: User) -> Collection[str]:
        needed = {"remove_factors": has_factor(row), "sign_out": bool(clients_of(row))}
        return [name for name, is_needed in needed.items() if not is_needed]

    @action(description=gettext_lazy("Roles in words"), icon="badge", permissions=["view"], url_path="roles")
    def roles(self, request: HttpRequest) -> HttpResponse:
        """Show what each role may do, from `accounts/roles.py`; it changes nothing, hence a link."""
        people = Count("user", filter=Q(user__is_staff=True, user__is_active=True))
        numbers = dict(Group.objects.annotate(people=people).values_list("name", "people"))
        context = {
            "title": _("Roles"),
            "roles": [(role, numbers.get(role.name, 0)) for role in ROLES],
            "rights": [(right, [right in role.rights for role in ROLES]) for right in RIGHTS],
        }
        return self.page(request, "accounts/roles.html", context)

    password_link = PASSWORD_LINK
    change_email = CHANGE_EMAIL
    sign_out = SIGN_OUT
    remove_factors = factors_of_colleague.BUTTON
