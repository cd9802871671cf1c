"""The shop's own words in mails to customers: how a mail begins and ends, in each language.

Plain text in paragraphs, with a few names in braces that stand for what the mail is about. It is no template:
nothing in it runs, and what it says is escaped where it is shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.db.statements import selecting
from backoffice.models import MailText
from backoffice.shop.kinds import SettingKind, Unfit
from backoffice.text import fault_of, isolated

MOST_CHARACTERS = 2_000
LINE_END = re.compile(r"\r\n?")
PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
# Every mail that goes to customers about an order, with what people call it.
MAILS: Mapping[str, str | Promise] = {
    "order_placed": gettext_lazy("Order confirmation"),
    "order_shipped": gettext_lazy("On its way"),
    "shipment_corrected": gettext_lazy("Parcel corrected"),
    "shipment_undone": gettext_lazy("Not on its way yet"),
    "order_cancelled": gettext_lazy("Cancelled"),
    "return_received": gettext_lazy("Return received"),
    "order_paid_back": gettext_lazy("Paid back"),
    "payment_reminder": gettext_lazy("Payment reminder"),
}
PARTS: Mapping[str, str | Promise] = {"opening": gettext_lazy("Opening"), "closing": gettext_lazy("Closing")}
# What may stand in braces, and what it becomes.
PLACEHOLDERS: Mapping[str, str | Promise] = {
    "name": gettext_lazy("the customer’s name"),
    "number": gettext_lazy("the order’s number"),
    "placed_on": gettext_lazy("when it was placed"),
    "shop": gettext_lazy("the shop’s name"),
}


@dataclass(frozen=True, slots=True)
class ParagraphsKind(SettingKind):
    """Some paragraphs, with an empty line between them; nothing stands for the standard text."""

    control = "paragraphs"

    def value(self, text: str) -> str:
        text = LINE_END.sub("\n", text).strip()
        if fault := fault_of(text, lines=True):
            raise Unfit(fault)
        if len(text) > MOST_CHARACTERS:
            facts = {"most": MOST_CHARACTERS, "count": len(text)}
            raise Unfit(_("At most %(most)s characters; these are %(count)s.") % facts)
        if unknown := [name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]:
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            told = {"name": f"{{{unknown[0][:40]}}}", "known": known}
            raise Unfit(_("%(name)s stands for nothing. There are: %(known)s.") % told)
        return text


PARAGRAPHS = ParagraphsKind()


@dataclass(frozen=True, slots=True)
class OwnText:
    """What a mail of one kind begins and ends with in one language; "" for the standard text."""

    opening: str = ""
    closing: str = ""
    version: int = 0


def own_text(template: str, language: str) -> OwnText:
    """Return the shop's own words, asked for each time; most mails can have none."""
    found = _own_texts(template, language) if template in MAILS else []
    return OwnText(*found[0]) if found else OwnText()


def paragraphs(text: str, values: Mapping[str, object]) -> list[str]:
    """Return the paragraphs with what each name in braces stands for. What stands for it stays as it is."""

    def told(found: re.Match[str]) -> str:
        return isolated(str(values[found[1]])) if found[1] in values else found[0]

    return [PLACEHOLDER.sub(told, each.strip()) for each in re.split(r"\n\s*\n", text) if each.strip()]


@selecting
def _own_texts(template: str, language: str) -> QuerySet[MailText, tuple[str, str, int]]:
    found = MailText.objects.filter(template=template, language=language)
    return found.values_list("opening", "closing", "version")
