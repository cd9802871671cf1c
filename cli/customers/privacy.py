"""shopctl customers data, erase: what is kept of one person, as a file, and gone for good."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.customers.customers import EXPORT, SEE, Who, app
from cli.terminal.actors import actor
from cli.terminal.changes import RequestedChange
from cli.terminal.console import (
    REFUSED,
    As,
    DryRun,
    Json,
    Listing,
    Yes,
    columns,
    is_terminal,
    print_json,
    say,
    show_one,
    wrong_use,
)
from cli.terminal.files import STANDARD, Output, Overwrite, refuse_to_replace
from cli.terminal.idempotency import IdempotencyKey, answer_kept
from cli.terminal.verbs import verb
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from orders.privacy.plan import ErasurePlan

ERASE = "accounts.erase_customer"
ROOMS = columns("title=What", "count=Rows:n", "goes", "stays")


@verb(
    app,
    "data",
    examples="""
    shopctl customers data theo@example.com --output theo.zip
    shopctl customers data 42 --json | jq '.orders[].number'
    """,
)
def data(
    who: Who, output: Output = None, overwrite: Overwrite = False, as_: As = None, json: Json = False
) -> None:
    """Write everything that is kept of one person: a page to read and the same as JSON, in a ZIP.

    For whoever asks what the shop knows of them (GDPR Art. 15 and 20). The file is its owner's alone. It is
    noted in the customer's history and in the security log. Colleagues' names are not in it.
    """
    from accounts.customers import customer_named
    from orders.privacy.document import as_archive
    from orders.privacy.handing_out import hand_out

    by = actor(as_, EXPORT)
    by.require(SEE)
    if output is None and not json and is_terminal():
        wrong_use(_("A ZIP is nothing for a terminal: give --output FILE, or --json."))
    refuse_to_replace(output, overwrite=overwrite)
    told = hand_out(customer_named(who), by=by)
    if json:
        print_json(told.content)
        return
    _write(output, as_archive(told))


def _write(output: Path | None, content: bytes) -> None:
    """Write the file whole or not at all, for its owner alone."""
    import sys

    from backoffice.runtime.replacing import replacing

    if output is None or str(output) == STANDARD:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    with replacing(output, private=True) as part:
        part.write_bytes(content)
    say(_("All that is kept of them is in %(file)s.") % {"file": output})


@verb(
    app,
    "erase",
    examples="""
    shopctl customers erase theo@example.com --dry-run
    shopctl customers erase theo@example.com
    shopctl customers erase 42 --yes --as boss@example.com
    """,
)
def erase(
    who: Who,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_: As = None,
    idempotency_key: IdempotencyKey = None,
    json: Json = False,
) -> None:
    """Erase one person for good: name, addresses, notes, mails, account. The books stay as they are.

    Says first what goes, what stays and why. It cannot be undone, and is refused while an order is not
    finished. Whoever was merged into the customer goes as well. A dry run exits with 1 where it would be
    refused.
    """
    from accounts.customers import customer_named
    from orders.privacy.erasing import erase_customer
    from orders.privacy.plan import done_as_data, plan_as_data, plan_erasure

    by = actor(as_, ERASE)
    by.require(SEE)
    operation = f"customers-erase {who.strip().lower()} {by}"
    if done := answer_kept(idempotency_key, operation):
        # By now nobody has this address.
        _show(done, as_json=json)
        return
    plan = plan_erasure(customer_named(who))
    if dry_run:
        _answer_dry_run(plan, plan_as_data(plan), as_json=json)
        return
    asked = RequestedChange(
        operation,
        idempotency_key,
        yes=yes,
        question=_("Erase %(who)s for good? Nobody can undo it.") % {"who": plan.customer.readable_email},
        say_plan=lambda: _tell(plan_as_data(plan)),
    )
    done = asked.made(lambda: done_as_data(erase_customer(plan.customer, by=by, digest=plan.digest)))
    _show(done, as_json=json)
    if not json:
        say(_("Erased. What must be kept for the books has no name any more."))


def _show(done: dict[str, Any], *, as_json: bool) -> None:
    show_one(done if as_json else {name: done[name] for name in done if name != "rooms"}, as_json=as_json)


def _answer_dry_run(plan: "ErasurePlan", row: dict[str, Any], *, as_json: bool) -> None:
    """Show what would go. Raises typer.Exit where it would be refused."""
    if as_json:
        print_json(row)
    else:
        _tell(row)
    for problem in plan.problems:
        say(problem.detail)
    if plan.problems:
        raise typer.Exit(REFUSED)
    say(_("A dry run: nothing was changed."))


def _tell(row: dict[str, Any]) -> None:
    """Show a person what would happen."""
    who = {name: row["customer"][name] for name in ("id", "email", "name")}
    show_one({**who, "merged": row["merged"], "promo_code_uses_kept": row["uses"]}, as_json=False)
    Listing(limit=0).show(iter(row["rooms"]), ROOMS)
    say(_("It cannot be undone."))
