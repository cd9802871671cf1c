"""Files that tell of somebody: mails that were written instead of sent, and lines of the security log."""

import fcntl
import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from backoffice.email_addresses import readable_email
from backoffice.outbox.models import EmailMessage
from backoffice.runtime.log_files import move_away

MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*(<outbox-(\d+)-\d+@[^>\s]*>)")
FROM_WHERE = re.compile(rb'(?<= address=")[^"]+')
# What these tell: names before and after, what somebody calls a passkey, where they were signed out.
TELLING = re.compile(rb"\] (?:edited|signed_out|mfa_added|mfa_removed) address=")
DETAIL = re.compile(rb'(?<= detail=")[^\r\n]+(?=")')
# What begins or ends a longer address is none of this one.
PART_OF_ADDRESS = rb"[\w.+-]"


def remove_written_mails() -> int:
    """Delete the files of mails whose text was erased; return how many. It needs to know nobody for that."""
    removed = 0
    for path in _written_mails():
        with suppress(OSError):
            if _is_forgotten(path):
                path.unlink()
                removed += 1
    return removed


def _written_mails() -> Iterator[Path]:
    options: Any = settings.MAILERS["default"].get("OPTIONS", {})
    if folder := options.get("file_path"):
        with suppress(FileNotFoundError):
            yield from Path(folder).iterdir()


def _is_forgotten(path: Path) -> bool:
    """Whether any mail in the file was forgotten: a worker writes one to a file."""
    found = {int(pk): named.decode() for named, pk in MESSAGE_ID.findall(_unfolded(path.read_bytes()))}
    forgotten = EmailMessage.objects.filter(pk__in=found, forgotten_at__isnull=False)
    return any(mail.message_id == found[mail.pk] for mail in forgotten)


def _unfolded(content: bytes) -> bytes:
    return re.sub(rb"\r?\n[ \t]+", b" ", content)


def mask_log_lines(addresses: Collection[str]) -> int:
    """Write stars over these addresses in the security log and its older files; return how many lines.

    Also over where the request came from, in those lines, and over names in details. Whatever is written
    meanwhile goes on being: no byte is moved, and files that are moved away are waited for.
    """
    if not addresses:
        return 0
    log = Path(settings.LOGGING["handlers"]["security"]["filename"])
    with suppress(FileNotFoundError), _not_moved_away(log):
        return sum(_mask(path, any_of(addresses)) for path in log_files(log))
    return 0


def log_files(log: Path) -> list[Path]:
    older = (path for path in log.parent.glob(f"{log.name}.*") if path.suffix[1:].isdecimal())
    return [path for path in (log, *sorted(older)) if path.is_file()]


def expire_log(before: datetime) -> int:
    """Delete older files of the log that were last written before then; return how many.

    The one that is written is moved away once its first line is older, and so goes as long after that again.
    """
    log = Path(settings.LOGGING["handlers"]["security"]["filename"])
    with suppress(FileNotFoundError), _not_moved_away(log):
        outdated = [path for path in log_files(log)[1:] if path.stat().st_mtime < before.timestamp()]
        for path in outdated:
            path.unlink()
        if _begins_before(log, before):
            move_away(log)
        return len(outdated)
    return 0


def _begins_before(log: Path, before: datetime) -> bool:
    """Whether the first line, which begins with its moment, was written before then."""
    with log.open(encoding="utf-8") as lines:
        began = lines.readline()[:19]
    with suppress(ValueError):
        return datetime.fromisoformat(began).astimezone() < before
    return False


class _not_moved_away:  # noqa: N801
    """Holds the lock under which the log's files change their names."""

    def __init__(self, log: Path) -> None:
        self.lock = os.open(f"{log}.lock", os.O_WRONLY | os.O_CREAT, 0o600)

    def __enter__(self) -> None:
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def __exit__(self, *raised: object) -> None:
        os.close(self.lock)


def forms_of(addresses: Collection[str]) -> set[str]:
    """Return how these addresses are written: as they are kept, and as people read them."""
    return {form for address in addresses for form in (address, readable_email(address))}


def any_of(addresses: Collection[str]) -> re.Pattern[bytes]:
    """Return what finds one of these addresses, and none that is longer."""
    names = b"|".join(re.escape(each.encode()) for each in sorted(forms_of(addresses)))
    return re.compile(rb"(?<!%b)(?:%b)(?!%b)" % (PART_OF_ADDRESS, names, PART_OF_ADDRESS), re.IGNORECASE)


def _mask(path: Path, addresses: re.Pattern[bytes]) -> int:
    masked, offset = 0, 0
    with path.open("r+b", buffering=0) as file:
        for line in path.read_bytes().splitlines(keepends=True):
            if addresses.search(line):
                starred = FROM_WHERE.sub(_stars, addresses.sub(_stars, line))
                if TELLING.search(line):
                    starred = DETAIL.sub(_stars, starred)
                os.pwrite(file.fileno(), starred, offset)
                masked += 1
            offset += len(line)
    return masked


def _stars(found: re.Match[bytes]) -> bytes:
    return b"*" * len(found[0])
