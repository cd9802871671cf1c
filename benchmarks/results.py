"""The figures of one run, kept as JSON with what is to be known of the machine."""

import dataclasses
import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.measuring import in_child
from benchmarks.options import Options
from benchmarks.shops import Server, version_of_database

BUSY = 0.5
DIRECTORY = Path(__file__).parent / "results"


class Results:
    """Collects figures; `write` keeps them in a file named after the moment the run began."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.began_at = datetime.now(UTC)
        self.figures: list[dict[str, Any]] = []
        self.failures: dict[str, str] = {}
        self.facts: dict[str, Any] = {
            "began_at": self.began_at.isoformat(timespec="seconds"),
            "commit": _commit(),
            "cpus": os.cpu_count(),
            "load_average": os.getloadavg(),
            "machine": platform.platform(),
            "python": platform.python_version(),
            "databases": {},
            "part_seconds": {},
            "options": dataclasses.asdict(options),
        }

    @property
    def is_machine_busy(self) -> bool:
        """Whether something else kept a part of it occupied when the run began."""
        return bool(self.facts["load_average"][0] > BUSY)

    def enter(self, server: Server) -> str:
        """The name and version of the database, noted among the facts."""
        version = in_child(server.base, version_of_database)
        self.facts["databases"][server.vendor] = version
        return version

    def note_seconds(self, part: str, seconds: float) -> None:
        self.facts["part_seconds"][part] = round(seconds, 1)
        print(f"  [{part}: {seconds:.0f} s]", flush=True)

    def add(self, part: str, database: str, figure: Figure) -> None:
        self.figures.append(
            {
                "part": part,
                "database": database,
                "unit": figure.unit.value,
                "measured": dataclasses.asdict(figure.measured) | {"median": figure.measured.median},
                "yardstick": figure.yardstick
                and dataclasses.asdict(figure.yardstick) | {"median": figure.yardstick.median},
                "ratio": figure.ratio,
                "cpu_ratio": figure.cpu_ratio,
                "goal": figure.goal and str(figure.goal),
                "is_reached": figure.is_reached,
            }
        )

    def write(self) -> Path:
        path = DIRECTORY / f"{self.began_at:%Y-%m-%d-%H%M%S}.json"
        path.parent.mkdir(exist_ok=True)
        kept = self.facts | {"failures": self.failures, "figures": self.figures}
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        return path


def _commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, cwd=DIRECTORY.parent
    )
    return described.stdout.strip()
