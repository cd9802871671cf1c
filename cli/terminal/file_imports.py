"""What lists of imports have in common, whatever was imported."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.terminal.moments import moment

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="See the list of imports.")]


@dataclass(frozen=True)
class ImportOptions:
    """The options that select imports: the filters of the API, and whether to show plans."""

    every: Annotated[bool, typer.Option("--all", help="Also plans that were not applied.")] = False
    state: Annotated[
        Literal["planned", "applied", "undone"] | None,
        typer.Option(help="Only those: planned, applied or undone."),
    ] = None
    created_after: Annotated[str | None, typer.Option(metavar="WHEN", help="Made then or later.")] = None
    created_before: Annotated[str | None, typer.Option(metavar="WHEN", help="Made before.")] = None

    @property
    def period(self) -> tuple[datetime | None, datetime | None]:
        """Return both ends. Raises typer.BadParameter for a text that is no moment."""
        return (
            moment(self.created_after, option="created-after"),
            moment(self.created_before, option="created-before"),
        )

    def without_plans[Import: "Model"](self, imports: "QuerySet[Import]") -> "QuerySet[Import]":
        """Leave out plans, unless they were asked for."""
        return imports if self.state or self.every else imports.exclude(state="planned")
