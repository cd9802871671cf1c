"""The group of verbs, and the arguments and options that they share."""

from typing import Annotated

import typer

from cli.terminal.completion import ROLES, one_of
from cli.terminal.console import columns
from cli.terminal.verbs import group

app = group("Staff accounts, roles and passwords.")  # not translated

LISTED = columns(
    "email", "name", "role", "is_active=Active", "has_second_factor=Second factor", "last_login_at"
)
KNOWN_ROLES = "manager, warehouse, support, marketing, viewer or superuser."  # not translated
Role = Annotated[
    str,
    typer.Option(
        metavar="ROLE",
        autocompletion=one_of(*ROLES),
        help=KNOWN_ROLES,
    ),
]
RoleName = Annotated[
    str,
    typer.Argument(
        metavar="ROLE",
        autocompletion=one_of(*ROLES),
        help=KNOWN_ROLES,
    ),
]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Their e-mail address.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, its first line.")
]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it.")]
