"""What an e-mail says: a subject, a plain text and its HTML twin, from two templates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.backends.django import DjangoTemplates
from django.template.loader import render_to_string

# Plain text must not be escaped, whether or not a template remembers to say so.
PLAIN_TEXT = DjangoTemplates(
    {"NAME": "plain_text", "DIRS": [], "APP_DIRS": True, "OPTIONS": {"autoescape": False}}
)
REMOVED = "(removed)"


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    subject: str
    text: str
    html: str


def render(template: str, context: Mapping[str, Any]) -> RenderedEmail:
    """Render `email/<template>.txt`, whose first line is the subject, and `email/<template>.html`.

    Raises whatever a template raises.
    """
    values = {
        "shop_name": settings.SHOP_NAME,
        "shop_url": settings.SHOP_URL,
        "shop_color": settings.SHOP_COLOR,
        "shop_ink": ink_on(settings.SHOP_COLOR),
        **context,
    }
    plain = PLAIN_TEXT.get_template(f"email/{template}.txt").render(values)
    subject, _, text = plain.lstrip().partition("\n")
    html = render_to_string(f"email/{template}.html", {**values, "subject": subject})
    # A condition that did not hold leaves its empty lines behind.
    text = re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"
    return RenderedEmail(" ".join(subject.split())[:255], text, html)


def ink_on(color: str) -> str:
    """Black or white, whichever is easier to read on this colour by the contrast of WCAG 2.2."""
    red, green, blue = (_linear(int(color[place : place + 2], 16) / 255) for place in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def without_secrets(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context as it may be kept: a link that lets somebody in is not for whoever reads the outbox."""
    return {key: REMOVED if key.startswith("secret_") else value for key, value in context.items()}
