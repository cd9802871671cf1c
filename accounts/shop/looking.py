"""What each setting says, where that comes from, and its history: for the page, shopctl and doctor."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet

from accounts.models import SettingChange
from accounts.shop.mail_texts import title_of_part
from backoffice.models import ShopSettings
from backoffice.shop.in_force import value_in_force
from backoffice.shop.kinds import Unfit
from backoffice.shop.table import FIXED, SETTINGS, FixedSetting, Setting


class ComesFrom(StrEnum):
    """Where a value comes from: the first of these that has one counts."""

    ENVIRONMENT = "environment"
    SET = "set"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class SettingNow:
    """A setting as it is: `last` is the change that set it, where it was set within the shop."""

    setting: Setting
    value: Any
    comes_from: ComesFrom
    last: SettingChange | None = None

    @property
    def text(self) -> str:
        return self.setting.kind.text(self.value)

    @property
    def words(self) -> str:
        return self.setting.kind.words(self.value)

    @property
    def default_in_words(self) -> str:
        return self.setting.kind.words(self.setting.base)

    @property
    def is_locked(self) -> bool:
        return self.comes_from is ComesFrom.ENVIRONMENT

    def as_data(self) -> dict[str, Any]:
        return {
            "name": self.setting.name,
            "value": self.text,
            "comes_from": self.comes_from.value,
            "set_by": self.last.by if self.last else None,
            "set_at": self.last.at if self.last else None,
        }


@dataclass(frozen=True, slots=True)
class SettingsNow:
    """All settings at one moment, by name; `version` is handed back by whoever changes them."""

    version: int
    by_name: Mapping[str, SettingNow]


def settings_now() -> SettingsNow:
    row = ShopSettings.objects.filter(pk=1).first() or ShopSettings()
    last = _last_changes() if row.kept else {}
    found = {each.name: _now(each, row.kept, last.get(each.name)) for each in SETTINGS.values()}
    return SettingsNow(row.version, found)


@dataclass(frozen=True, slots=True)
class SettingChangeInWords:
    """A change as people read it; a side that is empty is ""."""

    title: str
    before: str
    after: str
    is_reset: bool
    at: datetime
    by: str
    door: str


@dataclass(frozen=True, slots=True)
class FixedNow:
    """What only the environment can say."""

    name: str
    label: str
    value: str
    why: str


def fixed_now() -> list[FixedNow]:
    return [FixedNow(e.name, str(e.label), _fixed_value(e), str(e.why)) for e in FIXED]


def _fixed_value(fixed: FixedSetting) -> str:
    value = str(getattr(settings, fixed.name))
    return str(fixed.words.get(value, value))


def latest_changes(most: int) -> list[SettingChangeInWords]:
    return [_in_words(change) for change in setting_changes()[:most]]


def _in_words(change: SettingChange) -> SettingChangeInWords:
    setting = SETTINGS.get(change.name)
    return SettingChangeInWords(
        str(setting.label) if setting else title_of_part(change.name),
        _value_in_words(setting, change.before),
        _value_in_words(setting, change.after),
        change.is_reset,
        change.at,
        change.by,
        change.get_source_display(),
    )


def _value_in_words(setting: Setting | None, text: str) -> str:
    """Return the value as people read it; as it was kept, if the setting could not have it today."""
    if setting is None or not _is_readable(setting, text):
        return text
    return setting.kind.words(setting.kind.value(text))


def setting_changes(name: str = "") -> QuerySet[SettingChange]:
    """Return the history of all settings, or of the one with this name, the newest change first."""
    changes = SettingChange.objects.select_related("actor").order_by("-id")
    return changes.filter(name=name) if name else changes


def change_as_data(change: SettingChange) -> dict[str, Any]:
    return {
        "at": change.at,
        "name": change.name,
        "before": change.before,
        "after": change.after,
        "is_reset": change.is_reset,
        "actor": change.actor.email if change.actor else None,
        "source": change.source,
    }


def kept_in_vain() -> Iterator[tuple[str, str]]:
    """Name what is kept and does not count, with a code: `unknown`, `unreadable` or `overridden`."""
    row = ShopSettings.objects.filter(pk=1).first() or ShopSettings()
    for name, text in row.kept.items():
        if name not in SETTINGS:
            yield name, "unknown"
        elif SETTINGS[name].is_locked:
            yield name, "overridden"
        elif not _is_readable(SETTINGS[name], text):
            yield name, "unreadable"


def _is_readable(setting: Setting, text: str) -> bool:
    try:
        setting.kind.value(text)
    except Unfit:
        return False
    return True


def _now(setting: Setting, kept: Mapping[str, str], last: SettingChange | None) -> SettingNow:
    value = value_in_force(setting, kept)
    if setting.is_locked:
        return SettingNow(setting, value, ComesFrom.ENVIRONMENT)
    if setting.name in kept and _is_readable(setting, kept[setting.name]):
        return SettingNow(setting, value, ComesFrom.SET, last)
    return SettingNow(setting, value, ComesFrom.DEFAULT)


def _last_changes() -> dict[str, SettingChange]:
    newest = SettingChange.objects.values("name").annotate(newest=Max("id")).order_by()
    changes = SettingChange.objects.filter(pk__in=newest.values("newest")).select_related("actor")
    return {change.name: change for change in changes}
