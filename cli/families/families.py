"""shopctl families list, show, create, change, dissolve: products that differ by colour, size or the like."""

from functools import partial
from typing import Annotated, Any

import typer

from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.completion import families
from cli.terminal.console import (
    As,
    DryRun,
    FailIfEmpty,
    Json,
    Jsonl,
    Limit,
    Listing,
    Row,
    Yes,
    columns,
    counted,
    print_json,
    put,
    show_one,
    wrong_use,
)
from cli.terminal.idempotency import IdempotencyKey
from cli.terminal.verbs import group, verb
from cli.terminal.words import gettext as _

app = group("Look at families of products; make, fill and dissolve them.")  # not translated

Family = Annotated[
    str,
    typer.Argument(metavar="FAMILY", autocompletion=families, help="The slug or name of a family."),
]
Options = Annotated[
    list[str] | None, typer.Option("--option", help="The name of an option, in order. At most three.")
]
LISTED = columns("slug", "name", "options", "products:n")
VARIANTS = columns("sku", "options", "name", "price:n", "stock:n=Available", "is_active=Active")
EDIT = "catalog.change_productfamily"


@verb(
    app,
    "list",
    examples="""
    shopctl families list --q mug
    shopctl families list --json
    """,
)
def list_families(
    q: Annotated[str | None, typer.Option(help="Words of the name, or parts of them.")] = None,
    limit: Limit = None,
    json: Json = False,
    jsonl: Jsonl = False,
    fail_if_empty: FailIfEmpty = False,
) -> None:
    """List families by name."""
    from catalog.readers.families import FamilyFilter, families_as_data, families_counted

    found = FamilyFilter(q).of(families_counted(is_staff=True).order_by("name", "pk"))
    Listing(json, jsonl, limit, fail_if_empty).show(families_as_data(found), LISTED)


@verb(
    app,
    "show",
    examples="""
    shopctl families show enamel-mug
    shopctl families show enamel-mug --json
    """,
)
def show(family: Family, json: Json = False) -> None:
    """Show a family and its products with their values."""
    from catalog.families import family_named

    show_family(data_of(family_named(family).slug), as_json=json)


@verb(
    app,
    "create",
    examples="""
    shopctl families create "Enamel mug" --option Colour --option Size
    shopctl families create Parasol --option Colour --slug parasols
    """,
)
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the products have in common.")],
    option: Options = None,
    slug: Annotated[str, typer.Option(help="Its name in addresses. Without it: made of the name.")] = "",
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Create a family, without products yet: add some one by one, or import a file that names it."""
    from catalog.families import create_family

    by = actor(as_, "catalog.add_productfamily")
    asked = RequestedChange(f"families-create {name!r} {option} {slug} {by}", idempotency_key)
    made = asked.made(lambda: data_of(create_family(name, option or [], slug=slug, by=by).slug))
    show_family(made, as_json=json)


@verb(
    app,
    "change",
    examples="""
    shopctl families change enamel-mug --name "Enamel mug, large"
    shopctl families change enamel-mug --option Glaze --option Size
    shopctl families change enamel-mug --option Colour --option Size --value-for-new "0.3 l"
    """,
)
def change(
    family: Family,
    name: Annotated[str | None, typer.Option(help="Its new name; the slug stays.")] = None,
    option: Options = None,
    value_for_new: Annotated[
        str, typer.Option(metavar="VALUE", help="What its products have for an option that is new.")
    ] = "",
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Rename a family or its options: name all of them in their order, and values keep their places."""
    from catalog.families import change_family

    by = actor(as_, EDIT)
    if name is None and not option:
        wrong_use(_("Name what is to change: --name or --option."))
    operation = f"families-change {family} {name!r} {option} {value_for_new!r} {by}"
    change = partial(change_family, family, name=name, options=option or None, value_for_new=value_for_new)
    asked = RequestedChange(operation, idempotency_key)
    show_family(asked.made(lambda: data_of(change(by=by).slug)), as_json=json)


@verb(
    app,
    "dissolve",
    examples="""
    shopctl families dissolve enamel-mug --dry-run
    shopctl families dissolve enamel-mug --yes
    """,
)
def dissolve(
    family: Family,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Forget a family. Its products stay, with their stock, prices and orders, but without values."""
    from catalog.families import dissolve_family, family_named

    by = actor(as_, "catalog.delete_productfamily")

    def done() -> Row:
        slug = family_named(family).slug
        return {"slug": slug, "products": dissolve_family(slug, by=by)}

    question = _("Dissolve it? Its products stay.")
    asked = RequestedChange(f"families-dissolve {family} {by}", idempotency_key, dry_run, yes, question)
    answer = asked.made(done)
    if json:
        print_json(dict(answer))
    else:
        put(
            _("Dissolved %(family)s: %(products)s stay as they are.")
            % {"family": answer["slug"], "products": counted(answer["products"], "product")}
        )


def data_of(slug: str) -> dict[str, Any]:
    """Return what the API shows of a family."""
    from django.conf import settings

    from catalog.families import family_named
    from catalog.readers.families import family_data

    return {**family_data(family_named(slug)), "currency": settings.SHOP_CURRENCY}


def show_family(family: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(family)
        return
    show_one({name: value for name, value in family.items() if name != "variants"}, as_json=False)
    if family["variants"]:
        Listing(limit=0).show(family["variants"], VARIANTS)
