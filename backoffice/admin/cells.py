"""What cells of lists show, alike in every list: a state, a moment, a name."""

from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice import dates

NOTHING = "–"


class Dot(StrEnum):
    """How far something has come; its text says the same, for colour alone tells nobody."""

    RING = "ring"
    HALF = "half"
    BLUE = "blue"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


def status(dot: Dot, text: str | Promise) -> SafeString:
    """A dot and plain text; the text itself is red only where somebody is too late."""
    return format_html(
        '<span class="bo-status{}"><span class="bo-dot bo-{}"></span>{}</span>',
        " bo-bad" if dot is Dot.RED else "",
        dot,
        text,
    )


def moment(at: datetime | None) -> SafeString | str:
    """`Today, 14:02` in the shop's time zone, with the exact moment on hover; a dash for never."""
    if at is None:
        return NOTHING
    return format_html(
        '<time class="bo-moment" datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        dates.exact_moment(at),
        dates.moment(at),
    )


def beside(first: object, second: object) -> SafeString:
    """What is looked for first, and muted beside it what tells it from another."""
    return format_html('{} <span class="bo-muted">{}</span>', first, second)


def cut(text: object, *, title: str = "") -> SafeString:
    """One line of a text that may be long; all of it on hover."""
    return format_html('<span class="bo-cut" title="{}">{}</span>', title or text, text)
