"""Collecting static files: named by their content, compressed, never those of another version."""

import gzip
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage
from django.test import override_settings

from backoffice.runtime import static_files
from backoffice.runtime.static_files import collected, serve_collected_files

pytestmark = pytest.mark.once
STYLE = "b { color: red }\n" * 40


class Finder:
    """Finds the files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.source = FileSystemStorage(location=folder)

    def list(self, ignore_patterns: list[str]) -> Iterator[tuple[str, FileSystemStorage]]:
        for file in Path(self.source.location).iterdir():
            if not any(file.match(pattern) for pattern in ignore_patterns):
                yield file.name, self.source


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with what is installed."""
    folder = tmp_path / "installed"
    folder.mkdir()
    (folder / "a.css").write_text(STYLE, encoding="utf-8")
    (folder / "a.css.map").write_text("{}", encoding="utf-8")
    (folder / "a.js").write_text('import { b } from "./b.js";\n//# sourceMappingURL=a.js.map\n')
    (folder / "b.js").write_text("export const b = 1;\n")
    finder: Any = Finder(folder)
    monkeypatch.setattr(finders, "get_finders", lambda: [finder])
    monkeypatch.setattr(finders, "AppDirectoriesFinder", lambda: finder)
    monkeypatch.setattr(static_files, "_marks", [])
    yield folder
    let_go()


@pytest.fixture
def where(tmp_path: Path) -> Path:
    return tmp_path / "static"


def let_go() -> None:
    """As though the process that serves them had ended."""
    for mark in static_files._marks:
        os.close(mark)
    static_files._marks.clear()


def test_each_is_named_by_its_content_and_stands_there_compressed(installed: Path, where: Path) -> None:
    folder = collected(where)

    [style] = folder.glob("a.*.css")
    assert style.read_text() == STYLE
    assert brotli.decompress(Path(f"{style}.br").read_bytes()).decode() == STYLE
    assert gzip.decompress(Path(f"{style}.gz").read_bytes()).decode() == STYLE
    [imported] = folder.glob("b.*.js")
    [importing] = folder.glob("a.*.js")
    assert f'from "./{imported.name}"' in importing.read_text()
    assert not list(folder.glob("*.map*"))
    assert not (folder / "a.css").exists()
    assert list(where.iterdir()) == [folder]


def test_the_next_start_finds_them_there(installed: Path, where: Path) -> None:
    first = collected(where)
    written = {file: file.stat().st_mtime_ns for file in first.iterdir()}

    assert collected(where) == first
    assert {file: file.stat().st_mtime_ns for file in first.iterdir()} == written


@pytest.mark.parametrize("changed", ["a.css", "new.css", "rules"])
def test_whatever_has_changed_the_old_ones_are_served_no_more(
    installed: Path, where: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    old = collected(where)
    let_go()

    if changed == "rules":
        monkeypatch.setattr(static_files, "PACKAGES", ("django",))
    else:
        # As long as before: neither size nor time tells.
        (installed / changed).write_text(STYLE.replace("red", "tan"), encoding="utf-8")
    new = collected(where)

    assert new != old
    assert list(where.iterdir()) == [new]


def test_those_that_another_process_serves_stay(installed: Path, where: Path) -> None:
    running = collected(where)
    (installed / "a.css").write_text("b { color: blue }", encoding="utf-8")

    new = collected(where)

    assert {*where.iterdir()} == {running, new}
    let_go()
    collected(where)
    assert list(where.iterdir()) == [new]


def test_what_was_taken_away_in_part_is_never_served(
    installed: Path, where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies meanwhile; then the version before is installed again."""

    def die(folder: Path) -> None:
        next(Path(folder).glob("a.*.css")).unlink()
        raise OSError

    old = collected(where)
    let_go()
    (installed / "a.css").write_text("b { color: blue }", encoding="utf-8")
    with monkeypatch.context() as dying:
        dying.setattr(static_files, "shutil", SimpleNamespace(copyfile=shutil.copyfile, rmtree=die))
        collected(where)
    let_go()
    (installed / "a.css").write_text(STYLE, encoding="utf-8")

    assert collected(where) == old
    assert [style.read_text() for style in old.glob("a.*.css")] == [STYLE]
    assert list(where.iterdir()) == [old]


def test_two_that_start_at_once_serve_the_same(
    installed: Path, where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = static_files._fill
    folders = []

    def fill_after_another(folder: Path) -> None:
        monkeypatch.setattr(static_files, "_fill", fill)
        folders.append(collected(where))
        fill(folder)

    monkeypatch.setattr(static_files, "_fill", fill_after_another)

    folders.append(collected(where))

    assert folders[0] == folders[1]
    assert list(where.iterdir()) == [folders[0]]


def test_a_disk_that_takes_nothing_stops_no_server(
    installed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "static").write_text("no folder")
    with override_settings(VAR_DIR=tmp_path, STATIC_ROOT=None, WHITENOISE_USE_FINDERS=True):
        serve_collected_files()

        assert settings.STATIC_ROOT is None
        assert settings.WHITENOISE_USE_FINDERS
    assert "Static files are served uncompressed" in caplog.text
