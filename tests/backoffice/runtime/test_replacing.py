"""Files are written wholly or not at all, whoever else writes or reads them meanwhile."""

import os
import stat
import threading
import time
from pathlib import Path

import pytest

from backoffice.runtime.replacing import replacing
from cli.terminal import files

pytestmark = pytest.mark.once


def write(path: Path, content: bytes) -> None:
    # A workbook's content is written as it is; a CSV file would begin with a mark.
    files.write(path, content, "xlsx")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_two_writers_of_one_file_each_write_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    barrier = threading.Barrier(2)

    def fill(letter: bytes) -> None:
        with replacing(path) as part:
            barrier.wait(timeout=10)
            for _ in range(1_000):
                with part.open("ab") as file:
                    file.write(letter)
            barrier.wait(timeout=10)

    writers = [threading.Thread(target=fill, args=(letter,)) for letter in (b"a", b"b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert path.read_bytes() in (b"a" * 1_000, b"b" * 1_000)
    assert [each.name for each in tmp_path.iterdir()] == ["orders.csv"]


def test_what_was_there_stays_until_all_is_written_and_after_a_failure(
    tmp_path: Path,
) -> None:
    path = tmp_path / "orders.csv"
    write(path, b"before")

    def break_off() -> None:
        with replacing(path) as part:
            part.write_bytes(b"half")
            assert path.read_bytes() == b"before"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()

    assert path.read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["orders.csv"]


def test_a_link_goes_on_leading_to_the_file_it_led_to(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.csv").symlink_to("real/orders.csv")

    write(tmp_path / "link.csv", b"1")
    write(tmp_path / "link.csv", b"2")

    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real" / "orders.csv").read_bytes() == b"2"
    assert [each.name for each in (tmp_path / "real").iterdir()] == ["orders.csv"]


def test_the_mode_stays_and_a_new_file_has_the_usual_one(tmp_path: Path) -> None:
    umask = os.umask(0o027)
    try:
        write(tmp_path / "new.csv", b"1")
    finally:
        os.umask(umask)
    assert mode(tmp_path / "new.csv") == 0o640
    (tmp_path / "new.csv").chmod(0o664)
    write(tmp_path / "new.csv", b"2")
    assert mode(tmp_path / "new.csv") == 0o664
    with replacing(tmp_path / "new.csv", private=True) as part:
        assert mode(part) == 0o600
    assert mode(tmp_path / "new.csv") == 0o600


def test_a_name_as_long_as_names_can_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".csv")

    write(path, b"1")

    assert path.read_bytes() == b"1"


def test_what_a_killed_writer_left_is_removed_and_what_one_writes_is_not(tmp_path: Path) -> None:
    path = tmp_path / "shop.backup"
    left = tmp_path / ".shop.backup.abc.part"
    left.write_bytes(b"half")
    long_ago = time.time() - 3_600
    os.utime(left, (long_ago, long_ago))

    with replacing(path) as slow:
        slow.write_bytes(b"slow")
        os.utime(slow, (long_ago, long_ago))
        write(path, b"fast")
        assert not left.exists()
        assert slow.exists()

    assert path.read_bytes() == b"slow"


def test_a_device_or_a_pipe_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    pipe, folder, link = tmp_path / "pipe", tmp_path / "folder", tmp_path / "link"
    os.mkfifo(pipe)
    folder.mkdir()
    link.symlink_to(pipe)
    for path in (pipe, folder, link):
        with pytest.raises(FileExistsError, match="no file, and is not replaced"), replacing(path):
            pass
    assert (pipe.is_fifo(), folder.is_dir()) == (True, True)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "link", "pipe"]
