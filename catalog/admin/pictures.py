"""The pictures of one product, on its page: added, described, put in order and removed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.admin.actor import actor_of
from backoffice.admin.base import DomainAdmin
from backoffice.errors import Refusal
from catalog.models import Product
from catalog.pictures import (
    MOST_BYTES,
    MOST_PICTURES,
    add_picture,
    describe_picture,
    drawn,
    move_picture,
    remove_picture,
)

# How a script asks for the card alone, to put it in the place of the one that it shows.
PART_HEADER = "X-Part"


class ProductPictures(DomainAdmin):
    """Whoever may edit a product may change its pictures."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/pictures/", wrap(self.add_pictures_view), name="catalog_product_pictures"),
            path("<int:pk>/picture/", wrap(self.change_picture_view), name="catalog_product_picture"),
        ]
        return own + super().get_urls()

    @method_decorator(require_POST)
    def add_pictures_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        product = self._product(request, pk)
        for file in request.FILES.getlist("pictures"):
            try:
                _add(product, file, by=actor_of(request))
            except Refusal as refusal:
                return self._answer(request, product, refusal, about=file.name or "")
        return self._answer(request, product)

    @method_decorator(require_POST)
    def change_picture_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        product = self._product(request, pk)
        try:
            _change(product.sku, request.POST.get("picture", ""), request)
        except Refusal as refusal:
            return self._answer(request, product, refusal)
        return self._answer(request, product)

    def _product(self, request: HttpRequest, pk: int) -> Product:
        product = get_object_or_404(Product, pk=pk)
        if not self.has_change_permission(request, product):
            raise PermissionDenied
        return product

    def _answer(
        self, request: HttpRequest, product: Product, refusal: Refusal | None = None, *, about: str = ""
    ) -> HttpResponse:
        """Give a script the card as it is now, or the reason; others are led back to the page."""
        detail = refusal.detail if refusal else ""
        said = _("%(file)s: %(reason)s") % {"file": about, "reason": detail} if about else detail
        if PART_HEADER in request.headers:
            if refusal:
                # A text, by which the script tells it; a browser would log any other status as a fault.
                return HttpResponse(said, content_type="text/plain; charset=utf-8")
            product.refresh_from_db(fields=["picture"])
            return HttpResponse(render_to_string("catalog/pictures.html", pictures_of(product), request))
        if refusal:
            messages.error(request, said)
        page = reverse("admin:catalog_product_change", args=[product.pk])
        return HttpResponseRedirect(f"{page}#pictures")


def pictures_of(product: Model, *, may_change: bool = True) -> dict[str, Any]:
    """Return what the card of pictures shows."""
    assert isinstance(product, Product)
    pictures = list(product.pictures.all()) if product.picture else []
    return {
        "product": product,
        "pictures": pictures,
        "may_change_pictures": may_change,
        "may_add_pictures": may_change and len(pictures) < MOST_PICTURES,
        "most_megabytes": MOST_BYTES // 1_048_576,
        "most_pictures": MOST_PICTURES,
    }


def _add(product: Product, file: "UploadedFile[Any]", *, by: Actor) -> None:
    # One byte more than may be is enough to see that it is too large.
    picture = drawn(file.read(MOST_BYTES + 1))
    add_picture(product.sku, picture, by=by, file_name=file.name or "")


def _change(sku: str, name: str, request: HttpRequest) -> None:
    """Do what the button says that was pressed: a place, that it is to be removed, or else its alt text."""
    by = actor_of(request)
    position = request.POST.get("position", "")
    if position.isdecimal():
        move_picture(sku, name, position=min(int(position), MOST_PICTURES), by=by)
    elif "remove" in request.POST:
        remove_picture(sku, name, by=by)
    else:
        describe_picture(sku, name, alt=request.POST.get("alt", ""), by=by)
