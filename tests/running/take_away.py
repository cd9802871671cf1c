"""Takes one thing from a shop of its own and prints what each door says.

`python -m tests.running.take_away NAME…`; without a name it lists the names. docs/scaling.md has the table of
what they show.
"""

import sys
from dataclasses import dataclass

from tests.run import main as run

OUTAGES = "tests/running/test_outages.py"
GROWN = f"{OUTAGES}::TestGrown"
EMBEDDED = "tests/running/test_embedded_outages.py"
DISKS = "tests/running/test_full_disks.py"
SUPERVISING = "tests/backoffice/server/test_supervising.py"
WORKERS = "tests/backoffice/outbox/test_delivery_workers.py"
BACKUP = "tests/cli/database/test_backup.py"
KILLED = "tests/running/test_killed_server.py"
# So that each of the grown shop's ends with the proof that nothing is lost.
PROOF = f"{GROWN}::test_afterwards_every_acknowledged_order_is_there"


@dataclass(frozen=True, slots=True)
class Outage:
    """The database of the shop, and the tests that take something from it."""

    database: str
    tests: tuple[str, ...]


def _grown(test: str) -> Outage:
    return Outage("postgresql", (f"{GROWN}::{test}", PROOF))


ROWS = {
    "mail": _grown("test_without_a_mail_server_all_goes_on_and_mails_wait"),
    "redis-stopped": _grown("test_without_redis_all_goes_on_and_it_says_degraded[stopped]"),
    "redis-hung": _grown("test_without_redis_all_goes_on_and_it_says_degraded[hung]"),
    "postgresql-restarted": _grown("test_a_postgresql_that_restarts_under_load_loses_nothing"),
    "postgresql-hung": _grown("test_a_hung_postgresql_is_told_within_seconds"),
    "postgresql-read-only": _grown("test_a_postgresql_that_only_reads_answers_reads"),
    "postgresql-full": Outage(
        "postgresql",
        (f"{DISKS}::test_a_postgresql_on_a_full_disk_reads_and_the_shop_goes_on_when_there_is_room",),
    ),
    "full": Outage(
        "sqlite",
        (
            f"{DISKS}::test_the_embedded_shop_on_a_full_disk_reads_and_goes_on_when_there_is_room",
            f"{OUTAGES}::TestEmbedded::test_a_full_disk_is_told_and_what_only_reads_goes_on",
        ),
    ),
    "read-only": Outage(
        "sqlite", (f"{EMBEDDED}::test_a_disk_that_only_reads_stops_the_start_and_later_only_writing",)
    ),
    "web-killed": _grown("test_a_killed_web_process_is_replaced"),
    "worker-killed": _grown("test_a_killed_worker_or_scheduler_keeps_nobody_from_ordering[worker]"),
    "scheduler-killed": _grown("test_a_killed_worker_or_scheduler_keeps_nobody_from_ordering[scheduler]"),
    "supervisor-killed": _grown("test_a_killed_supervisor_takes_its_processes_along_and_is_started_again"),
    "killed": Outage(
        "sqlite", (f"{OUTAGES}::TestEmbedded::test_a_killed_shop_loses_nothing_and_is_started_again",)
    ),
    "clock-back": Outage(
        "sqlite", (f"{EMBEDDED}::test_after_the_clock_was_put_back_orders_go_on_and_their_mails_leave",)
    ),
    "two-servers": Outage("sqlite", (f"{EMBEDDED}::test_two_servers_on_one_file_take_orders_side_by_side",)),
    "redis-emptied": _grown("test_a_queue_that_was_emptied_loses_no_mail_and_no_end_of_a_promotion"),
    "redis-hung-over-a-change": Outage("postgresql", ("tests/running/test_hung_cache.py",)),
    "worker-killed-in-a-mail": Outage("postgresql", (WORKERS,)),
    "killed-in-a-request": Outage(
        "sqlite",
        (
            f"{EMBEDDED}::test_a_shop_that_is_killed_with_a_request_under_way_answers_its_retry_once",
            KILLED,
        ),
    ),
    "term-in-a-request": Outage("sqlite", (SUPERVISING,)),
    "backup-under-load": Outage(
        "postgresql",
        (f"{BACKUP}::test_a_backup_under_load_restores_with_all_that_was_acknowledged",),
    ),
}


def main(names: list[str]) -> int:
    if not names or set(names) - ROWS.keys():
        sys.stdout.write("\n".join([*ROWS, ""]))
        return 2 if names else 0
    ended = [run(["--only", ROWS[name].database, *ROWS[name].tests, "-s", "-q"]) for name in names]
    return max(ended)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
