"""shopctl serve, worker, scheduler."""

import os
import socket
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from cli.console import say, wrong_use
from cli.verbs import lone_verb

if TYPE_CHECKING:
    from cli.first_login import Login

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@lone_verb(
    examples="""
    shopctl serve
    shopctl serve --port 9000
    SQL_DATABASE=/srv/shop/shop.sqlite3 shopctl serve
    shopctl serve --no-worker --host 0.0.0.0 --processes 2
    """
)
def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="When it is taken, the next free one.")] = 8000,
    processes: Annotated[
        int, typer.Option(min=1, help="Web processes. On SQLite one is enough: it has one writer.")
    ] = 1,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Web only; run `shopctl worker` beside it.")
    ] = False,
) -> None:
    """Run the shop: migrate, then web and worker in one process. INT and TERM end it gently.

    Prints the URL and, unless somebody else may do everything, what to sign in with.
    """
    from backoffice import server
    from backoffice.consumer import make_consumer
    from backoffice.migrating import migrate, only_one_process
    from backoffice.running import marked_running
    from cli.first_login import ensure_login

    with marked_running("web") as keep_mark:
        migrate()
        with only_one_process():
            login = ensure_login()
        listener = _listener(host, port)
        bound_port = listener.getsockname()[1]
        if port and bound_port != port:
            say(f"Port {port} is taken; this is port {bound_port}.")
        url = _shop_url(host, bound_port)

        def announce() -> None:
            keep_mark()
            _announce(url, login)

        server.serve(
            listener,
            processes=processes,
            consumer=None if no_worker else make_consumer(),
            when_up=announce,
        )


@lone_verb(
    examples="""
    shopctl worker
    shopctl worker --no-periodic --threads 8
    """
)
def worker(
    no_periodic: Annotated[
        bool, typer.Option("--no-periodic", help="Leave periodic tasks to `shopctl scheduler`.")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, help="Tasks at a time.")] = 4,
) -> None:
    """Run the worker alone: tasks, and the clock of the periodic ones. INT and TERM end it gently."""
    _consume(
        "worker", f"The worker runs {threads} tasks at a time.", threads=threads, periodic=not no_periodic
    )


@lone_verb(examples="shopctl scheduler")
def scheduler() -> None:
    """Run the periodic tasks' clock alone; workers run the tasks. Two of them do no harm."""
    _consume("scheduler", "The scheduler is running.", threads=0, periodic=True)


def _consume(role: str, told: str, *, threads: int, periodic: bool) -> None:
    from backoffice.consumer import consume, make_consumer
    from backoffice.running import marked_running

    with marked_running(role) as keep_mark:

        def announce() -> None:
            keep_mark()
            say(f"{told} Stop it with Ctrl-C.")

        consume(make_consumer(threads=threads, periodic=periodic), when_up=announce)


def _listener(host: str, port: int) -> socket.socket:
    from backoffice.server import listen

    try:
        return listen(host, port)
    except OSError as error:
        wrong_use(f"Cannot listen at {host} port {port}: {error.strerror or error}.")


def _shop_url(host: str, port: int) -> str:
    """Where a browser on this machine finds the shop. Links in e-mails follow it, unless SHOP_URL is set."""
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


def _announce(url: str, login: "Login | None") -> None:
    from django.urls import reverse

    lines = ["", f"  {url}/admin/"]
    if login is None:
        lines.append("  Sign in with your own account.")
    elif login.password is None:
        lines += [
            f"  e-mail    {login.email}",
            f"  password  changed since; a new one: shopctl users password {login.email}",
        ]
    else:
        lines += [f"  e-mail    {login.email}", f"  password  {login.password}"]
    print("\n".join([*lines, f"  API       {url}{reverse('swagger')}", ""]), flush=True)
