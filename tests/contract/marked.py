"""A language in which every text of the catalogues stands between ⟦ and ⟧; what stands outside is in none."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import CharField, TextField
from django.utils import translation
from django.utils.translation import trans_real

from backoffice.templatetags import frame

OPEN, CLOSE = "⟦", "⟧"
CONTEXT = "\x04"
LANGUAGE = "de"
SETTING = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")
WORD = re.compile(r"[^\W\d_]{2,}")
# What is the same in every language: names, abbreviations, keys of a keyboard, formats, codes.
NAMES = frozenset(
    (
        *(
            "API",
            "CSV",
            "EUR",
            "HTML",
            "ID",
            "ISO",
            "JPG",
            "JSON",
            "PDF",
            "PNG",
            "SKU",
            "SKUs",
            "TOTP",
            "URL",
        ),
        *("UTC", "UTF", "WebP", "XLSX", "csv", "xlsx", "kg", "MB", "px", "Europe", "Berlin", "Ctrl", "Esc"),
        # What SHOP_MFA is set to, as it stands in the environment.
        "offered",
        # Languages have their own names for themselves.
        *("Backoffice", "English", "Deutsch"),
        # Carriers, kept as they are chosen; and the header of a carrier's file.
        *("DHL", "DPD", "FedEx", "GLS", "Hermes", "Pick", "Post", "UPS", "up", "order", "tracking"),
    )
)
SPOKEN = ("title", "aria-label", "placeholder", "alt", "aria-description", "data-title", "label")
SILENT = ("script", "style", "template", "kbd", "code", "textarea")
VOID = ("input", "img", "br", "hr", "meta", "link", "col", "wbr", "source", "area", "base", "embed")


class Marked:
    """Stands for Django's translation of one language."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message.rpartition(CONTEXT)[2]}{CLOSE}"

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one if number == 1 else many)


@contextmanager
def marked_language(monkeypatch: Any) -> Iterator[None]:
    """Let German be the language of marks."""
    real = trans_real.translation
    # Parts of pages that are kept by language.
    monkeypatch.setattr(frame, "_kept", {})
    marked = Marked(real(LANGUAGE))
    monkeypatch.setattr(trans_real, "translation", lambda code: marked if code == LANGUAGE else real(code))
    with translation.override(LANGUAGE):
        yield


class Reader(HTMLParser):
    """Collects what a page says to people: its texts, and attributes that are read aloud or shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._silent: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if not self._silent:
            self.texts += [said[name] or "" for name in SPOKEN if said.get(name)]
            if tag == "input" and said.get("type") in ("submit", "button", "reset"):
                self.texts.append(said.get("value") or "")
        is_icon = "material-symbols-outlined" in (said.get("class") or "")
        if tag not in VOID and (self._silent or tag in SILENT or is_icon):
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag in self._silent:
            while self._silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            # A sentence with a link in it is in several pieces.
            self.texts.append(OPEN * self._depth + data.strip())
            self._depth += data.count(OPEN) - data.count(CLOSE)


def texts_of(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    return reader.texts


def words_outside(text: str, data: frozenset[str]) -> list[str]:
    """Return the words that stand outside of all marks and are neither data nor a name."""
    outside, depth = [], 0
    for character in SETTING.sub("", text):
        depth += (character == OPEN) - (character == CLOSE)
        outside.append(" " if depth or character == CLOSE else character)
    return [word for word in WORD.findall("".join(outside)) if word not in data and word not in NAMES]


def words_of_data() -> frozenset[str]:
    """Return every word that somebody has typed into the database, and those of the shop's own settings."""
    kept = [settings.SHOP_NAME, settings.SHOP_CURRENCY, settings.SHOP_URL, settings.SHOP_ORDER_PREFIX]
    for model in apps.get_models():
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, CharField | TextField) and not field.choices
        ]
        for row in model._default_manager.values_list(*columns) if columns else ():
            kept += map(str, filter(None, row))
    return frozenset(word for text in kept for word in WORD.findall(text))
