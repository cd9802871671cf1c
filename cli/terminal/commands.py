"""Typer's commands and groups, but texts, and what was not given, are taken as they are.

Typer has pydantic look at each argument and option, and loading pydantic took a seventh of what a short verb
costs. Here it looks at the numbers, choices and files that were given.
"""

from dataclasses import dataclass
from typing import Any

from typer._coercion import RuntimeParam, TypeDescriptor, build_runtime_param
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True)
class _WhereNeeded(RuntimeParam):
    """Typer's own coercion, made when there is something to coerce; its base answers for what is missing."""

    descriptor: TypeDescriptor

    def _coerce_value(self, value: Any, param: Any, ctx: Any) -> Any:
        if self.annotation is str and type(value) is str and self.parameter_info.parser is None:
            return value
        return build_runtime_param(self.descriptor).coerce(value, param, ctx)


def _coerce_where_needed(command: Any, ctx: Any) -> None:
    for parameter in command.get_params(ctx):
        about = parameter.type_descriptor
        parameter._runtime_param = _WhereNeeded(about.parameter_info, about.annotation, about)


class Verb(TyperCommand):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _coerce_where_needed(self, ctx)
        return super().parse_args(ctx, args)


class Group(TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _coerce_where_needed(self, ctx)
        return super().parse_args(ctx, args)
