"""What a browser sends besides what was typed into a dialog."""

import secrets
from typing import Any


def submitted(**typed: object) -> dict[str, Any]:
    return {"_form_submitted": "True", "key": secrets.token_hex(16), **typed}
