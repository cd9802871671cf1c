"""Renders an e-mail from two templates: a subject, a plain text and its HTML twin."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.backends.django import DjangoTemplates
from django.template.loader import render_to_string
from django.utils import translation

from backoffice.outbox.facts import in_words
from backoffice.pictures.logo import Logo
from backoffice.shop.in_force import in_force
from backoffice.shop.mail_texts import OwnText, own_text, paragraphs
from backoffice.text import without_control

# Plain text must not be escaped, whether or not a template remembers to say so.
PLAIN_TEXT = DjangoTemplates(
    {
        "NAME": "plain_text",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {"autoescape": False, "loaders": settings.TEMPLATE_LOADERS},
    }
)
REMOVED = "(removed)"
# Pixels of a logo at the head of a mail.
LOGO_WITHIN = (240, 56)


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    subject: str
    text: str
    html: str


def render(
    template: str, context: Mapping[str, Any], *, language: str, own: OwnText | None = None
) -> RenderedEmail:
    """Render `email/<template>.txt`, whose first line is the subject, and `email/<template>.html`.

    It begins and ends with the shop's own words as they are kept, or with `own`.

    Raises whatever a template raises.
    """
    with translation.override(language):
        return _render(template, in_words(context), own or own_text(template, language))


def _render(template: str, context: Mapping[str, Any], own: OwnText) -> RenderedEmail:
    shop = in_force()
    told = {**context, "shop": shop.name}
    values = {
        "shop_name": shop.name,
        "shop_url": settings.SHOP_URL,
        "shop_logo": _logo_in_mails(shop.logo),
        "shop_color": shop.color,
        "shop_ink": ink_on(shop.color),
        **context,
        "own_opening": paragraphs(own.opening, told),
        "own_closing": paragraphs(own.closing, told),
    }
    plain = PLAIN_TEXT.get_template(f"email/{template}.txt").render(values)
    subject, _, text = plain.lstrip().partition("\n")
    html = render_to_string(f"email/{template}.html", {**values, "subject": subject})
    # Template conditions that are false leave empty lines behind.
    text = re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"
    return RenderedEmail(" ".join(without_control(subject).split())[:255], text, html)


def _logo_in_mails(logo: Logo | None) -> dict[str, object] | None:
    """Return the logo with its whole address and the size that it has in mails, which know no styles."""
    if logo is None:
        return None
    width, height = logo.within(*LOGO_WITHIN)
    return {"url": logo.address, "width": width, "height": height, "is_wide": logo.is_wide}


def ink_on(color: str) -> str:
    """Return black or white, whichever has the higher contrast (WCAG 2.2) on this colour."""
    red, green, blue = (_linear(int(color[place : place + 2], 16) / 255) for place in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def without_secrets(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context as it may be kept: whoever reads the outbox must not find links that let them in."""
    return {key: REMOVED if key.startswith("secret_") else value for key, value in context.items()}
