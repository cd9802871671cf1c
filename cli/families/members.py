"""shopctl families add, remove, make: the products of a family, and those that it lacks."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.families.families import EDIT, VARIANTS, Family, app, data_of, show_family
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.completion import skus
from cli.terminal.console import (
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Listing,
    Row,
    Yes,
    counted,
    say,
    wrong_use,
)
from cli.terminal.files import words_of
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.options import number
from cli.terminal.plans import ROWS_SHOWN
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from catalog.families import PlannedProduct


@verb(
    app,
    "add",
    examples="""
    shopctl families add enamel-mug EM-0022 Colour=cream Size="0.3 l"
    shopctl families add enamel-mug EM-0022 Colour=white Size="0.3 l" --dry-run
    """,
)
def add(
    family: Family,
    sku: Annotated[str, typer.Argument(metavar="SKU", autocompletion=skus, help="A product's SKU.")],
    values: Annotated[list[str], typer.Argument(metavar="OPTION=VALUE...", help="A value for each option.")],
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Add a product to a family, or change the values it has there. A file does so with many at once."""
    from catalog.families import Variant, set_options

    by = actor(as_, EDIT)
    variant = Variant(sku, dict(map(_pair, values)))
    asked = RequestedChange(f"families-add {family} {sku} {values} {by}", idempotency_key, dry_run)
    show_family(asked.made(lambda: data_of(set_options(family, [variant], by=by).slug)), as_json=json)


@verb(
    app,
    "remove",
    examples="""
    shopctl families remove enamel-mug EM-0022
    shopctl families remove enamel-mug EM-0022 EM-0023 --dry-run
    """,
)
def remove(
    family: Family,
    skus: Annotated[
        list[str], typer.Argument(metavar="SKU...", help="Products' SKUs. - is standard input, one a line.")
    ],
    dry_run: DryRun = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Take products out of their family, all of them or none; they stay products, without values."""
    from catalog.families import take_out

    by = actor(as_, EDIT)
    named = words_of(skus)
    asked = RequestedChange(f"families-remove {family} {named} {by}", idempotency_key, dry_run)
    show_family(asked.made(lambda: data_of(take_out(family, named, by=by).slug)), as_json=json)


@verb(
    app,
    "make",
    examples="""
    shopctl families make enamel-mug --dry-run
    shopctl families make enamel-mug --value Colour=red --value Colour=blue --pattern "EM-{Colour}-{Size}"
    shopctl families make enamel-mug --price 6.90 --skip-taken --yes
    """,
)
def make(
    family: Family,
    pattern: Annotated[
        str, typer.Option(help="Of the SKUs: names of options in braces stand for their values.")
    ] = "",
    value: Annotated[
        list[str] | None,
        typer.Option("--value", metavar="OPTION=VALUE", help="To combine. Without any: those in use."),
    ] = None,
    price: Annotated[
        Decimal | None,
        typer.Option(parser=number, metavar="AMOUNT", help="Without it: that of the product most like it."),
    ] = None,
    skip_taken: Annotated[
        bool, typer.Option("--skip-taken", help="Leave out those that cannot be made like this.")
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """Make the combinations of values that a family lacks as new products. They have no stock yet."""
    from catalog.families import make_products, plan_products_of
    from catalog.readers.products import product_data

    by = actor(as_, EDIT)
    by.require("catalog.add_product")
    planned = plan_products_of(family, pattern=pattern, values=_lists(value or []), price=price)
    wanted = [each for each in planned if not (skip_taken and each.code)]

    def made() -> list[Row]:
        return [product_data(product) for product in make_products(family, wanted, by=by)] if wanted else []

    question = _("Make %(products)s?") % {"products": counted(len(wanted), "product")} if wanted else ""
    operation = f"families-make {family} {pattern} {value} {price} {skip_taken} {by}"
    asked = RequestedChange(operation, idempotency_key, dry_run, yes, question, partial(_say_plan, planned))
    rows = asked.made(made)
    if not rows:
        say(_("Every combination is there: nothing to make."))
    Listing(json, jsonl, limit=0, fail_if_empty=fail_if_empty).show(rows, VARIANTS)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        wrong_use(_("%(text)s: write OPTION=VALUE, such as Colour=cream.") % {"text": text})
    return name, value


def _lists(values: Sequence[str]) -> dict[str, list[str]]:
    lists: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in map(_pair, values):
        lists[name].append(value)
    return dict(lists)


def _say_plan(planned: "Sequence[PlannedProduct]") -> None:
    for each in planned[:ROWS_SHOWN]:
        price = "–" if each.price is None else f"{each.price}"
        say(f"{each.sku} {each.name}: {each.problem or price}")
    if len(planned) > ROWS_SHOWN:
        say(_("… and %(count)s more.") % {"count": f"{len(planned) - ROWS_SHOWN:,}"})
