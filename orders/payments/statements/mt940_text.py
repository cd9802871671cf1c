"""The field :86: of MT940: what was written with a transfer and whose it was, in the flavours of banks."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from orders.payments.statements.lines import LONGEST_NAME, one_line
from orders.payments.statements.references import without_placeholder

# German: a code of three digits, then numbered parts, each behind the same mark.
GERMAN = re.compile(r"[0-9]{3}([^\w\s/:])[0-9]{2}")
PURPOSE = (*range(20, 30), *range(60, 64))
NAME = (32, 33)
# So long are a numbered part, and a line; shorter ones were cut where a blank stood, or end there.
PART, LINE = 27, 65
# What SEPA puts into the purpose: a word of four letters and a plus.
SEPA = re.compile(r"\b(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|RREF|PURP)\+")
# Dutch: words between slashes.
DUTCH = re.compile(
    r"/(TRTP|RTRN|EREF|PREF|MARF|CSID|CNTP|REMI|PURP|ULTC|ULTD|ULTB|IBAN|BIC|NAME|BENM|ORDP|ID|ADDR|ISDT|OCMT|"
    r"EXCH|CHGS|ORIG|SUBMIT|INIT|BUSP|CREF|IREF)/"
)
DUTCH_FILLER = re.compile(r"(?:USTD|STRD)/(?:CUR/)?/?|/+\Z")


class Told(NamedTuple):
    text: str
    name: str


def told_by(lines: Sequence[str]) -> Told:
    """Return the text and the name in the field."""
    text = _joined(lines)
    if mark := GERMAN.match(text):
        return _german(text, mark[1])
    if text.startswith("/") and DUTCH.match(text):
        return _dutch(text)
    return Told(one_line(text), "")


def _joined(lines: Sequence[str]) -> str:
    """Put the lines together: full ones go on in the next, shorter ones end with a word."""
    joined = ""
    for place, line in enumerate(lines):
        follows = place and not (len(lines[place - 1]) >= LINE or line.startswith(("?", "/")))
        joined += f" {line}" if follows else line
    return joined


def _german(text: str, mark: str) -> Told:
    parts = re.split(re.escape(mark) + r"(?=[0-9]{2})", text)[1:]
    numbered = [(int(part[:2]), part[2:]) for part in parts]
    purpose = _put_together([part for number, part in numbered if number in PURPOSE])
    name = "".join(part if len(part) >= PART else f"{part} " for number, part in numbered if number in NAME)
    said = _by_word(SEPA, purpose)
    texts = [said.get("", ""), said.get("SVWZ", "")]
    numbers = [without_placeholder(said.get(word, "")) for word in ("EREF", "KREF")]
    told = one_line(" ".join(filter(None, [*texts, *numbers])))
    return Told(told, one_line(said.get("ABWA", "") or name, LONGEST_NAME))


def _put_together(parts: Sequence[str]) -> str:
    text = ""
    for part in parts:
        begins_word = SEPA.match(part) is not None
        text += f" {part}" if begins_word else part
        if len(part) < PART:
            text += " "
    return text


def _dutch(text: str) -> Told:
    said = _by_word(DUTCH, text)
    remittance = DUTCH_FILLER.sub("", said.get("REMI", "").lstrip("/"))
    number = without_placeholder(said.get("EREF", "").strip("/"))
    name = said.get("NAME", "").strip("/") or _third(said.get("CNTP", ""))
    return Told(one_line(" ".join(filter(None, (remittance, number)))), one_line(name, LONGEST_NAME))


def _third(counterparty: str) -> str:
    """Return the name in account/bank/name/town."""
    parts = counterparty.split("/")
    return parts[2] if len(parts) > 2 else ""


def _by_word(words: re.Pattern[str], text: str) -> dict[str, str]:
    """Return what stands behind each word, and under "" what stands before the first."""
    before, *rest = words.split(text)
    said = {"": before.strip()}
    for word, value in zip(rest[::2], rest[1::2], strict=True):
        said.setdefault(word, value.strip())
    return said
