"""Addresses in the log are covered where they stand; nobody who writes meanwhile loses a line."""

from pathlib import Path
from typing import Any

import pytest

from accounts.privacy.files import mask_log_lines


@pytest.fixture
def log(settings: Any, tmp_path: Path) -> Path:
    path = tmp_path / "security.log"
    logging = settings.LOGGING
    handler = {**logging["handlers"]["security"], "filename": path}
    settings.LOGGING = {**logging, "handlers": {**logging["handlers"], "security": handler}}
    return path


LINE = (
    '2026-11-30 10:45 INFO [-] signed_in address="{where}" door="api" by="{who}" account="{who}" detail=""\n'
)


def test_an_address_and_where_it_came_from_are_covered_in_every_file(log: Path) -> None:
    for path in (log, log.with_name("security.log.1"), log.with_name("security.log.9")):
        path.write_text(LINE.format(where="192.0.2.1", who="ada@example.com"))
    size = log.stat().st_size
    with log.open("a") as writer:
        assert mask_log_lines(["ada@example.com"]) == 3
        writer.write("one more line\n")
    for path in (log, log.with_name("security.log.1"), log.with_name("security.log.9")):
        assert "ada@" not in path.read_text()
        assert "192.0.2.1" not in path.read_text()
    assert log.read_text().endswith('detail=""\none more line\n')
    assert log.stat().st_size == size + len("one more line\n")


def test_lines_about_others_are_left_alone(log: Path) -> None:
    others = ("bada@example.com", "ada@example.com.au", "x.ada@example.com", "bob@example.com")
    log.write_text("".join(LINE.format(where="192.0.2.1", who=who) for who in others))
    before = log.read_text()
    assert mask_log_lines(["ada@example.com"]) == 0
    assert log.read_text() == before


def test_an_address_is_found_as_people_write_it_too(log: Path) -> None:
    log.write_text(LINE.format(where="192.0.2.1", who="theo@straße.de"))
    assert mask_log_lines(["theo@xn--strae-oqa.de"]) == 1
    assert "theo" not in log.read_text()


def test_without_a_log_there_is_nothing_to_cover(log: Path) -> None:
    assert mask_log_lines(["ada@example.com"]) == 0
    assert mask_log_lines([]) == 0


def test_names_that_a_line_about_them_tells_are_covered_and_what_they_did_stays(log: Path) -> None:
    line = LINE.replace("signed_in", "{kind}").replace('detail=""', 'detail="{detail}"')
    told = {
        "edited": r"Name: Ada → \"Lovelace\"",
        "signed_out": "A program at 192.0.2.7",
        "exported": "orders",
    }
    log.write_text(
        "".join(
            line.format(where="192.0.2.1", who=who, kind=kind, detail=detail)
            for kind, detail in told.items()
            for who in ("ada@example.com", "bob@example.com")
        )
    )
    assert mask_log_lines(["ada@example.com"]) == 3
    ada, bob = log.read_text().splitlines()[0::2], log.read_text().splitlines()[1::2]
    assert not any(word in " ".join(ada) for word in ("Ada", "Lovelace", "192.0.2"))
    assert ada[2].endswith('detail="orders"')
    assert ["Lovelace" in bob[0], "192.0.2.7" in bob[1]] == [True, True]
