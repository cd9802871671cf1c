"""The box on top of an order's timeline in which colleagues leave a comment; it works without scripts."""

from copy import copy
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.actor import actor_of
from backoffice.admin.base import ReadOnlyAdmin
from backoffice.admin.dialogs import errors_of
from backoffice.admin.idempotency import IdempotencyKeyField, done_once, new_idempotency_key
from backoffice.db.fields import many_lines
from backoffice.errors import Refusal
from orders.fulfilment import lifecycle
from orders.models import Order

NEEDED = ("orders.view_order", "orders.comment_order")


class CommentForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=lifecycle.MAX_TEXT,
        validators=[many_lines],
        widget=forms.Textarea(
            {
                "rows": 1,
                "class": "bo-input",
                "placeholder": gettext_lazy("Write a comment"),
                "aria-describedby": "comment-note",
            }
        ),
    )
    key = IdempotencyKeyField()


class OrderComments(ReadOnlyAdmin):
    """The part of the orders' admin that takes comments."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.comment_view)
        urls: list[URLPattern] = super().get_urls()
        return [path("<path:object_id>/comment/", view, name="orders_order_comment"), *urls]

    def comment_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Keep the comment and lead back to the order; a refused one comes back as it was typed."""
        if not request.user.has_perms(NEEDED):
            raise PermissionDenied
        order: Order = self.order_or_404(request, object_id)
        if request.method != "POST":
            return HttpResponseRedirect(_back_to(request, order))
        form = CommentForm(request.POST)
        if _is_kept(request, order, form):
            messages.success(request, _("Comment added."))
            return HttpResponseRedirect(_back_to(request, order))
        return self._page_with(request, order, form)

    def order_or_404(self, request: HttpRequest, object_id: str) -> Order:
        raise NotImplementedError

    def _page_with(self, request: HttpRequest, order: Order, form: CommentForm) -> HttpResponse:
        form.data = {"text": form.data.get("text", ""), "key": new_idempotency_key()}
        # The page is shown as if it had been asked for: it has no form of its own to fill in.
        asked: Any = copy(request)
        asked.method = "GET"
        return self.changeform_view(asked, str(order.pk), extra_context={"comment": form})


def _is_kept(request: HttpRequest, order: Order, form: CommentForm) -> bool:
    """Tell whether the comment was kept, once however often it was sent; the form says why it was not."""
    if not form.is_valid():
        return False
    text = form.cleaned_data["text"]

    def comment() -> dict[str, Any]:
        return {"id": lifecycle.comment(order.number, by=actor_of(request), text=text).pk}

    try:
        done_once(request, form.cleaned_data["key"], comment)
    except Refusal as refusal:
        for field, message in errors_of(refusal, form.fields):
            form.add_error(field, message)
        return False
    return True


def _back_to(request: HttpRequest, order: Order) -> str:
    page = reverse("admin:orders_order_change", args=[order.pk])
    query = request.GET.urlencode()
    return f"{page}?{query}#history" if query else f"{page}#history"
