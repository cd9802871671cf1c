"""Time, CPU and memory of a piece of work."""

import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Sample:
    """One run. CPU is that of this process and of the database server, where that runs on this machine."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def measured(work: Callable[[], object], *, server_pid: int | None = None) -> Sample:
    """Run the work once, in this process. The peak is the process's since it began."""
    cpu = time.process_time() + tree_cpu_seconds(server_pid)
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    cpu = time.process_time() + tree_cpu_seconds(server_pid) - cpu
    return Sample(seconds, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measured_command(arguments: Sequence[str], environment: Mapping[str, str]) -> Sample:
    """Run a program to its end, which must be a good one."""
    started = time.perf_counter()
    process = subprocess.Popen(arguments, env=dict(environment), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    return Sample(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def alternating[Result](repetitions: int, *contestants: Callable[[], Result]) -> list[list[Result]]:
    """The results of each contestant, run A B A B …: whatever else the machine does meets them all."""
    rounds = [[contestant() for contestant in contestants] for _ in range(repetitions)]
    return [list(results) for results in zip(*rounds, strict=True)]


def in_child[**P, R](
    environment: Mapping[str, str], function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """What the function returns when a new process calls it, with Django set up for this environment."""
    with child(environment) as process:
        return process.call(function, *args, **kwargs)


@contextmanager
def child(environment: Mapping[str, str]) -> Iterator["Child"]:
    """A process with Django set up for this environment, which keeps what its calls have made."""
    with ProcessPoolExecutor(
        1, mp_context=get_context("spawn"), initializer=_enter, initargs=(dict(environment),)
    ) as pool:
        yield Child(pool)
        pool.submit(_leave).result()


@dataclass(frozen=True, slots=True)
class Child:
    pool: ProcessPoolExecutor

    def call[**P, R](self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        promised = self.pool.submit(function, *args, **kwargs)
        try:
            return promised.result()
        except KeyboardInterrupt:
            for process in active_children():
                process.terminate()
            raise


def tree_cpu_seconds(pid: int | None) -> float:
    """CPU of a process and its children, ended ones too; 0 for a process that is not to be seen here."""
    if pid is None or not Path(f"/proc/{pid}").exists():
        return 0.0
    processes = map(_process, Path("/proc").glob("[0-9]*"))
    ticks = sum(sum(ticks[:2]) for parent, ticks in filter(None, processes) if parent == pid)
    own = _process(Path(f"/proc/{pid}"))
    return (ticks + sum(own[1] if own else ())) / TICKS_PER_SECOND


def _process(directory: Path) -> tuple[int, list[int]] | None:
    """Its parent, and its ticks in user mode and in the kernel, then those of its ended children."""
    try:
        # The name before the bracket may hold anything.
        fields = (directory / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(fields[1]), [int(field) for field in fields[11:15]]


def _enter(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    import django

    django.setup()


def _leave() -> None:
    from django.db import connections

    connections.close_all()
