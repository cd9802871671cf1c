"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Sizes of what the parts measure, and how often they repeat it; each can be set on the command line."""

    rows: int = 100_000
    engine_rows: int = 5_000
    many_rows: int = 300_000
    bank_lines: int = 10_000
    movements: int = 200_000
    codes: int = 100_000
    past_orders: int = 30_000
    orders: int = 300
    flash_orders: int = 320
    mailed_orders: int = 500
    least_orders: int = 2_000
    few_orders: int = 50_000
    many_orders: int = 250_000
    repetitions: int = 3
    engine_repetitions: int = 1
    audit_repetitions: int = 3
    command_repetitions: int = 5
    order_repetitions: int = 5
    requests: int = 5_000
    screen_repetitions: int = 3
    reads: int = 400
    cached_reads: int = 2_000
    visits: int = 15
    read_repetitions: int = 5
