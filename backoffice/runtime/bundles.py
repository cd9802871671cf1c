"""Files that every page loads, joined and packed: else a browser asks forty times, for two megabytes.

Nobody builds them: the first process that serves or collects static files writes them below VAR_DIR, anew
whenever a part has changed.
"""

import gzip
import os
import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

from backoffice.runtime.modules import joined_modules

FOLDER = "bundles"
PARTS: dict[str, tuple[str, ...]] = {
    "pages.css": (
        "backoffice/fonts.css",
        "backoffice/theme.css",
        "backoffice/blocks.css",
        "unfold/css/styles.css",
        "backoffice/frame.css",
        "backoffice/waiting.css",
        "backoffice/dialogs.css",
        "admin/css/vendor/select2/select2.css",
        "admin/css/autocomplete.css",
        "backoffice/lists.css",
    ),
    # Alpine starts last: it looks for what the others define.
    "pages.js": (
        "unfold/js/htmx/htmx.js",
        "unfold/js/app.js",
        "backoffice/page_state.js",
        "unfold/js/alpine/alpine.persist.js",
        "unfold/js/alpine/alpine.focus.js",
        "unfold/js/alpine/alpine.resize.js",
        "unfold/js/alpine/alpine.js",
    ),
    # Of everybody who is signed in.
    "signed_in.js": (
        "backoffice/forms.js",
        "backoffice/keys.js",
        "backoffice/palette.js",
        "backoffice/tabs.js",
        "backoffice/failures.js",
        "backoffice/dialogs.js",
        "backoffice/rows.js",
        "backoffice/scroll.js",
        "backoffice/selecting.js",
        "backoffice/sheet.js",
        "backoffice/menus.js",
        "backoffice/save_bar.js",
    ),
}
MODULES = ("signed_in.js",)
URL = re.compile(r"""url\((["']?)(?!data:|/|#|[a-z]+:)([^"')]+)\1\)""")


class Bundles(finders.BaseFinder):
    """Finds the bundles for whoever serves or collects static files."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        self.parts = finders.AppDirectoriesFinder()

    def check(self, **_kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        folder, _, name = path.rpartition("/")
        found = self.storage.path(name) if folder == FOLDER and name in PARTS else None
        return ([found] if found else []) if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in PARTS:
            yield name, self.storage
            if "*.gz" not in (ignore_patterns or ()):
                yield f"{name}.gz", self.storage

    @cached_property
    def storage(self) -> FileSystemStorage:
        """Where the bundles lie, once each holds what its parts hold now."""
        storage = FileSystemStorage(location=settings.VAR_DIR / FOLDER)
        # As Django's own finders say below which folder their files are served.
        setattr(storage, "prefix", FOLDER)  # noqa: B010
        for name in PARTS:
            _keep(Path(storage.path(name)), self._joined(name).encode())
        return storage

    def _joined(self, name: str) -> str:
        if name in MODULES:
            return joined_modules(PARTS[name], self._text)
        if name.endswith(".js"):
            return "\n;\n".join(map(self._text, PARTS[name]))
        return "\n".join(moved(self._text(part), posixpath.dirname(part)) for part in PARTS[name])

    def _text(self, part: str) -> str:
        return Path(str(self.parts.find(part))).read_text(encoding="utf-8")


def moved(style: str, folder: str) -> str:
    """Return a style of this folder with the addresses that it has in the bundles'."""
    return URL.sub(lambda url: f'url("{posixpath.relpath(posixpath.join(folder, url[2]), FOLDER)}")', style)


def _keep(file: Path, content: bytes) -> None:
    """Write the file and a packed one beside it, unless they are there. Nobody reads half of one."""
    if file.exists() and file.read_bytes() == content:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    for each, data in ((Path(f"{file}.gz"), gzip.compress(content, mtime=0)), (file, content)):
        written = each.with_name(f"{each.name}.{os.getpid()}")
        written.write_bytes(data)
        written.replace(each)
