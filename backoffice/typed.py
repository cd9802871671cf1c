"""Which texts people may write, at every door: models, forms, the API, the command line, files."""

from django.utils.translation import gettext as _

from backoffice.text import CONTROL, CONTROL_BUT_LINE_BREAKS, shows_nothing


def fault_of(text: str, *, lines: bool = False) -> str | None:
    """Return why nobody may write this text, None if they may; only some texts have `lines`."""
    found = (CONTROL_BUT_LINE_BREAKS if lines else CONTROL).search(text)
    if found:
        facts = {"character": f"U+{ord(found[0]):04X}", "place": found.start() + 1}
        if "\ud800" <= found[0] <= "\udfff":
            return _("Character %(place)s of the text is not valid UTF-8: write it again.") % facts
        return _("Remove the control character %(character)s: it is character %(place)s of the text.") % facts
    if text.strip() and shows_nothing(text):
        return _("This text shows nothing: write something, or leave it empty.")
    return None
