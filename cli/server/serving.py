"""shopctl serve, worker, scheduler."""

import errno
import functools
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from cli.terminal.console import put, say, wrong_use
from cli.terminal.verbs import log_like_a_server, lone_verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from cli.server.first_login import Login

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104
LOOPBACK = ("127.0.0.1", "localhost", "::1")

Host = Annotated[str, typer.Option(help="The address to listen at.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 for any free one.")]
NextFreePort = Annotated[
    bool, typer.Option("--next-free-port", help="When the port is taken, the next free one after it.")
]
Processes = Annotated[
    int, typer.Option(min=1, help="Web processes. On SQLite one is enough: it has one writer.")
]
NoWorker = Annotated[bool, typer.Option("--no-worker", help="Web only; run `shopctl worker` beside it.")]
Notice = Annotated[
    float,
    typer.Option(
        min=0, max=300, help="Seconds after TERM in which /readyz says no and requests are still taken."
    ),
]
MostMemory = Annotated[
    int, typer.Option(min=256, help="With several processes: one that has grown to more MB is renewed.")
]


def _marked_running[**P, R](role: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark the process as running the shop while the verb runs, so that nobody replaces the database."""

    def decorate(verb: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(verb)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            from backoffice.runtime.processes import marked_running

            with marked_running(role):
                return verb(*args, **kwargs)

        return run

    return decorate


@lone_verb(
    examples="""
    shopctl serve
    shopctl serve --port 9000
    shopctl serve --next-free-port
    SQL_DATABASE=/srv/shop/shop.sqlite3 shopctl serve
    shopctl serve --no-worker --host 0.0.0.0 --processes 2
    """
)
@_marked_running("web")
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    next_free_port: NextFreePort = False,
    processes: Processes = 1,
    no_worker: NoWorker = False,
    notice: Notice = 0.0,
    most_memory: MostMemory = 768,
) -> None:
    """Run the shop: migrate, then web and worker in one process. INT and TERM end it gently.

    Prints the URL and who can sign in. The password that a new shop starts with is printed once, on a
    terminal of this machine alone; it is kept in a file that only its owner may read.
    """
    from backoffice.db.migrating import migrate, only_one_process
    from backoffice.runtime.consumer import make_consumer
    from backoffice.server import serving
    from backoffice.server.checks import https_without_a_known_proxy
    from backoffice.server.listening import PORTS_TRIED
    from cli.server.first_login import ensure_login

    # Listen first: a server that cannot start must not migrate the database under one that runs.
    listener = _listener(host, port, tries=PORTS_TRIED if next_free_port else 1)
    _begin()
    migrate()
    with only_one_process():
        login = ensure_login()
    bound_port = listener.getsockname()[1]
    if port and bound_port != port:
        say(
            _("Port %(port)s is taken; this is port %(bound_port)s.")
            % {"port": port, "bound_port": bound_port}
        )
    for warning in https_without_a_known_proxy():
        say(f"{warning.msg} {warning.hint}")
    url = _shop_url(host, bound_port)
    serving.serve(
        listener,
        processes=processes,
        make_consumer=None if no_worker else make_consumer,
        notice_seconds=notice,
        most_megabytes=most_memory,
        when_up=lambda: _announce(url, login, host=host),
    )


@lone_verb(
    examples="""
    shopctl worker
    shopctl worker --no-periodic --threads 8
    """
)
@_marked_running("worker")
def worker(
    no_periodic: Annotated[
        bool, typer.Option("--no-periodic", help="Leave periodic tasks to `shopctl scheduler`.")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, help="Tasks at a time.")] = 4,
) -> None:
    """Run the worker alone: tasks, and the clock of the periodic ones. INT and TERM end it gently."""
    from backoffice.runtime.consumer import consume, make_consumer

    _begin()
    consume(
        make_consumer(threads=threads, periodic=not no_periodic),
        when_up=lambda: say(
            _("The worker runs %(threads)s tasks at a time. Stop it with Ctrl-C.") % {"threads": threads}
        ),
    )


@lone_verb(examples="shopctl scheduler")
@_marked_running("scheduler")
def scheduler() -> None:
    """Run the periodic tasks' clock alone; workers run the tasks. Two of them do no harm."""
    from backoffice.runtime.consumer import consume, make_consumer

    _begin()
    consume(
        make_consumer(threads=0), when_up=lambda: say(_("The scheduler is running. Stop it with Ctrl-C."))
    )


def _listener(host: str, port: int, *, tries: int) -> socket.socket:
    from backoffice.server.listening import listen

    try:
        return listen(host, port, tries=tries)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and tries == 1:
            wrong_use(
                _(
                    "Port %(port)s is taken: another program listens there, perhaps this shop "
                    "already. Stop it, or choose another port with --port; --next-free-port takes "
                    "the next free one."
                )
                % {"port": port}
            )
        wrong_use(
            _("Cannot listen at %(host)s port %(port)s: %(reason)s.")
            % {"host": host, "port": port, "reason": error.strerror or error}
        )


def _shop_url(host: str, port: int) -> str:
    """Return the shop's URL on this machine; unless SHOP_URL is set, links in e-mails follow it."""
    from django.conf import settings

    if urlsplit(settings.SHOP_URL).hostname not in LOOPBACK:
        return str(settings.SHOP_URL)
    shown = "127.0.0.1" if host in EVERYWHERE else host
    url = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
    if "SHOP_URL" not in os.environ:
        settings.SHOP_URL = url
    if "DJANGO_ALLOWED_HOSTS" not in os.environ and shown not in LOOPBACK:
        settings.ALLOWED_HOSTS.append(f"[{shown}]" if ":" in shown else shown)
    return url


def _announce(url: str, login: "Login | None", *, host: str) -> None:  # not translated
    from django.urls import reverse

    lines = ["", f"  {url}/admin/", *_who_signs_in(login, host=host)]
    put("\n".join([*lines, f"  API       {url}{reverse('swagger')}", ""]))
    sys.stdout.flush()


def _who_signs_in(login: "Login | None", *, host: str) -> list[str]:  # not translated
    """Say who signs in; the password only once and on a terminal, for other output may end in a log."""
    from cli.server.first_login import login_file

    if login is None:
        return [f"  {_('Sign in with your own account.')}"]
    another = f"shopctl users password {login.email}"
    if login.password is None:
        password = _("changed since; a new one: %(command)s") % {"command": another}
    elif login.is_new and host in LOOPBACK and sys.stdout.isatty():
        kept = _("kept in %(file)s and not printed again") % {"file": login_file()}
        password = f"{login.password}\n            {kept}"
    else:
        password = _("in %(file)s, its second line; another one: %(command)s") % {
            "file": login_file(),
            "command": another,
        }
    return [f"  e-mail    {login.email}", f"  password  {password}"]


def _begin() -> None:
    """Do what every long-running process does first: set up its log, and close private files to others."""
    from django.conf import settings

    from backoffice.db.books_currency import refuse_other_currency
    from backoffice.runtime.private_files import close_to_others

    log_like_a_server()
    database = Path(str(settings.DATABASES["default"]["NAME"])) if settings.IS_SQLITE else None
    for path in close_to_others(Path(settings.VAR_DIR), database):
        say(_("%(path)s was open to other users of this machine; it is not any more.") % {"path": path})
    # Afterwards: to read makes SQLite's own files beside the database, as open as it is.
    refuse_other_currency()
