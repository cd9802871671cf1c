"""How long a person waits for shopctl."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Unit, at_most, seconds_of
from benchmarks.measuring import Sample, alternating, measured_command
from benchmarks.options import Options
from benchmarks.shops import Server, filled_shop, skus

SHOPCTL = str(Path(sys.executable).with_name("shopctl"))


def figures(server: Server, options: Options) -> Iterator[Figure]:
    [sku] = skus(1)
    with filled_shop(server, products=1) as shop:
        pairs = (
            ((SHOPCTL, "--help"), "import typer", 1.5),
            ((SHOPCTL, "products", "show", sku), "import django; django.setup()", 0.6),
        )
        for command, statement, limit in pairs:

            def run_ours(command: tuple[str, ...] = command) -> Sample:
                return measured_command(command, shop.environment)

            def run_yardstick(statement: str = statement) -> Sample:
                return measured_command((sys.executable, "-c", statement), shop.environment)

            # Once before it counts: the first reads the modules from disk.
            run_ours()
            run_yardstick()
            ours, yardstick = alternating(options.command_repetitions, run_ours, run_yardstick)
            yield Figure(
                seconds_of(f"shopctl {' '.join(command[1:])}", ours),
                Unit.SECONDS,
                seconds_of(f"python -c {statement!r}", yardstick),
                at_most(limit),
            )
