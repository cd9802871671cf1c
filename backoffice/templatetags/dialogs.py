"""How a button of a page opens a dialog."""

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = Library()


@register.simple_tag
def opens_dialog(url: str) -> SafeString:
    """Return the attributes of a button that opens the dialog at this address."""
    opens = 'hx-target="#modal-content" hx-select="#dialog" x-on:htmx:after-on-load="openModal = true"'
    return format_html('hx-get="{}" {}', url, mark_safe(opens))  # noqa: S308
