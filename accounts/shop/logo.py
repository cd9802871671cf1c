"""Giving the shop another logo, which is a file, together with whatever else of its settings is changed."""

from accounts.actors import Actor
from accounts.models import SettingChange
from accounts.shop.changing import PERMISSION, Wanted, change_settings
from backoffice.errors import Fault, Invalid
from backoffice.pictures.drawing import DrawnLogo, NoPicture, drawn_logo
from backoffice.pictures.files import written_files
from backoffice.shop.table import LOGO


def change_settings_and_logo(
    wanted: Wanted, file: bytes, *, by: Actor, version: int | None = None
) -> list[SettingChange]:
    """Set these and the logo in this file, all or none, and return what changed.

    The logo is drawn anew and written before the row that names it, outside of its transaction.

    Raises whatever `change_settings` raises, and Busy; Invalid also where the file is no picture.
    """
    by.require(PERMISSION)
    drawn = _drawn(file)
    with written_files({drawn.logo.file: drawn.content}):
        return change_settings({**wanted, LOGO: str(drawn.logo)}, by=by, version=version)


def _drawn(file: bytes) -> DrawnLogo:
    try:
        return drawn_logo(file)
    except NoPicture as refusal:
        fault = Fault(f"/{LOGO}", refusal.code, refusal.detail)
        raise Invalid(refusal.detail, faults=[fault]) from refusal
