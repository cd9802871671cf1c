"""The text of a file in whichever encoding it was saved, made UTF-8."""

import codecs
import io
import re
from collections.abc import Mapping
from itertools import batched

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.sheets.csv_lines import UTF8_MARK
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.remarks import Remark

# UTF-32's mark begins like UTF-16's.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Without a mark: which of four bytes are zero in the header, whose letters are ASCII.
ZEROS: Mapping[tuple[bool, ...], str] = {
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
}
NOT_A_TABLE = gettext_lazy(
    "This is not a CSV or XLSX file. Save your spreadsheet as one of them and try again."
)
LOOKED_AT, LOOKED_AT_FOR_ZEROS = 64, 1_024
PIECE = 1 << 20
ENDS_WITH_RETURN = re.compile(rb"\r(?!\n)")
# DOS ends a text by this.
CTRL_Z = b"\x1a"


def as_utf8(content: bytes) -> tuple[bytes, list[Remark]]:
    """Return the text in UTF-8 without a mark, its lines ended by a line feed, and what there is to say.

    Raises:
        UnreadableFile: it is damaged, or in two encodings.
    """
    remarks: list[Remark] = []
    if encoding := _wide_encoding(content):
        content = _decoded(content, encoding)
    elif not _is_utf8(content):
        content, remarks = _of_one_byte(content)
    return ENDS_WITH_RETURN.sub(b"\n", _ended(content.removeprefix(UTF8_MARK.encode()))), remarks


def _wide_encoding(content: bytes) -> str:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    begins = content[: min(LOOKED_AT, len(content) // 4 * 4)]
    groups = {tuple(byte == 0 for byte in four) for four in batched(begins, 4)}
    return ZEROS.get(groups.pop(), "") if len(groups) == 1 else ""


def _decoded(content: bytes, encoding: str) -> bytes:
    try:
        return content.decode(encoding).encode()
    except UnicodeError as error:
        raise UnreadableFile(
            _('The file begins like %(encoding)s text but is damaged. Save it as "CSV UTF-8" and try again.')
            % {"encoding": encoding.upper()[:6]}
        ) from error


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for begin in range(0, len(content), PIECE):
            decoder.decode(content[begin : begin + PIECE], begin + PIECE >= len(content))
    except UnicodeDecodeError:
        return False
    return True


def _of_one_byte(content: bytes) -> tuple[bytes, list[Remark]]:
    """Read what Excel writes where nobody chose: Windows-1252, or on a Mac with its line ends its own."""
    if b"\0" in content[:LOOKED_AT_FOR_ZEROS]:
        raise UnreadableFile(NOT_A_TABLE)
    _refuse_two_encodings(content)
    is_mac = b"\n" not in content and b"\r" in content
    encoding, code = ("mac_roman", "read_as_mac_roman") if is_mac else ("cp1252", "read_as_windows_1252")
    try:
        return content.decode(encoding).encode(), [Remark(code)]
    except UnicodeDecodeError as error:
        raise UnreadableFile(_not_text(content.count(b"\n", 0, error.start) + 1)) from error


def _refuse_two_encodings(content: bytes) -> None:
    """Raises UnreadableFile for a file in which some letters are UTF-8 and others are not."""
    is_partly_utf8, first_other = False, 0
    for number, line in enumerate(io.BytesIO(content), start=1):
        if not line.isascii():
            try:
                line.decode()
                is_partly_utf8 = True
            except UnicodeDecodeError:
                first_other = first_other or number
        if is_partly_utf8 and first_other:
            raise UnreadableFile(_not_text(first_other))


def _not_text(row: int) -> str:
    return _(
        "Row %(row)s is not in the encoding of the others, so its letters would be read wrongly. "
        'Save the file with the encoding UTF-8 (in Excel: "CSV UTF-8") and try again.'
    ) % {"row": row}


def _ended(content: bytes) -> bytes:
    """Leave out what DOS adds to the end of a text, and any number of blank lines."""
    text = content.rstrip(b"\r\n \x00" + CTRL_Z)
    if CTRL_Z not in content[len(text) :]:
        text = content.rstrip(b"\r\n")
    return text + b"\n" if text else b""
