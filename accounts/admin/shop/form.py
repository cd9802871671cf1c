"""The form of the settings page, made from the table of settings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.shop.changing import Wanted
from accounts.shop.looking import ComesFrom, SettingNow, SettingsNow
from backoffice.admin.affixes import MoneyWidget
from backoffice.db.typed_numbers import TypedNumber
from backoffice.money import places, smallest
from backoffice.money.currencies import SYMBOLS
from backoffice.numbers import editable
from backoffice.shop.kinds import AmountKind, ChoiceKind, SettingKind
from backoffice.shop.table import GROUPS, SettingGroup

RESET, SEEN = "reset-", "seen-"


class SettingsForm(forms.Form):
    """One field a setting, and for each that was set a box that gives it back to its default.

    Values are texts, which the settings judge themselves; an amount is written as the reader's language
    writes it. What the page showed comes back with what was
    typed, so that only what somebody changed is changed: else a later save would undo an earlier one's.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, now: SettingsNow, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"version": now.version}, auto_id="id_%s")
        self.now = now
        for name, each in now.by_name.items():
            if not each.is_locked:
                self._add(name, each)

    def _add(self, name: str, now: SettingNow) -> None:
        shown = _shown_text(now)
        self.fields[name] = _field_class(now.setting.kind)(
            label=str(now.setting.label),
            help_text=str(now.setting.help),
            required=False,
            strip=False,
            initial=shown,
            widget=_widget(now.setting.kind),
        )
        self.fields[SEEN + name] = forms.CharField(
            required=False, strip=False, initial=shown, widget=forms.HiddenInput
        )
        if now.comes_from is ComesFrom.SET:
            label = _("Back to the default: %(value)s") % {"value": now.default_in_words}
            self.fields[RESET + name] = forms.BooleanField(label=label, required=False)

    @property
    def wanted(self) -> Wanted:
        """Return what somebody changed on the page, once `has_readable_values` is known."""
        return {
            name: None if self._is_reset(name) else self.cleaned_data[name]
            for name in self.now.by_name
            if name in self.fields and (self._is_reset(name) or self._is_changed(name))
        }

    def has_readable_values(self) -> bool:
        return not any(name in self.errors for name in self.now.by_name)

    def _is_changed(self, name: str) -> bool:
        return name in self.data and self.data[name] != self.data.get(SEEN + name)

    def _is_reset(self, name: str) -> bool:
        return bool(self.data.get(RESET + name))

    def refilled(self) -> "SettingsForm":
        """Return the form with what is in force now, but for what was changed on the page."""
        data = QueryDict(mutable=True)
        data["version"] = str(self.now.version)
        for name, each in self.now.by_name.items():
            shown = _shown_text(each)
            data[name] = self.data[name] if name in self.data and self._is_changed(name) else shown
            data[SEEN + name] = shown
            if self._is_reset(name):
                data[RESET + name] = "on"
        return SettingsForm(self.now, data)

    @property
    def groups(self) -> Iterator["ShownGroup"]:
        return (self._shown(group) for group in GROUPS)

    def _shown(self, group: SettingGroup) -> "ShownGroup":
        rows = [self._row(self.now.by_name[each.name]) for each in group.settings]
        return ShownGroup(group.key, str(group.title), rows)

    def _row(self, now: SettingNow) -> "ShownSetting":
        name = now.setting.name
        if now.is_locked:
            return ShownSetting(now)
        reset = self[RESET + name] if RESET + name in self.fields else None
        return ShownSetting(now, self[name], self[SEEN + name], reset)


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting with its fields; none where it is locked."""

    now: SettingNow
    field: forms.BoundField | None = None
    seen: forms.BoundField | None = None
    reset: forms.BoundField | None = None


@dataclass(frozen=True, slots=True)
class ShownGroup:
    key: str
    title: str
    rows: list[ShownSetting]


class AmountText(TypedNumber, forms.CharField):
    """An amount typed as the reader writes it; the setting gets the plain decimal."""

    def units(self) -> Iterable[str]:
        currency = settings.SHOP_CURRENCY
        return (currency, SYMBOLS.get(currency, currency))

    def places(self) -> int:
        return places()

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"} | super().widget_attrs(widget)


def _field_class(kind: SettingKind) -> type[forms.CharField]:
    return AmountText if isinstance(kind, AmountKind) else forms.CharField


def _shown_text(now: SettingNow) -> str:
    return editable(now.text) if isinstance(now.setting.kind, AmountKind) else now.text


def _widget(kind: SettingKind) -> forms.Widget:
    if isinstance(kind, ChoiceKind):
        return UnfoldAdminSelectWidget(choices=sorted(_named(kind.among()), key=lambda each: each[1]))
    widgets: Mapping[str, Any] = {
        "color": lambda: forms.TextInput(attrs={"type": "color", "class": "bo-colour"}),
        "amount": lambda: MoneyWidget(attrs={"step": str(smallest()), "min": "0"}),
        "number": lambda: UnfoldAdminIntegerFieldWidget(attrs={"min": "0"}),
    }
    return widgets.get(kind.control, UnfoldAdminTextInputWidget)()


def _named(among: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in among.items()]
