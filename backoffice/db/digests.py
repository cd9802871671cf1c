"""Digests beside backups, as `sha256sum -c` reads them: a file that was damaged since is not restored."""

import hashlib
from pathlib import Path
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.errors import Invalid, Title
from backoffice.runtime.replacing import replacing

SUFFIX = ".sha256"


class DamagedBackup(Invalid):
    code = "damaged_backup"
    title: ClassVar[Title] = gettext_lazy("The backup is not what was written")


def digest_file(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_digest(path: Path, digest: str) -> None:
    """Write the digest of this file beside it. Raises OSError."""
    with replacing(digest_file(path), private=True) as part:
        part.write_text(f"{digest}  {path.name}\n", encoding="utf-8")


def check_digest(path: Path) -> bool:
    """Return whether there is a digest beside the file, which is then right.

    Raises:
        DamagedBackup: it is another one than that of the file.
        OSError: one of them cannot be read.
    """
    beside = digest_file(path)
    if not beside.exists():
        return False
    wanted = beside.read_text(encoding="utf-8", errors="replace").split()[:1]
    if wanted != [digest_of(path)]:
        raise DamagedBackup(
            _(
                "%(path)s has another digest than %(digest_file)s says: it was damaged or replaced since. "
                "Take another backup; if you know that the file is right, remove that file."
            )
            % {"path": path, "digest_file": beside}
        )
    return True
