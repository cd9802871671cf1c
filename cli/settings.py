"""shopctl settings: what a shopkeeper may change while the shop runs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import (
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    columns,
    say,
    show_one,
    wrong_use,
)
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import group, verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.shop.looking import SettingNow

app = group("Look at the shop's settings; change and reset them.")  # not translated

LISTED = columns("name", "value", "comes_from=From", "set_by=Set by", "set_at=Set")
HISTORY = columns("at=When", "name", "before", "after", "is_reset=Reset", "actor=By", "source=Through")
Name = Annotated[str, typer.Argument(metavar="NAME", help="As in the environment, such as SHOP_NAME.")]
SEE, CHANGE = "backoffice.view_shopsettings", "backoffice.change_shopsettings"


@verb(
    app,
    "list",
    examples="""
    shopctl settings list
    shopctl settings list --json | jq '.[] | select(.comes_from == "environment") | .name'
    """,
)
def list_settings(as_: As = None, json: Json = False, jsonl: Jsonl = False) -> None:
    """List the settings: what is in force, and whether the environment, somebody or nobody has set it."""
    from accounts.shop.looking import settings_now

    actor(as_, SEE)
    Listing(json, jsonl, limit=0).show((each.as_data() for each in settings_now().by_name.values()), LISTED)


@verb(
    app,
    "show",
    examples="""
    shopctl settings show SHOP_SHIPPING_FEE
    shopctl settings show SHOP_NAME --json
    """,
)
def show(name: Name, as_: As = None, json: Json = False) -> None:
    """Show one setting, and what it is for."""
    actor(as_, SEE)
    show_one(_row_of(name), as_json=json)


@verb(
    app,
    "set",
    examples="""
    shopctl settings set SHOP_SHIPPING_FEE 4.90
    shopctl settings set SHOP_NAME "Tea & Co" --as boss@example.com --json
    """,
    negative_numbers=True,
)
def set_setting(
    name: Name,
    value: Annotated[str, typer.Argument(help='Its value; "" for none, where that is possible.')],
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Change a setting; it is in force at once. One that the environment gives is refused."""
    _change(name, value, as_=as_, key=idempotency_key, dry_run=dry_run, as_json=json)


@verb(
    app,
    "reset",
    examples="""
    shopctl settings reset SHOP_SHIPPING_FEE
    shopctl settings reset SHOP_COLOR --as boss@example.com
    """,
)
def reset(
    name: Name,
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Give a setting back to its default."""
    _change(name, None, as_=as_, key=idempotency_key, dry_run=dry_run, as_json=json)


@verb(
    app,
    "history",
    examples="""
    shopctl settings history
    shopctl settings history SHOP_SHIPPING_FEE --jsonl
    """,
)
def history(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One setting; else all.")] = None,
    as_: As = None,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List who changed what, from what to what, the newest first."""
    from accounts.shop.changing import setting_named
    from accounts.shop.looking import change_as_data, setting_changes

    actor(as_, SEE)
    changes = setting_changes(setting_named(name).name if name else "")
    rows = (change_as_data(change) for change in changes.iterator(500))
    Listing(json, jsonl, limit, fail_if_empty).show(rows, HISTORY)


def _change(
    name: str, value: str | None, *, as_: str | None, key: str | None, dry_run: bool, as_json: bool
) -> None:
    from accounts.shop.changing import change_settings

    by = actor(as_, CHANGE)
    setting = _setting(name).setting
    if value is not None and setting.kind.control == "logo":
        wrong_use(_("A picture is chosen on the settings page."))

    def change() -> dict[str, Any]:
        if not change_settings({setting.name: value}, by=by):
            say(_("Nothing was changed."))
        return _row_of(setting.name)

    asked = RequestedChange(f"settings {setting.name} {value!r} {by}", key, dry_run=dry_run)
    show_one(asked.made(change), as_json=as_json)


def _setting(name: str) -> "SettingNow":
    from accounts.shop.changing import setting_named
    from accounts.shop.looking import settings_now

    return settings_now().by_name[setting_named(name).name]


def _row_of(name: str) -> dict[str, Any]:
    now = _setting(name)
    setting = now.setting
    return {**now.as_data(), "label": str(setting.label), "help": str(setting.help)}
