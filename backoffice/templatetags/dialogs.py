"""How a button of a page opens a dialog."""

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = Library()
OPENS = (
    'hx-get="{}" hx-target="#modal-content" hx-select="#dialog" x-on:htmx:after-on-load="openModal = true"'
)


@register.simple_tag
def opens_dialog(url: str) -> SafeString:
    """Return the attributes of a button that opens the dialog at this address."""
    return format_html(OPENS, url)
