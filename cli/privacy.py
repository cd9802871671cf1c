"""shopctl privacy: what is kept for a time only, and who was erased and must stay so."""

from cli.terminal.console import Json, Jsonl, Listing, Yes, columns, proceed, say, show_one
from cli.terminal.verbs import group, verb
from cli.terminal.words import gettext as _

app = group("What is kept for a time only; who was erased and must stay so.")  # not translated

DUE = columns("what", "count=Rows:n", "kept_for", "setting")


@verb(
    app,
    "due",
    examples="""
    shopctl privacy due
    shopctl privacy due --json
    """,
)
def due(json: Json = False, jsonl: Jsonl = False) -> None:
    """List what has been kept for long enough and goes next night, and who waits to be erased.

    How long is set by SHOP_KEEP_MAIL_TEXTS_DAYS, SHOP_KEEP_CUSTOMERS_MONTHS and SHOP_KEEP_SIGN_INS_DAYS; what
    none of them limits is not listed.
    """
    from dataclasses import asdict

    from orders.privacy import retention
    from orders.privacy.asking import asked_to_be_erased

    rows = [asdict(each) for each in retention.due()]
    if waiting := list(asked_to_be_erased().values_list("pk", flat=True)[:100]):
        numbers = ", ".join(map(str, waiting))
        words = _("Customers who have asked to be erased: %(numbers)s. See: shopctl customers erase")
        say(words % {"numbers": numbers})
    Listing(json, jsonl, limit=0).show(iter(rows), DUE)


@verb(
    app,
    "sweep",
    examples="""
    shopctl privacy sweep
    shopctl privacy sweep --yes --json
    """,
)
def sweep(yes: Yes = False, json: Json = False) -> None:
    """Erase now what is due, as the night would; look at it first with `shopctl privacy due`."""
    from django.utils import timezone

    from orders.privacy import retention

    proceed(_("Erase for good what has been kept for long enough?"), yes=yes)
    show_one(retention.erase_due(timezone.now()), as_json=json)


@verb(
    app,
    "reapply",
    examples="""
    shopctl privacy reapply
    shopctl privacy reapply --json
    """,
)
def reapply(json: Json = False) -> None:
    """Erase once more whoever was erased and is back, for instance by an old copy of the database.

    `shopctl restore` does so by itself. Who was erased is known from the database and from erasures.jsonl,
    which name rows alone.
    """
    from accounts.actors import Actor
    from accounts.models import Source
    from accounts.privacy import ledger
    from orders.privacy.again import erase_again

    known = ledger.entries()
    again = erase_again(known, by=Actor(None, Source.CLI))
    ledger.write_file()
    show_one({"known": len(known), "erased_again": again}, as_json=json)
