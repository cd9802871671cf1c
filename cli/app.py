"""shopctl: operations from the terminal. `shopctl --help` loads neither Django nor the verbs."""

import gc
from difflib import get_close_matches
from importlib import import_module
from typing import Annotated, Any

import typer

from backoffice.runtime import private_files
from cli.terminal import arguments, failures, streams
from cli.terminal.commands import Group, Verb

# name: (module:attribute, what it is for), in the order in which the help lists them.
VERBS = {
    "demo": ("cli.demo.verb:demo", "Fill the shop with data to play with"),
    "serve": ("cli.server.serving:serve", "Run the shop: web and worker in one process"),
    "worker": ("cli.server.serving:worker", "Run the worker alone"),
    "scheduler": ("cli.server.serving:scheduler", "Run the periodic tasks' clock alone"),
    "doctor": ("cli.doctor.verb:doctor", "Look for trouble; exit with 4 when there is some"),
    "backup": ("cli.database.backup:backup", "Write the whole database to a file, while the shop runs"),
    "restore": ("cli.database.backup:restore", "Put a backup in the place of the database"),
    "move-database": (
        "cli.database.move:move_database",
        "Move the shop from SQLite to PostgreSQL, with proof",
    ),
    "products": ("cli.products.files:app", "Look at products; import, export and archive them"),
    "families": ("cli.families:app", "Look at families of products; make, fill and dissolve them"),
    "stock": ("cli.stock:app", "Receive, count, adjust, import, export and prove stock"),
    "promos": ("cli.promos:app", "Create, pause and end promo codes"),
    "orders": ("cli.orders:app", "Look at orders; place, ship, cancel, return and export them"),
    "payments": ("cli.payments:app", "Look at payments; record, pay back, correct and prove them"),
    "customers": ("cli.customers:app", "Look at customers; edit, export and merge them"),
    "privacy": ("cli.privacy:app", "What is kept for a time only; who was erased and must stay so"),
    "users": ("cli.users:app", "Staff accounts, roles and passwords"),
    "settings": ("cli.settings:app", "Look at the shop's settings; change and reset them"),
    "emails": ("cli.emails:app", "Look at e-mails; send given-up ones again"),
}


def _command(name: str, found: Any) -> Any:
    """Return a group as it is, and make a verb of its own from a function."""
    if not isinstance(found, typer.Typer):
        lone = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
        lone.command(name, cls=Verb, epilog=getattr(found, "epilog", None))(found)
        found = lone
    command = typer.main.get_command(found)
    command.name = name
    return command


class Shopctl(Group):
    """Loads a group or verb when it is asked for, and prints refusals and faults in one place."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(VERBS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        if cmd_name not in VERBS:
            return None
        if cmd_name not in self.commands:
            module, _, attribute = VERBS[cmd_name][0].partition(":")
            self.commands[cmd_name] = _command(cmd_name, getattr(import_module(module), attribute))
        return self.commands[cmd_name]

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """Find the group or verb; name those that are spelled much like one that is not there."""
        try:
            return super().resolve_command(ctx, args)
        except Exception as error:
            if args[0] not in VERBS and (alike := get_close_matches(args[0], VERBS)):
                known = " or ".join(repr(name) for name in alike)
                error.message = f"No such command {args[0]!r}. Did you mean {known}?"  # type: ignore[attr-defined]
            raise

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in VERBS.items()])

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        for argument in args:
            arguments.refuse_unprintable(argument)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        with failures.told():
            return super().invoke(ctx)


app = typer.Typer(
    cls=Shopctl,
    name="shopctl",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    epilog="\b\nExamples:\n  shopctl serve\n  shopctl stock receive TEA-01 12 --note 'delivery 4711'"
    "\n  shopctl orders list --status pending --older-than 24h --json",
)


def _tell_version(is_asked: bool) -> None:
    if not is_asked:
        return
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    try:
        print(version_of("backoffice"))
    except PackageNotFoundError:
        print("0.1.0")
    raise typer.Exit


@app.callback()
def shopctl(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_tell_version, help="Show the version and exit."),
    ] = False,
) -> None:
    """Products, stock, promo codes, orders and people of the shop, from the terminal.

    Exit codes: 0 done, 1 refused by a rule, 2 wrong use, 3 nothing to do (with --fail-if-empty),
    4 problems found (doctor, audit), 70 a fault of shopctl itself.
    """


def main() -> int:
    """The program `shopctl`."""
    # While modules are loaded there is no garbage; when they are, `set_django_up` switches this on again.
    gc.disable()
    private_files.begin()
    streams.prepare()
    app()
    return 0
