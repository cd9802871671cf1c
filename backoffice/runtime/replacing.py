"""Writes files wholly or not at all, whoever else writes or reads them meanwhile."""

import errno
import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.utils.translation import gettext as _

from backoffice.runtime import private_files

# A part older than this has lost its writer if it is unlocked; a younger one may not be locked yet.
STALE_SECONDS = 60


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield a new file of this writer alone, which takes the place of `path` when all went well.

    A link is followed: what it leads to is replaced. The new file has the mode of the one that was there,
    else the usual one; a private one is its owner's alone whatever was there. It is on disk before it shows.

    Raises:
        OSError: it cannot be written, or what is there is no file, such as a device; it is as it was.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        # Renaming would put a file in the place of /dev/null, for everybody on this machine.
        raise FileExistsError(
            errno.EEXIST, _("This is no file, and is not replaced: name another one"), str(path)
        )
    _remove_stale(target)
    # Named by the system: no two writers have the same.
    handle, name = tempfile.mkstemp(prefix=_prefix(target), suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield part
        if not private:
            _take_after(target, part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
        _sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)
        os.close(handle)


def _prefix(target: Path) -> str:
    # Shortened: the target's name may already be as long as names can be.
    return f".{target.name[:100]}."


def _take_after(target: Path, part: Path) -> None:
    try:
        former = target.stat()
    except FileNotFoundError:
        part.chmod(private_files.usual_mode())
        return
    with suppress(PermissionError):
        os.chown(part, former.st_uid, former.st_gid)
    part.chmod(stat.S_IMODE(former.st_mode))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_stale(target: Path) -> None:
    """Delete the parts that killed writers left, which nobody holds a lock on."""
    try:
        files = [path for path in target.parent.iterdir() if path.name.startswith(_prefix(target))]
    except OSError:
        return
    for left in files:
        with suppress(OSError):
            if left.suffix != ".part" or time.time() - left.stat().st_mtime < STALE_SECONDS:
                continue
            with left.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()
