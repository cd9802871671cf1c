"""Makes verbs: with examples in their help, and with Django set up only when they run."""

import functools
import gc
import inspect
import logging
import os
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import typer

from cli.terminal.arguments import refuse_unclear
from cli.terminal.commands import Group, Verb
from cli.terminal.console import YesAnyway, wrong_use
from cli.terminal.words import gettext as _

SECURITY_LOG = "backoffice.security"
# These have no models, but take as long to load as all the rest; a verb imports what it needs of them.
OF_WEB_AND_WORKER = ("ninja", "huey.contrib.djhuey")


def group(summary: str) -> typer.Typer:
    """Return an empty group of verbs."""
    app = typer.Typer(
        cls=Group,
        help=summary,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        no_args_is_help=True,
    )
    # Without a callback, Typer would fold a group of one verb into that verb.
    app.callback()(lambda: None)
    return app


def verb[**P, R](
    app: typer.Typer,
    name: str,
    *,
    examples: str,
    negative_numbers: bool = False,
    clearing: Collection[str] = (),
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Add a verb to the group. `examples` are whole command lines, one a line; the docstring is its help.

    With `negative_numbers`, an argument such as -2 is not taken for an option. The options in `clearing`
    empty something when they are given empty; every other one that may be left out is refused then.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        settings = {"ignore_unknown_options": negative_numbers}
        checked = _in_one_reading(_in_the_books_currency(_refusing_blanks(function, clearing)))
        summary = _summary(function.__doc__ or "")
        app.command(name, cls=Verb, short_help=summary, epilog=_epilog(examples), context_settings=settings)(
            _accepting_yes(_with_django(checked, without=OF_WEB_AND_WORKER))
        )
        return function

    return decorate


def lone_verb[**P, R](*, examples: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a verb that belongs to no group."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        run = _with_django(function)
        run.__dict__["epilog"] = _epilog(examples)
        return run

    return decorate


def set_django_up(*, without: Collection[str] = ()) -> None:
    """Load Django and the apps, but not the admin or the API; shopctl loads them nowhere else."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    import django
    from django.apps import apps
    from django.conf import settings

    if not apps.ready:
        settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app not in without]
        django.setup()
        # What is loaded stays until the end: to look for garbage in it took a quarter of a short verb's time.
        gc.freeze()
        gc.enable()
        # The security log goes to its file alone: cron mails what a verb prints on standard error.
        logging.getLogger(SECURITY_LOG).propagate = False


def log_like_a_server() -> None:
    """Write the security log to the console, too, as processes do that run for long."""
    logging.getLogger(SECURITY_LOG).propagate = True


def _with_django[**P, R](function: Callable[P, R], *, without: Collection[str] = ()) -> Callable[P, R]:
    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        set_django_up(without=without)
        return function(*args, **kwargs)

    return run


def _in_the_books_currency[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Refuse to read or write amounts as those of another currency."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from backoffice.db.books_currency import refuse_other_currency

        refuse_other_currency()
        return function(*args, **kwargs)

    return run


def _in_one_reading[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Ask for the shop's settings at most once in a verb."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from backoffice.shop.in_force import one_reading

        with one_reading():
            return function(*args, **kwargs)

    return run


def _refusing_blanks(function: Callable[..., Any], clearing: Collection[str]) -> Callable[..., Any]:
    """Refuse empty options: an unset variable in --category "$NAME" must not mean "no --category"."""
    optional = {
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is None and parameter.name not in clearing
    }

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        for name in _blank(kwargs, optional):
            option = name.strip("_").replace("_", "-")
            wrong_use(_("%(option)s is empty: give it a value, or leave it out.") % {"option": option})
        refuse_unclear(kwargs)
        return function(*args, **kwargs)

    return run


def _blank(given: Mapping[str, Any], optional: Collection[str]) -> list[str]:
    values = {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    return [
        name
        for name, listed in values.items()
        if name in optional and any(isinstance(value, str) and not value.strip() for value in listed)
    ]


def _accepting_yes(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a verb with --as take --yes even if it never asks, so that scripts may give it to all of them."""
    signature = inspect.signature(function, eval_str=True)
    if "as_" not in signature.parameters or "yes" in signature.parameters:
        return function

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("yes")
        return function(*args, **kwargs)

    keyword = inspect.Parameter("yes", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=YesAnyway)
    parameters = [*signature.parameters.values(), keyword]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {**run.__annotations__, "yes": YesAnyway}
    return run


def _summary(description: str) -> str:
    """Return the beginning up to the first stop, which stands beside the verb in its group's help."""
    return re.split(r"[.:;](?:\s|$)", " ".join(description.split()), maxsplit=1)[0]


def _epilog(examples: str) -> str:
    # With \b the help keeps the lines as they are.
    return "\n".join(["\b", "Examples:", *(f"  {line.strip()}" for line in examples.strip().splitlines())])
