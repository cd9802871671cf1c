"""`manage.py test` runs pytest, like everything else here."""

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from django.conf import settings


class PytestRunner:
    """Django's test runner interface, handed on to a pytest process with its own settings and database."""

    def __init__(
        self,
        *,
        verbosity: int = 1,
        failfast: bool = False,
        keepdb: bool = False,
        tests: Sequence[str] = (),
        **_: object,
    ) -> None:
        self.arguments = [*(["-q"] if verbosity == 0 else ["-v"] * (verbosity - 1))]
        if failfast:
            self.arguments.append("--exitfirst")
        if keepdb:
            self.arguments.append("--reuse-db")
        if tests:
            self.arguments += ["-k", " or ".join(tests)]

    @classmethod
    def add_arguments(cls, parser: ArgumentParser) -> None:
        parser.add_argument("--keepdb", action="store_true", help="Preserves the test database between runs.")
        parser.add_argument(
            "-k", action="append", dest="tests", default=[], help="Only tests with this in their name."
        )

    def run_tests(self, test_labels: Sequence[str], **_: object) -> int:
        """Run the given paths (all without any); 0 when everything passed, else pytest's exit code."""
        command = [sys.executable, "-m", "pytest", *self.arguments, *test_labels]
        return subprocess.run(command, cwd=settings.BASE_DIR, check=False).returncode
