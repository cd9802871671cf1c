"""What stands around the content of every page."""

import re

from django.http import HttpRequest
from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

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


@register.filter
def deferred(head: str) -> SafeString:
    """Let no script of a page's head be waited for, whoever named it; they still run one after the other."""
    return mark_safe(SCRIPT.sub("<script defer", head))  # noqa: S308
