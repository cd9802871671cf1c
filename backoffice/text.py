"""What people type: when two texts are the same, and which characters no text may have."""

import re
from unicodedata import category, normalize

# Control characters (C0 and C1) and those that turn the direction of what follows them.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
CONTROL_BUT_LINE_BREAKS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def identity_key(text: str) -> str:
    """Return what texts are compared by: two that look the same have the same key.

    Compatibility forms are one (NFKC), characters that only format are left out (Cf), neither case nor the
    number or kind of blanks matters. A text that shows nothing has an empty key.
    """
    seen = "".join(character for character in normalize("NFKC", text) if category(character) != "Cf")
    return " ".join(normalize("NFKC", seen.casefold()).split())
