"""What people type: when two texts are the same, and which characters no text may have."""

import re
from unicodedata import category, normalize

# C0 and C1 but tab and line breaks; what turns the direction of what follows; what UTF-8 or XML cannot hold.
_NEVER = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff"
_SURROGATES = r"\ud800-\udfff"
_LINE_BREAKS = r"\t\n\r\u2028\u2029"
CONTROL = re.compile(f"[{_NEVER}{_SURROGATES}{_LINE_BREAKS}]")
CONTROL_BUT_LINE_BREAKS = re.compile(f"[{_NEVER}{_SURROGATES}]")
# The same as patterns of JSON Schema, in which surrogates cannot be written: no valid JSON text has any.
LINE_PATTERN = f"^[^{_NEVER}{_LINE_BREAKS}]*$"
LINES_PATTERN = f"^[^{_NEVER}]*$"

# Unicode's Default_Ignorable_Code_Point beyond the category Cf: fillers, joiners and variation selectors.
_SHOWS_NOTHING = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
RIGHT_TO_LEFT = re.compile(
    r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_NOT_SEEN = {"Cf", "Cc", "Cs"}
_ALIKE = str.maketrans({"\N{MINUS SIGN}": "-", "\N{BRAILLE PATTERN BLANK}": " "})


def identity_key(text: str) -> str:
    """Return what texts are compared by: two that look the same have the same key.

    Compatibility forms are one (NFKC), and so are hyphens and dashes; characters that show nothing are left
    out; neither case nor the number or kind of blanks matters. A text that shows nothing has an empty key.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.casefold().split())
    seen = "".join(_as_seen(each) for each in normalize("NFKC", text))
    folded = normalize("NFKC", _SHOWS_NOTHING.sub("", seen.translate(_ALIKE)).casefold())
    return " ".join(folded.split())


def barcode_key(barcode: str) -> str:
    """Return what barcodes are compared by: a GTIN of 8, 12 or 13 digits is that of 14 with zeros."""
    key = identity_key(barcode)
    return key.zfill(14) if GTIN.fullmatch(key) else key


def has_wrong_check_digit(barcode: str) -> bool:
    """Whether it is as long as a GTIN, and its last digit is not the one that GS1 computes of the others."""
    key = identity_key(barcode)
    if not GTIN.fullmatch(key):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(key)))
    return weighted % 10 != 0


def is_right_to_left(text: str) -> bool:
    """Whether letters of the text are written from right to left, as Arabic and Hebrew ones are."""
    return not text.isascii() and RIGHT_TO_LEFT.search(text) is not None


def isolated(text: str) -> str:
    """Return the text so that in a plain line of others it turns the order of none of them."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}" if is_right_to_left(text) else text


def shows_nothing(text: str) -> bool:
    return not identity_key(text)


def fault_of(text: str, *, lines: bool = False) -> str | None:
    """Return why nobody may write this text, None if they may; only some texts have `lines`."""
    # shopctl takes the rest of this module before Django is loaded.
    from django.utils.translation import gettext as _

    found = (CONTROL_BUT_LINE_BREAKS if lines else CONTROL).search(text)
    if found:
        facts = {"character": f"U+{ord(found[0]):04X}", "place": found.start() + 1}
        if "\ud800" <= found[0] <= "\udfff":
            return _("Character %(place)s of the text is not valid UTF-8: write it again.") % facts
        return _("Remove the control character %(character)s: it is character %(place)s of the text.") % facts
    if text.strip() and shows_nothing(text):
        return _("This text shows nothing: write something, or leave it empty.")
    return None


def with_control_shown(text: str, control: re.Pattern[str] = CONTROL) -> str:
    """Return the text with U+FFFD for each control character, for a terminal or a file."""
    return control.sub("\N{REPLACEMENT CHARACTER}", text)


def without_control(text: str) -> str:
    """Return the text on one line: line breaks and tabs become blanks, other control characters go."""
    return CONTROL_BUT_LINE_BREAKS.sub("", text.translate(_AS_BLANKS))


_AS_BLANKS = str.maketrans(dict.fromkeys("\t\n\r\u2028\u2029", " "))


def _as_seen(character: str) -> str:
    kind = category(character)
    if kind == "Pd":
        return "-"
    return "" if kind in _NOT_SEEN and not character.isspace() else character
