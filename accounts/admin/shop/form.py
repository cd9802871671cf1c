"""The form of the settings page, made from the table of settings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.shop.changing import Wanted
from accounts.shop.looking import ComesFrom, SettingNow, SettingsNow
from backoffice.admin.affixes import MoneyWidget
from backoffice.errors import Fault, Invalid
from backoffice.pictures.drawing import MOST_BYTES
from backoffice.shop.kinds import ChoiceKind, SettingKind, Unfit
from backoffice.shop.table import GROUPS, LOGO, SettingGroup

RESET, SEEN = "reset-", "seen-"


class SettingsForm(forms.Form):
    """One field a setting, and for each that was set a box that gives it back to its default.

    Values are texts, which the settings judge themselves. What the page showed comes back with what was
    typed, so that only what somebody changed is changed: else a later save would undo an earlier one's.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        now: SettingsNow,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[Any]] | None" = None,
    ) -> None:
        super().__init__(data, files, initial={"version": now.version}, auto_id="id_%s")
        self.now = now
        for name, each in now.by_name.items():
            if name == LOGO:
                self._add_logo(each)
            elif not each.is_locked:
                self._add(name, each)

    def _add_logo(self, now: SettingNow) -> None:
        kinds = {"accept": "image/jpeg,image/png,image/webp", "class": "bo-file"}
        self.fields[LOGO] = forms.FileField(
            label=str(now.setting.label),
            help_text=" ".join((str(now.setting.help), _what_is_taken())),
            required=False,
            widget=forms.FileInput(attrs=kinds),
        )
        if now.value:
            self.fields[RESET + LOGO] = forms.BooleanField(label=_("Remove the logo"), required=False)

    def _add(self, name: str, now: SettingNow) -> None:
        self.fields[name] = forms.CharField(
            label=str(now.setting.label),
            help_text=str(now.setting.help),
            required=False,
            strip=False,
            initial=_shown(now),
            widget=_widget(now.setting.kind),
        )
        self.fields[SEEN + name] = forms.CharField(
            required=False, strip=False, initial=now.text, widget=forms.HiddenInput
        )
        if now.comes_from is ComesFrom.SET:
            label = _("Back to the default: %(value)s") % {"value": now.default_in_words}
            self.fields[RESET + name] = forms.BooleanField(label=label, required=False)

    @property
    def logo(self) -> bytes | None:
        """Return the file that was chosen as logo; one byte more than may be is enough to refuse it."""
        file = self.files.get(LOGO)
        return file.read(MOST_BYTES + 1) if file else None

    @property
    def wanted(self) -> Wanted:
        """Return what somebody changed on the page. Raises Invalid for what may be read in two ways."""
        return {
            name: None if self._is_reset(name) else self._typed(name)
            for name in self.now.by_name
            if name in self.fields and (self._is_reset(name) or self._is_changed(name))
        }

    def _typed(self, name: str) -> str:
        try:
            return self.now.by_name[name].setting.kind.typed(self.data.get(name, ""))
        except Unfit as unfit:
            raise Invalid(str(unfit), faults=[Fault(f"/{name}", "validation", str(unfit))]) from unfit

    def _is_changed(self, name: str) -> bool:
        return name in self.data and name != LOGO and self.data[name] != self._seen(name)

    def _seen(self, name: str) -> str:
        """Return what the field showed: the page holds it as programs read it, in whichever language."""
        kind, text = self.now.by_name[name].setting.kind, self.data.get(SEEN + name, "")
        try:
            return kind.shown(kind.value(text))
        except Unfit:
            return text

    def _is_reset(self, name: str) -> bool:
        return bool(self.data.get(RESET + name))

    def refilled(self) -> "SettingsForm":
        """Return the form with what is in force now, but for what was changed on the page."""
        data = QueryDict(mutable=True)
        data["version"] = str(self.now.version)
        for name, each in self.now.by_name.items():
            data[name] = self.data[name] if name in self.data and self._is_changed(name) else _shown(each)
            data[SEEN + name] = each.text
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
        seen = self[SEEN + name] if SEEN + name in self.fields else None
        return ShownSetting(now, self[name], seen, reset)


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting with its fields: none where it is locked, none that was seen where it is a file."""

    now: SettingNow
    field: forms.BoundField | None = None
    seen: forms.BoundField | None = None
    reset: forms.BoundField | None = None


@dataclass(frozen=True, slots=True)
class ShownGroup:
    key: str
    title: str
    rows: list[ShownSetting]


def _shown(now: SettingNow) -> str:
    return now.setting.kind.shown(now.value)


def _what_is_taken() -> str:
    return _("JPEG, PNG or WebP, up to %(most)s MB.") % {"most": MOST_BYTES // 1_048_576}


def _widget(kind: SettingKind) -> forms.Widget:
    if isinstance(kind, ChoiceKind):
        return UnfoldAdminSelectWidget(choices=sorted(_named(kind.among()), key=lambda each: each[1]))
    widgets: Mapping[str, Any] = {
        "color": lambda: forms.TextInput(attrs={"type": "color", "class": "bo-colour"}),
        "amount": lambda: MoneyWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        "number": lambda: UnfoldAdminIntegerFieldWidget(attrs={"min": "0"}),
    }
    return widgets.get(kind.control, UnfoldAdminTextInputWidget)()


def _named(among: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in among.items()]
