"""What stands around the content of every page."""

import re
from typing import Any, cast

from django.http import HttpRequest
from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from backoffice.admin.breadcrumbs import Crumb
from backoffice.admin.breadcrumbs import breadcrumbs as crumbs_of
from backoffice.admin.breadcrumbs import document_title as title_of

register = Library()
SCRIPT = re.compile(r"<script(?= )(?![^>]* (?:defer|async|type=))")
OVERLAYS = ("unfold/helpers/modal.html", "unfold/helpers/command.html", "unfold/helpers/shortcuts.html")
_kept: dict[tuple[str | None, bool, bool], SafeString] = {}


@register.simple_tag(takes_context=True)
def overlays(context: Context) -> SafeString:
    """Show what lies hidden above each page alike: dialogs, the palette, the list of keys."""
    request: HttpRequest = context["request"]
    # Whatever those templates ask for.
    kind = (
        get_language(),
        bool(request.user.is_staff),
        "Macintosh" in request.META.get("HTTP_USER_AGENT", ""),
    )
    if kind not in _kept:
        shown = [render_to_string(template, {"request": request}) for template in OVERLAYS]
        _kept[kind] = mark_safe("".join(shown))  # noqa: S308
    return _kept[kind]


@register.simple_tag(takes_context=True)
def breadcrumbs(context: Context) -> list[Crumb]:
    """Return where the page stands, from the outermost; the last is the page itself."""
    return crumbs_of(_flat(context))


@register.simple_tag(takes_context=True)
def document_title(context: Context) -> str:
    return title_of(_flat(context))


@register.simple_tag
def initials(user: Any) -> str:
    """`AR` for Ada Reed; of whoever has no name the first letter of their address."""
    words = (user.get_full_name() or user.get_username()).split()
    return "".join(word[0] for word in (words if len(words) < 2 else (words[0], words[-1]))).upper()


@register.inclusion_tag("backoffice/page_actions.html", takes_context=True)
def page_actions(context: Context) -> dict[str, Any]:
    """Show what can be done on this page, the one that is most likely wanted last and in blue.

    On a phone the one before it stays in sight as well, but for one that destroys something.
    """
    actions = [*(context.get("actions_list") or ()), *(context.get("actions_detail") or ())]
    primary = [action for action in actions if _variant_of(action) == "primary"]
    others = [action for action in actions if action not in primary]
    beside = [action for action in others if _variant_of(action) != "danger"][-1:]
    return {
        "primary": primary,
        "secondary": [action for action in others if action not in beside],
        "beside": beside,
        "of_list": str(context.get("actions_items") or "").strip() and context["actions_items"],
    }


def _flat(context: Context) -> dict[str, Any]:
    return cast("dict[str, Any]", context.flatten())


def _variant_of(action: dict[str, Any]) -> str:
    return getattr(action.get("variant"), "value", "")


@register.filter
def deferred(head: str) -> SafeString:
    """Let no script of a page's head be waited for, whoever named it; they still run one after the other."""
    return mark_safe(SCRIPT.sub("<script defer", head))  # noqa: S308
