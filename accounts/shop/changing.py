"""Changing the shop's settings: checked, guarded by a version, all or none, and told in the history."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import SettingChange
from accounts.security_log import write_line
from backoffice.db.primary_keys import is_key
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Invalid, NotFound, Stale, Title
from backoffice.models import ShopSettings
from backoffice.pictures.files import delete_files
from backoffice.pictures.logo import Logo
from backoffice.shop.in_force import forget, value_in_force
from backoffice.shop.kinds import Unfit
from backoffice.shop.table import LOGO, SETTINGS, Setting

PERMISSION = "backoffice.change_shopsettings"

type Wanted = Mapping[str, str | None]
"""Texts by the names of settings; None resets one to its default."""


class UnknownSetting(NotFound):
    code = "unknown_setting"
    title: ClassVar[Title] = gettext_lazy("No such setting")


class LockedSetting(Conflict):
    code = "setting_locked"
    title: ClassVar[Title] = gettext_lazy("The environment gives this setting")


@write_transaction
def change_settings(wanted: Wanted, *, by: Actor, version: int | None = None) -> list[SettingChange]:
    """Set these, all or none, and return what changed. With a `version` they must still have that one.

    Raises:
        Forbidden, UnknownSetting, LockedSetting.
        Stale: somebody changed a setting since that version; it says who and what.
        Invalid: with a fault at each name whose text is refused.
    """
    by.require(PERMISSION)
    settings = {name: setting_named(name) for name in wanted}
    _refuse_locked(settings.values())
    row, _is_new = ShopSettings.objects.select_for_update().get_or_create(pk=1)
    if version is not None and version != row.version:
        raise _overtaken()
    kept = _kept_with(row.kept, wanted, settings)
    changes = [_change(each, row.kept, kept, by=by) for each in settings.values()]
    changed = [each for each in changes if kept.get(each.name) != row.kept.get(each.name)]
    if changed:
        _forget_logo(row.kept, kept)
        row.kept, row.version = kept, row.version + 1
        row.save(update_fields=["kept", "version"])
        SettingChange.objects.bulk_create(changed)
        transaction.on_commit(partial(_log, changed, by=by), robust=True)
        forget()
    return changed


def version_seen(text: str) -> int:
    """Return the version that a page sent back; -1, which nothing ever has, for any other text."""
    return int(text) if is_key(text) else -1


def _forget_logo(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Have the file of a logo that was replaced or removed deleted, once that is committed."""
    old = Logo.kept_as(before.get(LOGO, ""))
    if old and str(old) != after.get(LOGO):
        transaction.on_commit(partial(delete_files, [old.file]), robust=True)


def setting_named(name: str) -> Setting:
    """Raises UnknownSetting, naming those that there are."""
    if found := SETTINGS.get(name.strip().upper()):
        return found
    facts = {"name": repr(name[:80]), "known": ", ".join(SETTINGS)}
    raise UnknownSetting(_("There is no setting %(name)s. There are: %(known)s.") % facts)


def _refuse_locked(settings: Any) -> None:
    locked = [each.name for each in settings if each.is_locked]
    if locked:
        words = _("The environment gives %(names)s: change it there, or take it out to set it here.")
        raise LockedSetting(words % {"names": ", ".join(locked)}, faults=[_fault_of_lock(n) for n in locked])


def _fault_of_lock(name: str) -> Fault:
    return Fault(f"/{name}", LockedSetting.code, _("The environment gives it."))


def _kept_with(kept: Mapping[str, str], wanted: Wanted, settings: Mapping[str, Setting]) -> dict[str, str]:
    """Return what is kept once these are set. Raises Invalid with a fault for each that cannot be."""
    after, faults = dict(kept), []
    for name, text in wanted.items():
        setting = settings[name]
        after.pop(setting.name, None)
        if text is None:
            continue
        try:
            after[setting.name] = setting.kind.text(setting.kind.value(text))
        except Unfit as unfit:
            faults.append(Fault(f"/{setting.name}", "validation", str(unfit)))
    if faults:
        told = (f"{each.pointer[1:]}: {each.detail}" for each in faults)
        raise Invalid(" ".join(told), faults=faults)
    return after


def _change(
    setting: Setting, before: Mapping[str, str], after: Mapping[str, str], *, by: Actor
) -> SettingChange:
    def text(kept: Mapping[str, str]) -> str:
        return setting.kind.text(value_in_force(setting, kept))

    return SettingChange(
        name=setting.name,
        before=text(before),
        after=text(after),
        is_reset=setting.name not in after,
        actor=by.user,
        source=by.source,
    )


def _overtaken() -> Stale:
    latest = SettingChange.objects.filter(name__in=SETTINGS).select_related("actor").order_by("-id").first()
    if latest is None:
        return Stale(_("The settings are not those that were shown: look at them, then save again."))
    facts = {"who": latest.by, "setting": SETTINGS[latest.name].label}
    return Stale(
        _("%(who)s has just changed “%(setting)s”. Look at what is there now, then save again.") % facts
    )


def _log(changed: Sequence[SettingChange], *, by: Actor) -> None:
    for each in changed:
        write_line("setting", account="", by=by, text=str(each))
