"""Moments on pages: short where one reads, whole where one points."""

from datetime import datetime

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice import dates

register = Library()


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """Show `Today, 14:02` that tells the whole moment when pointed at; a dash for never."""
    if at is None:
        return "–"
    return format_html(
        '<time class="bo-moment" datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        dates.exact_moment(at),
        dates.moment(at),
    )
