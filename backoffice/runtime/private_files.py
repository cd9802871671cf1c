"""What the shop writes for itself is for the user that it runs as alone, from the first moment on.

Its database, its secrets and its mails, which hold links that let somebody in. Files that a person asked for
are theirs: they get the mode that any program would give them.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

PRIVATE = 0o077
# What is served to everybody, and may belong to somebody else.
PUBLIC_FOLDERS = frozenset(("static",))
BESIDE_A_DATABASE = (
    "",
    "-wal",
    "-shm",
    "-journal",
    ".lock",
    ".setup.lock",
    ".queue",
    ".queue-wal",
    ".queue-shm",
)

_usual_umask: int | None = None


def begin() -> None:
    """Make new files private; a program of the shop calls it before it writes anything."""
    global _usual_umask
    before = os.umask(PRIVATE)
    if _usual_umask is None:
        _usual_umask = before


def private_content(path: Path, *, make: str) -> str:
    """Return the content of a file that only its owner may read; on first use it is made from `make`."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Readable by its owner alone, as every NamedTemporaryFile is.
        with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-", encoding="utf-8") as draft:
            draft.write(make + "\n")
            draft.flush()
            # When several processes start at once, all use the file of the first.
            with suppress(FileExistsError):
                path.hardlink_to(draft.name)
    return path.read_text(encoding="utf-8").strip()


def usual_mode() -> int:
    """Return the mode of a file that a person asked for, by the umask that the program was started with."""
    if _usual_umask is None:
        before = os.umask(PRIVATE)
        os.umask(before)
        return 0o666 & ~before
    return 0o666 & ~_usual_umask


def close_to_others(var_dir: Path, database: Path | None) -> list[Path]:
    """Take from others what an older version, or a copy, has let them read; return what that was.

    What belongs to another user, or stands on a disk that cannot be written, stays as it is.
    """
    found = [var_dir, *_below(var_dir)]
    if database is not None:
        found += [database.with_name(database.name + end) for end in BESIDE_A_DATABASE]
    return list(_closed(dict.fromkeys(found)))


def _below(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.is_symlink() or entry.name in PUBLIC_FOLDERS:
            continue
        yield entry
        if entry.is_dir():
            yield from _below(entry)


def _closed(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        try:
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode) and mode & PRIVATE:
                path.chmod(stat.S_IMODE(mode) & ~PRIVATE)
                yield path
        except OSError:
            continue
