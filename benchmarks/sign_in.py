"""What a sign-in with a password costs: most of it is the hash, made slow for whoever guesses."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks import plain
from benchmarks.embedded_memory import resident_mb
from benchmarks.figures import Figure, Series, Unit, at_most
from benchmarks.load import Load, compared, cpu_of, post, sent_in_turn
from benchmarks.measuring import in_child
from benchmarks.options import Options
from benchmarks.order_load import LIMITS
from benchmarks.plain import PLAIN, plain_shop
from benchmarks.serving import Serving, serving
from benchmarks.shops import Server, filled_shop

SIGN_INS = 10
PASSWORD = "correct horse battery staple"


def figures(server: Server, options: Options) -> Iterator[Figure]:
    if server.vendor != "sqlite":
        return  # the hash is the same
    with filled_shop(server, products=1) as shop, plain_shop() as other:
        email = in_child(shop.environment, prepare)
        name = in_child(other.shop.environment, plain.user_with_password, PASSWORD)
        with serving(shop, processes=1, variables=LIMITS) as web:
            here = partial(signed_in, web, "/api/v1/auth/token", {"email": email, "password": PASSWORD})
            there = partial(signed_in, other.web, "/api/token/", {"username": name, "password": PASSWORD})
            here()
            held = [grown_by(web.pid, here) for _ in range(options.read_repetitions)]
            our_loads, their_loads = compared(options.read_repetitions, here, there)
    yield Figure(cpu_of("CPU of a sign-in", our_loads), Unit.MILLISECONDS, goal=at_most(60))
    beside = cpu_of("CPU of a sign-in, beside Django's own hash", our_loads)
    yield Figure(beside, Unit.MILLISECONDS, cpu_of(PLAIN, their_loads))
    yield Figure(Series("memory a sign-in takes while it hashes", held), Unit.MEGABYTES, goal=at_most(46))


def signed_in(web: Serving, path: str, who: dict[str, str]) -> Load:
    requests = [post(path, json.dumps(who).encode())] * SIGN_INS
    return sent_in_turn(web, requests, clients=1, expected=200)


def grown_by(pid: int, work: partial[Load]) -> float:
    """The megabytes that the process held at most during the work, beyond those it had before."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    before = resident_mb(pid)
    work()
    return peak_mb(pid) - before


def peak_mb(pid: int) -> float:
    """The most it held since its peak was forgotten."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) / 1024


def prepare() -> str:
    from django.utils import timezone

    from accounts.models import User

    return User.objects.create_user("signs-in@example.com", PASSWORD, email_confirmed_at=timezone.now()).email
