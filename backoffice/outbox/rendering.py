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
        **context,
    }
    plain = PLAIN_TEXT.get_template(f"email/{template}.txt").render(values)
    subject, _, text = plain.lstrip().partition("\n")
    html = render_to_string(f"email/{template}.html", {**values, "subject": subject})
    # A condition that did not hold leaves its empty lines behind.
    text = re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"
    return RenderedEmail(" ".join(subject.split())[:255], text, html)


def without_secrets(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context as it may be kept: a link that lets somebody in is not for whoever reads the outbox."""
    return {key: REMOVED if key.startswith("secret_") else value for key, value in context.items()}
