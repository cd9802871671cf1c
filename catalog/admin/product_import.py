"""The list of product imports; each has its page beside the products."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.numbers import grouped
from catalog.admin.import_list import ListOfImports
from catalog.models import ImportState, ProductImport


@admin.register(ProductImport)
class ProductImportAdmin(ListOfImports):
    empty_title = _("No imports yet")
    empty_button = _("Import products")
    empty_text = _(
        "Create products or change prices from one CSV or Excel file: you see every change before it is "
        "made, and can undo it afterwards."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductImport]:
        """Leave out plans whose rows are still being written."""
        imports: QuerySet[ProductImport] = super().get_queryset(request)
        return imports.filter(kept_since=None)

    def first_url(self, request: HttpRequest) -> str:
        may_import = request.user.has_perms(["catalog.add_product", "catalog.change_product"])
        return reverse("admin:catalog_product_import") if may_import else ""

    def named(self, found: Any) -> str:
        return gettext("Product import %(number)s") % {"number": found.pk}

    def counted(self, found: Any) -> str:
        facts = {
            "new": grouped(found.new),
            "changed": grouped(found.changed),
            "unchanged": grouped(found.unchanged),
        }
        if found.state == ImportState.PLANNED:
            return gettext("%(new)s new · %(changed)s to change · %(unchanged)s already right") % facts
        return gettext("%(new)s created · %(changed)s changed · %(unchanged)s already right") % facts

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal():
            return HttpResponseRedirect(reverse("admin:catalog_productimport_changelist"))
        return HttpResponseRedirect(reverse("admin:catalog_product_import_plan", args=[object_id]))
