"""Tests that several runs share, dealt out between them: a file to whoever comes to it first.

What is alike on every database is shared by all runs, the rest by those on the same database.

The runs know of each other by a directory, in which whoever takes a file of tests leaves a mark of its name.
"""

import os
from pathlib import Path

import pytest

DIRECTORY = "TESTS_DEALT_OUT"
# Set for runs that are not alone on their database: its name.
SHARED = "TESTS_SHARED"


class Dealer:
    """Knows what one run has to do of what is dealt out; without company, everything."""

    def __init__(self, directory: Path | None, *, shared: str = "") -> None:
        self._directory = directory
        self.shared = shared
        self._is_ours: dict[str, bool] = {}

    @classmethod
    def of_the_environment(cls) -> "Dealer":
        named = os.environ.get(DIRECTORY)
        return cls(Path(named) if named else None, shared=os.environ.get(SHARED, ""))

    @property
    def has_company(self) -> bool:
        return self._directory is not None

    def is_ours(self, item: pytest.Item) -> bool:
        """Whether this run has it to do; decided for all tests of a file when the first is come to."""
        among = "all" if is_once(item) else self.shared
        if self._directory is None or not among:
            return True
        file = f"{among}+{item.nodeid.partition('::')[0]}"
        if file not in self._is_ours:
            self._is_ours[file] = _take(self._directory / file.replace("/", "+"))
        return self._is_ours[file]


def is_once(item: pytest.Item) -> bool:
    return item.get_closest_marker("once") is not None


def long_ones_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """So that neither run waits long for the last file of the other; file by file as before."""
    long = {item.path for item in items if any(map(item.get_closest_marker, ("slow", "browser")))}
    return sorted(items, key=lambda item: item.path not in long)


def _take(mark: Path) -> bool:
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
