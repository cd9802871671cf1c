"""Buttons of a page that open a dialog, and dialogs that run one use case.

An admin declares each button as a `DialogButton`; what its dialog asks and runs is a `UseCaseDialog`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from backoffice.admin.idempotency import IdempotencyKeyField, done_once
from backoffice.admin.site import page_asked_from
from backoffice.errors import Fault, Refusal


def errors_of(refusal: Refusal, fields: Any) -> Iterator[tuple[str | None, str]]:
    """Yield each complaint with the form field it is about, or None for the form as a whole."""
    if len(refusal.faults) < 2:
        yield (_field_of(refusal.faults[0], fields) if refusal.faults else None), refusal.detail
        return
    for fault in refusal.faults:
        yield _field_of(fault, fields), fault.detail


def _field_of(fault: Fault, fields: Any) -> str | None:
    name = fault.pointer.rpartition("/")[2]
    return name if name in fields else None


class UseCaseDialog(BaseDialogForm):
    """A dialog that runs its use case when its input is valid, and stays open when that is refused.

    Unfold keeps a dialog open only while its form is invalid, hence `clean` is the place. `key` is the same
    whenever the same dialog is sent once more, and then it is done once. `carry_out` says in `done` what was
    done: the page shows it.
    """

    key = IdempotencyKeyField()
    done: str = ""

    def intro(self) -> str:
        """Return what stands below the dialog's title, "" for nothing."""
        return ""

    def asked(self) -> list[BoundField]:
        """Return the fields that the dialog shows one below the other."""
        return list(self)

    def footer(self) -> str:
        """Return what stands beside the buttons: what will happen."""
        return ""

    def submit_text(self) -> str:
        """Return what the button says, "" for what its declaration says."""
        return ""

    def carry_out(self, data: dict[str, Any]) -> None:
        raise NotImplementedError

    def next_page(self) -> str:
        """Return the address to go to once it is done, or "" to load the same page again."""
        return ""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if not self.errors:
            try:
                self.run(data)
            except Refusal as refusal:
                self.refuse(refusal)
        return data

    def run(self, data: dict[str, Any]) -> None:
        self.done = self._done_once(data)

    def refuse(self, refusal: Refusal) -> None:
        for field, message in errors_of(refusal, self.fields):
            self.add_error(field, message)

    def close(self, own_page: str) -> HttpResponse:
        messages.success(self.request, self.done)
        if not _is_above_page(self.request):
            return HttpResponseRedirect(self.next_page() or own_page)
        return HttpResponse(headers={"HX-Redirect": self.next_page() or page_asked_from(self.request)})

    def _done_once(self, data: dict[str, Any]) -> str:
        def run() -> dict[str, Any]:
            self.carry_out(data)
            return {"done": str(self.done)}

        return str(done_once(self.request, data["key"], run)["done"])

    def render_before_template(self) -> str:
        """Dialogs show field errors alone; what the form as a whole did wrong goes above the fields."""
        complaints = self.non_field_errors() if self.is_bound else []
        before: str = super().render_before_template()
        return render_to_string("backoffice/complaints.html", {"complaints": complaints}) + before


class DialogButton:
    """The attribute of an admin that names a button in `actions_detail` or `actions_row`.

    In its place it leaves an action of Unfold, and `has_NAME_permission` beside it for the permissions that
    are named with their app; one without an app stands for the admin's own `has_x_permission`. All of them
    are needed. The dialog's title is the button's unless another one is given.
    """

    def __init__(
        self,
        button: str | Promise,
        dialog: type[UseCaseDialog],
        *,
        permissions: Sequence[str],
        icon: str,
        submit: str | Promise,
        title: str | Promise = "",
        description: str | Promise = "",
        way_out: str | Promise = "",
        url_path: str | None = None,
        variant: ActionVariant = ActionVariant.DEFAULT,
    ) -> None:
        self.permissions = permissions
        self.options = {"description": button, "icon": icon, "url_path": url_path, "variant": variant}
        self.dialog = {
            "title": title or button,
            "description": description,
            "form_class": dialog,
            "form_submit_text": submit,
            # What the button says that closes it and leaves all as it is.
            "way_out": way_out or gettext_lazy("Close"),
            "is_dangerous": variant == ActionVariant.DANGER,
        }

    def __set_name__(self, owner: type, name: str) -> None:
        def close(
            admin: ModelAdmin, _request: HttpRequest, form: UseCaseDialog, object_id: str
        ) -> HttpResponse:
            return form.close(_page_of(admin, object_id))

        # Unfold knows an action by the name of its function.
        close.__name__ = name
        needed = [each for each in self.permissions if "." in each]
        own = [each for each in self.permissions if "." not in each]
        if needed:
            # Unfold itself would look such names up in the database whenever the settings are checked.
            setattr(owner, f"has_{name}_permission", _holder_of(needed))
            own.append(name)
        answer = action(permissions=own, dialog=self.dialog, **self.options)(close)
        setattr(owner, name, _whole_without_scripts(answer, self.dialog["title"]))


def _whole_without_scripts(
    answer: Callable[..., HttpResponse], title: str | Promise
) -> Callable[..., HttpResponse]:
    """Put the dialog into a page of its own for a browser that opened it as a link."""

    @wraps(answer)
    def answer_whole(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
        answered = answer(admin, request, object_id=object_id)
        is_shown = answered.status_code == HTTPStatus.OK and not isinstance(answered, JsonResponse)
        if _is_above_page(request) or not is_shown:
            return answered
        context = {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "object": admin.get_object(request, object_id),
            "title": title,
            "media": admin.media,
            "dialog": mark_safe(answered.text),  # noqa: S308
        }
        return TemplateResponse(request, "backoffice/dialog_page.html", context)

    return answer_whole


def _is_above_page(request: HttpRequest) -> bool:
    """Whether a page asked for the dialog, to show it above itself."""
    return "HX-Request" in request.headers


def _page_of(admin: ModelAdmin, object_id: str) -> str:
    return reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_change", args=[object_id])


def _holder_of(permissions: Sequence[str]) -> Callable[..., bool]:
    def has_permission(_admin: ModelAdmin, request: HttpRequest, *_object_ids: int | str | None) -> bool:
        return request.user.has_perms(permissions)

    return has_permission


class ButtonsFollowState(ModelAdmin):
    """An admin that hides the buttons which have no effect on the row as it is.

    Hiding a button forbids nothing: the use case decides whether it may be done.
    """

    def hidden_buttons(self, row: Any) -> Collection[str]:
        """Return the names among `actions_detail` that have no effect on this row as it is."""
        raise NotImplementedError

    def button_texts(self, row: Any) -> Mapping[str, str]:
        """Return what buttons say of this row as it is, by name; the others say what they always do."""
        return {}

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[UnfoldAction]:
        permitted: list[UnfoldAction] = super().get_actions_detail(request, object_id)
        row = self.get_object(request, str(object_id))
        if row is None:
            return []
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        hidden = {prefix + name for name in self.hidden_buttons(row)}
        texts = {prefix + name: text for name, text in self.button_texts(row).items()}
        return [
            replace(each, description=texts.get(each.action_name, each.description))
            for each in permitted
            if each.action_name not in hidden
        ]
