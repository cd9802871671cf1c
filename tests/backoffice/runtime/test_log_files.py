"""Log files that several processes write: no line is lost, none fills the disk, nobody else reads them."""

import logging
import multiprocessing
import stat
from pathlib import Path

import pytest

from backoffice.runtime.log_files import PrivateFile

pytestmark = pytest.mark.once


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("backoffice.security", logging.INFO, "", 0, text, (), None)


def handler(path: Path, *, most_bytes: int = 100, kept: int = 3) -> PrivateFile:
    return PrivateFile(path, most_bytes=most_bytes, kept=kept, encoding="utf-8", delay=True)


def lines_of(folder: Path) -> list[str]:
    files = sorted(folder.glob("security.log*"), reverse=True)
    return [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_large_file_is_moved_away_and_only_so_many_are_kept(tmp_path: Path) -> None:
    log = handler(tmp_path / "security.log")
    for number in range(60):
        # Eleven with the line's end: ten lines make a file large.
        log.emit(record(f"line {number:05}"))
    log.close()

    names = sorted(path.name for path in tmp_path.glob("security.log*") if path.suffix != ".lock")
    assert names == ["security.log", "security.log.1", "security.log.2", "security.log.3"]
    assert (tmp_path / "security.log").read_text().splitlines() == [f"line {n:05}" for n in range(50, 60)]
    assert (tmp_path / "security.log.3").read_text().splitlines() == [f"line {n:05}" for n in range(20, 30)]
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_after_something_else_has_moved_it_away_a_new_one_begins(tmp_path: Path) -> None:
    path = tmp_path / "security.log"
    log = handler(path, most_bytes=10_000)
    log.emit(record("first"))
    path.rename(tmp_path / "security.log-20261201")
    log.emit(record("second"))
    log.close()

    assert (tmp_path / "security.log-20261201").read_text() == "first\n"
    assert path.read_text() == "second\n"


def write_many(path: Path, name: str, count: int) -> None:
    log = handler(path, most_bytes=2_000, kept=50)
    for number in range(count):
        log.emit(record(f"{name} {number:05}"))
    log.close()


def test_no_line_is_lost_while_several_processes_write_and_move_it(tmp_path: Path) -> None:
    path = tmp_path / "security.log"
    begin = multiprocessing.get_context("spawn")
    writers = [begin.Process(target=write_many, args=(path, f"writer-{n}", 1_000)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert sorted(lines_of(tmp_path)) == sorted(f"writer-{n} {i:05}" for n in range(3) for i in range(1_000))
    moved = [each for each in tmp_path.glob("security.log.*") if each.suffix != ".lock"]
    assert len(moved) >= 20
    # Not one by one: each was full, or nearly, when it was moved.
    assert min(each.stat().st_size for each in moved) >= 1_900


def test_a_folder_that_may_not_be_written_costs_lines_and_nothing_else(tmp_path: Path) -> None:
    log = handler(tmp_path / "no" / "such" / "security.log")
    log.emit(record("lost"))
    log.close()
