"""How much the tests of promises do: enough of it in every run of the suite, all of it in `make soak`."""

import os

IS_SOAK = "SOAK_STEPS" in os.environ
STEPS = int(os.environ.get("SOAK_STEPS", "2000"))
# Hypothesis alone may take five minutes to shrink what it found.
SECONDS_ALLOWED = 36_000 if IS_SOAK else 600
