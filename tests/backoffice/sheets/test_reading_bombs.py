"""Files made to bring the reader down: refused, or read, in 5 seconds and 300 MB, with a sentence.

Each is read in a process of its own, whose processor time and memory are measured. With the limits lifted the
same files take more than that: what is measured here can fail.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.backoffice.sheets import bombs

pytestmark = pytest.mark.once

SECONDS, MEGABYTES = 5.0, 300
LIFTED = {
    "backoffice.sheets.archive": ("MAX_RATIO", "MAX_MEMBERS", "MAX_DIRECTORY"),
    "backoffice.sheets.limits": ("REFUSED_AFTER_SECONDS", "MAX_COLUMNS"),
    "backoffice.sheets.markup": ("MAX_DEPTH", "MAX_ATTRIBUTES", "MAX_NAMES", "MAX_MARK"),
    "backoffice.sheets.csv_rows": ("MAX_LINE", "MAX_COLUMNS", "MAX_BLANK_LINES", "MAX_SHEET_ROWS"),
    "backoffice.sheets.xlsx_rows": ("MAX_IDLE_ELEMENTS", "MAX_CELL"),
    "backoffice.sheets.shared_strings": (
        *("MAX_IDLE_ELEMENTS", "MAX_CELL", "MAX_STRINGS", "MAX_STRINGS_MEMORY"),
    ),
}
# Loads the shop once, then makes a process for each file that it is sent: a fork, which it waits for.
READER = """
import csv, django, json, os, resource, sys
from importlib import import_module
django.setup()
from backoffice.sheets.limits import UnreadableFile
from backoffice.sheets.reading import content_of
from catalog.stock_import.stock_file import read_stock_file

def read(path, lifted):
    resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))
    resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
    for each in lifted:
        module, name = each.split(":")
        setattr(import_module(module), name, 10**12)
        csv.field_size_limit(2**31)
    before = resource.getrusage(resource.RUSAGE_SELF)
    try:
        with open(path, "rb") as file:
            content = content_of(file)
        rows = sum(1 for _ in read_stock_file(content, file_name=path).rows)
        said = f"{rows} rows"
    except UnreadableFile as refusal:
        said = refusal.detail
    except MemoryError:
        said = "MemoryError"
    after = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak // 1024, said, flush=True)

for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        read(*json.loads(line))
        os._exit(0)
    os.waitpid(pid, 0)
    print("ended", flush=True)
"""


@dataclass(frozen=True, slots=True)
class Reading:
    seconds: float
    megabytes: int
    said: str

    @property
    def is_modest(self) -> bool:
        return self.seconds <= SECONDS and self.megabytes <= MEGABYTES and self.said != "MemoryError"


type Read = Callable[..., Reading]


@pytest.fixture(scope="module")
def reading() -> Iterator[Read]:
    """What a process of its own needs for the file and says of it; the end of its means is told as such."""
    reader = subprocess.Popen(
        [sys.executable, "-c", READER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )

    def read(path: Path, *lifted: str) -> Reading:
        assert reader.stdin is not None
        assert reader.stdout is not None
        print(json.dumps([str(path), lifted]), file=reader.stdin, flush=True)
        told = list(iter(reader.stdout.readline, "ended\n"))
        if not told:
            return Reading(99, 999, "MemoryError")
        seconds, megabytes, said = told[0].split(" ", 2)
        return Reading(float(seconds), int(megabytes), said.strip())

    with reader:
        yield read
        reader.kill()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bombs")


@pytest.fixture
def bomb(folder: Path, request: pytest.FixtureRequest) -> Path:
    path = folder / request.param
    if not path.exists():
        path.write_bytes(getattr(bombs, request.param)())
    return path


ADVICE = ("Copy", "Save", "save", "Keep", "Split", "Shorten", "closed", "first row", "Unpack", "Put one row")
READ = {
    "instructions": "The file has no rows.",
    "a_sheet_that_is_the_workbook": "The file has no rows.",
    "number_formats": "1 rows",
    "blank_lines_below": "1 rows",
    "utf_16_lines": "200000 rows",
}


@pytest.mark.parametrize(("bomb", "name"), [(name, name) for name in bombs.all_bombs()], indirect=["bomb"])
def test_no_file_takes_more_than_five_seconds_and_300_megabytes(bomb: Path, name: str, reading: Read) -> None:
    assert bomb.stat().st_size <= 20_000_000, "a larger file is refused before it is looked at"

    told = reading(bomb)
    if not told.is_modest:
        # Whatever else the machine does can only add to what reading costs.
        told = min(told, reading(bomb), key=lambda each: each.seconds)

    assert told.is_modest, told
    if name in READ:
        assert told.said.startswith(READ[name])
    else:
        assert any(advice in told.said for advice in ADVICE), told


@pytest.mark.parametrize(
    "bomb",
    [
        "nested_elements",
        "empty_cells",
        "one_flood_of_attributes",
        "wide_shared_strings",
        "columns_over_many_lines",
    ],
    indirect=True,
)
def test_with_the_limits_lifted_the_same_file_takes_more(bomb: Path, reading: Read) -> None:
    lifted = [f"{module}:{name}" for module, names in LIFTED.items() for name in names]

    assert not reading(bomb, *lifted).is_modest


def test_a_directory_of_extra_fields_holds_the_standard_library_up(tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(bombs.directory_of_extra_fields())
    script = (
        "import resource, sys, zipfile; resource.setrlimit(resource.RLIMIT_CPU, (2, 2));"
        "zipfile.ZipFile(sys.argv[1])"
    )

    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False).returncode < 0


def test_an_honest_workbook_of_many_rows_is_read_in_little_memory(tmp_path: Path, reading: Read) -> None:
    rows = b"".join(
        b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>SKU-%06d</t></is></c><c r="B%d"><v>%d</v></c></row>'
        % (row, row, row, row, row % 97)
        for row in range(2, 100_002)
    )
    path = tmp_path / "stock.xlsx"
    path.write_bytes(bombs.rows(rows))

    told = reading(path)

    assert (told.said, told.megabytes <= MEGABYTES) == ("100000 rows", True)


def test_a_million_empty_rows_below_the_last_filled_one_are_read(tmp_path: Path, reading: Read) -> None:
    empty = b"".join(b'<row r="%d" ht="15" customHeight="1"/>' % row for row in range(3, 1_048_577))
    path = tmp_path / "stock.xlsx"
    path.write_bytes(bombs.rows(b'<row r="2"><c r="A2"><v>7</v></c><c r="B2"><v>5</v></c></row>' + empty))

    told = reading(path)

    assert (told.said, told.is_modest) == ("1 rows", True)
