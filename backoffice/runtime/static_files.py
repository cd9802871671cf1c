"""Files that browsers load, collected: compressed, and named by their content, so that they keep for ever.

Nobody has to collect them. Whoever serves pages does, below VAR_DIR, in a folder that is named by all that
went into it: files of another version are never served, and a second start finds its own there.
"""

import fcntl
import gzip
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import brotli
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import HashedFilesMixin, StaticFilesStorage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from backoffice.runtime.bundles import FOLDER

logger = logging.getLogger("backoffice.server")

# Maps are for whoever develops what is only installed here: four fifths of all bytes. All is compressed anew.
LEFT_OUT = ["*.map", "*.gz"]
# What decides how files are collected, apart from the files.
RULES = [Path(__file__).with_name(name) for name in ("bundles.py", "modules.py", "static_files.py")]
PACKAGES = ("django", "whitenoise", "brotli")
# Locked by each process that serves from the folder, so that no other one takes it away.
MARK = "served"
# Descriptors, which the process keeps until it ends, however it ends.
_marks: list[int] = []


class CollectedStaticFiles(CompressedManifestStaticFilesStorage):
    """Each name holds the hash of its file, also where one module imports another.

    Under two names a module would run twice, and under its plain one an old copy could meet a new page.
    """

    support_js_module_import_aggregation = True
    keep_only_hashed_files = True
    patterns = tuple(
        (kind, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for kind, rules in HashedFilesMixin.patterns
    )

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        worth = filter(Compressor(quiet=True).should_compress, paths)
        with ThreadPoolExecutor() as threads:
            for name, packed in threads.map(self._packed, worth):
                yield from ((name, each) for each in packed)

    def _packed(self, name: str) -> tuple[str, list[str]]:
        """Write the file compressed beside it, where that makes it smaller, and return the names."""
        content = Path(self.path(name)).read_bytes()
        # The next higher quality takes three times as long for a fiftieth less.
        quality = 10 if name.startswith(f"{FOLDER}/") else 5
        packed = {
            f"{name}.br": brotli.compress(content, quality=quality),
            f"{name}.gz": gzip.compress(content, mtime=0),
        }
        smaller = {each: data for each, data in packed.items() if len(data) < 0.95 * len(content)}
        for each, data in smaller.items():
            Path(self.path(each)).write_bytes(data)
        return name, list(smaller)


def served() -> StaticFilesStorage:
    """Return the collected files, or, where there are none, those that are installed."""
    return CollectedStaticFiles() if settings.STATIC_ROOT else StaticFilesStorage()


def serve_collected_files() -> None:
    """Have this process serve collected files, or, if the disk takes none, those that are installed."""
    try:
        folder = collected(settings.VAR_DIR / "static")
    except OSError as error:
        logger.warning("Static files are served uncompressed, for they could not be collected: %s", error)
        return
    settings.STATIC_ROOT = folder
    settings.WHITENOISE_USE_FINDERS = False


def collected(where: Path) -> Path:
    """Return the folder with the files of this version, and take away those that nobody serves."""
    folder = where / _name()
    if not _is_taken(folder):
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        _collect(folder)
        if not _is_taken(folder):
            raise FileNotFoundError(folder)
    for other in where.iterdir():
        if other != folder:
            _remove_unless_served(other)
    return folder


def _installed(all_finders: Iterable[finders.BaseFinder]) -> dict[str, tuple[StaticFilesStorage, str]]:
    """Each file by its name below the address of static files, with where it stands."""
    found: dict[str, tuple[StaticFilesStorage, str]] = {}
    for finder in all_finders:
        for path, source in finder.list(LEFT_OUT):
            prefix = getattr(source, "prefix", None)
            found.setdefault(f"{prefix}/{path}" if prefix else path, (source, path))
    return found


def _name() -> str:
    """Return what tells these files, and the way they are collected, from all others."""
    digest = blake2b(digest_size=8)
    # Bundles follow from their parts: nothing is written to know the name.
    parts = _installed([finders.AppDirectoriesFinder()])
    files = sorted((name, Path(source.path(path))) for name, (source, path) in parts.items())
    for name, file in [*files, *((rule.name, rule) for rule in RULES)]:
        digest.update(blake2b(name.encode()).digest() + blake2b(file.read_bytes()).digest())
    digest.update(" ".join(map(version, PACKAGES)).encode())
    return digest.hexdigest()


def _is_taken(folder: Path) -> bool:
    """Whether the folder is there, and stays there while this process lives."""
    with suppress(FileNotFoundError):
        _marks.append(os.open(folder / MARK, os.O_RDONLY))
        fcntl.flock(_marks[-1], fcntl.LOCK_SH)
    return (folder / MARK).exists()


def _collect(folder: Path) -> None:
    """Collect the files. The folder gets its name when it is whole; another process may be first."""
    with (
        tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as name,
        (Path(name) / MARK).open("wb") as mark,
    ):
        fcntl.flock(mark, fcntl.LOCK_SH)
        new = Path(name)
        _fill(new)
        with suppress(OSError):
            new.rename(folder)


def _fill(folder: Path) -> None:
    files = _installed(finders.get_finders())
    for name, (source, path) in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.path(path), folder / name)
    storage = CollectedStaticFiles(location=folder, file_permissions_mode=0o600)
    for *_names, outcome in storage.post_process(files):
        if isinstance(outcome, Exception):
            raise outcome


def _remove_unless_served(folder: Path) -> None:
    with suppress(OSError), (folder / MARK).open("rb") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Under another name first: what a process that dies here leaves is never taken for the whole.
        doomed = folder.rename(tempfile.mkdtemp(dir=folder.parent))
        shutil.rmtree(doomed)
