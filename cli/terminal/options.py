"""Options that several verbs have in common: declared once in a dataclass, and handed over together."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from cli.terminal.console import wrong_use
from cli.terminal.words import gettext as _

# No amount, share or number of units is so large; beyond, computing with cents ends in errors.
BEYOND = Decimal(10) ** 15


def number(text: str) -> Decimal:
    """Read a number such as `12.50` or `20%`; for `parser=`."""
    try:
        value = Decimal(text.strip().removesuffix("%"))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= BEYOND:
        wrong_use(_("%(text)s is not a number such as 12.50.") % {"text": f"{text!r}"})
    return value


def limit(text: str | int) -> int | None:
    """Read a whole number from 1 on, or `none` for no limit; for `parser=`."""
    word = str(text).strip().casefold()
    if word == "none":
        return None
    if not word.isdecimal() or int(word) < 1:
        wrong_use(_("%(text)s is no limit: give a whole number, or none.") % {"text": f"{text!r}"})
    return int(word)


def taking(options: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a verb the fields of this dataclass as options; it gets them together as `given`."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        names = [field.name for field in fields(options)]

        @functools.wraps(function)
        def run(**arguments: Any) -> None:
            given = options(**{name: arguments.pop(name) for name in names})
            return function(given=given, **arguments)

        signature = _with_options(inspect.signature(function), options)
        run.__signature__ = signature  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in signature.parameters.values()}
        return run

    return decorate


def _with_options(signature: inspect.Signature, options: type[Any]) -> inspect.Signature:
    """Return the signature with the options in the place of the parameter `given`."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        if parameter.name == "given":
            parameters += (
                inspect.Parameter(field.name, keyword, default=field.default, annotation=field.type)
                for field in fields(options)
            )
        else:
            parameters.append(parameter.replace(kind=keyword))
    return signature.replace(parameters=parameters)
