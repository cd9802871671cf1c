"""The input for e-mail addresses on all pages."""

from typing import Any

from unfold.widgets import UnfoldAdminEmailInputWidget


class EmailAddressInput(UnfoldAdminEmailInputWidget):
    """An input of plain text with a keyboard for addresses.

    Of an input of the type email Chromium sends `theo@straße.de` as `theo@strasse.de`, somebody else's.
    """

    input_type = "text"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        of_address = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__({**of_address, **(attrs or {})})
