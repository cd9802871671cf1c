"""Changing the shop's own words in mails: checked, guarded by a version, told in the history."""

from functools import partial
from typing import ClassVar

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import SettingChange
from accounts.security_log import write_line
from accounts.shop.changing import PERMISSION
from backoffice.db.transactions import write_transaction
from backoffice.errors import Fault, Invalid, NotFound, Stale, Title
from backoffice.models import MailText
from backoffice.shop.kinds import Unfit
from backoffice.shop.mail_texts import MAILS, PARAGRAPHS, PARTS, OwnText


class UnknownMail(NotFound):
    code = "unknown_mail"
    title: ClassVar[Title] = gettext_lazy("No such mail")


@write_transaction
def change_mail_text(
    template: str, language: str, own: OwnText, *, by: Actor, is_guarded: bool = True
) -> list[SettingChange]:
    """Set how this mail begins and ends in this language; "" brings the standard text back.

    Raises:
        Forbidden, UnknownMail.
        Stale: somebody changed it since `own.version`, unless that is not to be guarded.
        Invalid: with a fault at `opening` or `closing`.
    """
    by.require(PERMISSION)
    refuse_unknown(template, language)
    parts = checked_parts(own)
    row, _is_new = MailText.objects.select_for_update().get_or_create(template=template, language=language)
    if is_guarded and own.version != row.version:
        raise _overtaken(template, language)
    changes = [_change(row, part, text, by=by) for part, text in parts.items() if text != getattr(row, part)]
    if changes:
        row.opening, row.closing, row.version = parts["opening"], parts["closing"], row.version + 1
        row.save(update_fields=["opening", "closing", "version"])
        SettingChange.objects.bulk_create(changes)
        transaction.on_commit(partial(_log, changes, by=by), robust=True)
    return changes


def checked_parts(own: OwnText) -> dict[str, str]:
    """Return the texts as they are kept. Raises Invalid, with a fault for each that cannot be."""
    parts, faults = {}, []
    for part in PARTS:
        try:
            parts[part] = PARAGRAPHS.value(getattr(own, part))
        except Unfit as unfit:
            faults.append(Fault(f"/{part}", "validation", str(unfit)))
    if faults:
        raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)
    return parts


def refuse_unknown(template: str, language: str) -> None:
    """Raises UnknownMail."""
    if template not in MAILS or language not in dict(settings.LANGUAGES):
        raise UnknownMail(_("There is no such mail, or not in this language."))


def name_of_part(template: str, language: str, part: str) -> str:
    """Return what the history calls it: `order_placed.de.opening`."""
    return f"{template}.{language}.{part}"


def title_of_part(name: str) -> str:
    """Return what people call what the history names: `Order confirmation, Deutsch: Opening`."""
    template, _dot, rest = name.partition(".")
    language, _dot, part = rest.partition(".")
    if template not in MAILS or part not in PARTS:
        return name
    facts = {"mail": MAILS[template], "language": dict(settings.LANGUAGES).get(language, language)}
    return _("%(mail)s, %(language)s: %(part)s") % {**facts, "part": PARTS[part]}


def _change(row: MailText, part: str, text: str, *, by: Actor) -> SettingChange:
    return SettingChange(
        name=name_of_part(row.template, row.language, part),
        before=getattr(row, part),
        after=text,
        is_reset=not text,
        actor=by.user,
        source=by.source,
    )


def _overtaken(template: str, language: str) -> Stale:
    changes = SettingChange.objects.filter(name__startswith=f"{template}.{language}.")
    latest = changes.select_related("actor").order_by("-id").first()
    who = latest.by if latest else _("Somebody")
    return Stale(
        _("%(who)s has just changed this text. Yours is still here: look at both, then save again.")
        % {"who": who}
    )


def _log(changes: list[SettingChange], *, by: Actor) -> None:
    for change in changes:
        write_line("mail_text", account="", by=by, text=change.name)
