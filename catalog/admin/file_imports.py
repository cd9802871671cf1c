"""Choosing a file, looking at its plan and having just that done: what all imports of files share.

The library gives the addresses, permissions and the export. Its way to import is not taken: it reads a file
without limits, holds up every writer while it looks, and reads the file anew when it is confirmed. Here a
file becomes a plan with a page of its own.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import URLPattern
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.admin.base import DomainAdmin, csv_file, show_refusal
from backoffice.admin.dialogs import errors_of
from backoffice.errors import Refusal
from catalog.admin.exporting import ListExport
from catalog.admin.import_page import ImportPage


class FileForm(forms.Form):
    import_file = forms.FileField(label=_("File"), allow_empty_file=True)


class FilePlans(DomainAdmin):
    """A file is chosen, its plan looked at on a page of its own, and carried out from there."""

    file_form: type[FileForm] = FileForm
    choosing_title: str | Promise = ""
    choosing_template = ""

    def plan(self, request: HttpRequest, form: Any) -> int:
        """Plan the form's file and give the plan's number. Raises Refusal."""
        raise NotImplementedError

    def import_page(self, request: HttpRequest, number: int) -> ImportPage:
        """Return what the page of this import shows. Raises Refusal when there is no such import."""
        raise NotImplementedError

    def page_address(self, number: int) -> str:
        raise NotImplementedError

    def address_without_import(self, request: HttpRequest) -> str:
        """Return where to send somebody who asks for an import that does not exist."""
        raise NotImplementedError

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Choose a file; a POST plans it, writes nothing but the plan, and leads to the plan's page.

        A script is answered in JSON.
        """
        self.refuse_unless_importing(request)
        form = self.file_form(request.POST or None, request.FILES or None)
        number = self._plan_number(request, form) if form.is_valid() else None
        is_script = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
        if number is not None:
            url = self.page_address(number)
            return JsonResponse({"url": url}) if is_script else HttpResponseRedirect(url)
        refusals = [str(message) for each in form.errors.values() for message in each]
        if is_script:
            return JsonResponse({"refused": " ".join(refusals)})
        context = {
            "title": self.choosing_title,
            "refusals": refusals,
            "mode": request.POST.get("mode", ""),
            "has_import_permission": True,
        }
        return self.page(request, self.choosing_template, context)

    def _plan_number(self, request: HttpRequest, form: FileForm) -> int | None:
        """Return the plan's number, or None with the reason added to the form's errors."""
        try:
            return self.plan(request, form)
        except Refusal as refusal:
            for field, message in errors_of(refusal, form.fields):
                form.add_error(field, message)
        return None

    def show_import(self, request: HttpRequest, number: int, refusal: Refusal | None = None) -> HttpResponse:
        try:
            page = self.import_page(request, number)
        except Refusal as gone:
            return show_refusal(request, gone, url=self.address_without_import(request))
        return self.page(request, page.template, page.context(refusal))

    def carry_out(
        self, request: HttpRequest, number: int, use_case: Callable[[HttpRequest, int], str]
    ) -> HttpResponse:
        """On POST run the use case and show the sentence it returns; the import's page shows a refusal."""
        self.refuse_unless_importing(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            messages.success(request, use_case(request, number))
        except Refusal as refusal:
            return self.show_import(request, number, refusal)
        return HttpResponseRedirect(self.page_address(number))

    def hand_back(self, request: HttpRequest, rejected: Callable[[], str], *, file_name: str) -> HttpResponse:
        """Download the rows with problems as a file. Raises Http404 when there is no such import, or none."""
        try:
            content = rejected()
        except Refusal as gone:
            raise Http404(gone.detail) from gone
        if not content:
            raise Http404(_("The import has no rows with problems."))
        return csv_file(content, file_name)

    def refuse_unless_importing(self, request: HttpRequest) -> None:
        if not self.has_import_permission(request):
            raise PermissionDenied

    def has_import_permission(self, request: HttpRequest) -> bool:
        raise NotImplementedError


class FileImports(FilePlans, ListExport):
    """Imports with a plan. List it before one of the library's import mixins, which it overrides."""

    def get_urls(self) -> list[URLPattern]:
        """Leave out the address of the library's own confirmation."""
        urls: list[URLPattern] = super().get_urls()
        return [each for each in urls if not (each.name or "").endswith("_process_import")]

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Refuse the library's own confirmation; no address leads to it."""
        raise PermissionDenied
