"""Writes values: for people, for programs that read tabs, as JSON; nothing that would steer a terminal."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from backoffice.text import CONTROL, CONTROL_BUT_LINE_BREAKS, with_control_shown

# JSON has escapes for them all; Python's encoder uses those of the first 32 alone.
UNESCAPED = re.compile(CONTROL.pattern.replace(r"\t\n\r", ""))


def printable(text: str) -> str:
    """Return the text as any output may have it: U+FFFD for control characters but tabs and line breaks."""
    return with_control_shown(text, CONTROL_BUT_LINE_BREAKS)


def for_people(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(_shop_zone()):%Y-%m-%d %H:%M}"
        case list() | tuple():
            return ", ".join(for_people(each) for each in value)
        case Enum():
            return str(value.value)
        case int() if abs(value) >= 10_000:
            return f"{value:,}"
    return printable(str(value))


def for_programs(value: object) -> str:
    """Write a value for programs: digits not grouped, times in ISO 8601 and UTC, no tab or line break."""
    if isinstance(value, list | tuple):
        return ",".join(for_programs(each) for each in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(int(value))
    text = for_json(value) if isinstance(value, datetime) else for_people(value)
    return " ".join(text.split()) if any(break_ in text for break_ in "\t\n\r\u2028\u2029") else text


def for_json(value: object) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON.")


def as_json(value: object, *, indent: int | None = None) -> str:
    value = dict(value) if isinstance(value, Mapping) else value
    text = json.dumps(value, default=for_json, ensure_ascii=False, indent=indent)
    return UNESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _shop_zone() -> Any:
    from django.utils import timezone

    return timezone.get_default_timezone()
