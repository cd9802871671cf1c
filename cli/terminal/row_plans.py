"""Makes and changes things by the rows of a file: shows what each row does, then does all or nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.terminal.console import (
    EMPTY,
    REFUSED,
    Listing,
    Row,
    columns,
    counted,
    is_terminal,
    print_document,
    print_json,
    proceed,
    put,
    say,
)
from cli.terminal.files import name_of, write_rejects
from cli.terminal.idempotency import answer_kept, once_per_key
from cli.terminal.plans import Sample, say_ignored, say_refused, say_remarks
from cli.terminal.progress import bar
from cli.terminal.values import for_people
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from backoffice.sheets.plans import PlannedRow, RowPlan


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that the person gave to an import."""

    file: str
    skip_invalid: bool
    rejects: Path | None
    dry_run: bool
    yes: bool
    as_json: bool
    as_jsonl: bool
    fail_if_empty: bool
    # `operation` tells what is asked for besides what the file holds, to know a key's import again.
    key: str | None = None
    operation: str = ""

    def operation_on(self, content: Any) -> str:
        kept = (self.operation, self.skip_invalid, self.as_jsonl)
        digest = "" if self.key is None else sha256(repr(content).encode()).hexdigest()
        return f"{self.operation.partition(' ')[0]} {kept} {digest}"

    @property
    def wants_data(self) -> bool:
        return self.as_jsonl or self.as_json or (self.dry_run and not is_terminal())


@dataclass(frozen=True, slots=True)
class Words:
    """The words for what is done with the rows: to ask, under way, when done, and what is counted."""

    ask: str
    under_way: str
    done: str
    outcomes: Mapping[str, str]


IMPORT = Words("Import", "Importing", "Imported", {"new": "new", "change": "changed", "same": "unchanged"})


@dataclass(frozen=True, slots=True)
class RowImport:
    """Files of one kind of thing, and its use cases.

    `plan` and `apply` take the file that was read and `on_row`; `apply` also what was `seen` and
    `skip_invalid`. `rejected` takes the file and the plan. With `by_itself`, `apply` has a transaction for
    each row, so that what is asked for again with a key goes on where it broke off.
    """

    thing: str
    plan: Callable[..., Any]
    apply: Callable[..., Any]
    rejected: Callable[..., str]
    words: Words = IMPORT
    by_itself: bool = False

    def carry_out(self, content: Any, asked: Asked) -> None:
        """Show what each row does, ask, and do it.

        Raises:
            typer.Exit: 1, refused for rows with problems, or some were done and others no longer could be;
                3 with `fail_if_empty` when there is nothing to do.
        """
        operation = asked.operation_on(content)
        if (kept := answer_kept(asked.key, operation)) is not None:
            _print(kept, asked, self.words)
            return
        with bar(_("Looking at the rows"), len(content.rows)) as watched:
            seen: RowPlan = self.plan(content, on_row=watched.advance)
        _say(seen, asked, self.words)
        if seen.problems and asked.rejects is not None:
            write_rejects(asked.rejects, self.rejected(content, seen))
        is_refused = bool(seen.problems) and not asked.skip_invalid
        if asked.dry_run:
            _print(_answer(seen, asked, self.words), asked, self.words)
        if is_refused:
            say_refused()
            raise typer.Exit(REFUSED)
        if not asked.dry_run:
            self._carry_out_seen(content, seen, asked, operation)
        if asked.fail_if_empty and not seen.changes:
            raise typer.Exit(EMPTY)

    def _carry_out_seen(self, content: Any, seen: "RowPlan", asked: Asked, operation: str) -> None:
        if seen.changes:
            proceed(
                _("%(deed)s %(things)s?")
                % {"deed": self.words.ask, "things": counted(seen.changes, self.thing)},
                yes=asked.yes,
            )
        late: list[PlannedRow] = []

        def done() -> dict[str, Any]:
            plan = seen
            if seen.changes:
                with bar(self.words.under_way, len(content.rows)) as watched:
                    plan = self.apply(
                        content, seen=seen, skip_invalid=asked.skip_invalid, on_row=watched.advance
                    )
            late[:] = [row for row in plan.problems if row not in seen.problems]
            return _answer(plan, asked, self.words)

        if self.by_itself:
            answer = done()
            # With rows that were too late nothing is kept, so that those can be tried again with the key.
            answer = answer if late else once_per_key(asked.key, operation, lambda: answer)
        else:
            answer = once_per_key(asked.key, operation, done)
        _print(answer, asked, self.words)
        for row in late:
            facts = {"row": row.row, "subject": row.name, "problem": row.problem}
            say(_("Row %(row)s (%(subject)s): %(problem)s") % facts)
        if late:
            raise typer.Exit(REFUSED)


def _say(plan: "RowPlan", asked: Asked, words: Words) -> None:
    say(f"{name_of(asked.file)}: {counted(len(plan.rows), 'row')}; {_counts(plan, words)}.")
    say_ignored(plan.ignored_columns)
    say_remarks(plan.remarks)
    if (asked.dry_run and asked.wants_data) or not (plan.problems or plan.changes):
        return
    sample = Sample(len(plan.problems), plan.changes)
    changes = [row for row in plan.rows if row.changes][: sample.changes_shown]
    sample.show(
        [
            _in_words(plan.subject, _as_row(plan, row))
            for row in (*plan.problems[: sample.problems_shown], *changes)
        ],
        _columns(plan.subject),
        subject=plan.subject,
        as_table=not asked.wants_data,
        in_words=lambda row: str(row["changes"]),
    )


def _answer(plan: "RowPlan", asked: Asked, words: Words) -> dict[str, Any]:
    """Return what is told of a plan, or of what became of it; what a key keeps has rows only for --jsonl."""
    rows: Iterable[Row] = (_as_row(plan, row) for row in plan.rows)
    if asked.key is not None:
        rows = list(rows) if asked.as_jsonl or asked.dry_run else []
    told = {"counts": _counts(plan, words), "changes": plan.changes, "subject": plan.subject}
    return {**told, "summary": _summary(plan, asked, words), "rows": rows}


def _print(answer: Row, asked: Asked, words: Words) -> None:
    subject, rows = answer["subject"], answer["rows"]
    if asked.as_jsonl:
        Listing(as_jsonl=True).show(rows, _columns(subject))
    elif asked.as_json:
        summary = answer["summary"]
        print_document(summary, "plan", rows) if asked.dry_run else print_json(summary)
    elif asked.dry_run and not is_terminal():
        Listing(limit=0).show((_in_words(subject, row) for row in rows), _columns(subject))
    elif answer["changes"] and not asked.dry_run:
        put(f"{words.done}: {answer['counts']}.")
    if asked.dry_run:
        say(_("A dry run: nothing was changed."))
    elif not answer["changes"]:
        say(_("There is nothing to change."))


def _columns(subject: str) -> Any:
    return columns("row:n", subject, "outcome", "changes", "problem")


def _as_row(plan: "RowPlan", row: "PlannedRow") -> dict[str, Any]:
    changes = {name: {"from": before, "to": after} for name, (before, after) in row.changes.items()}
    told = {
        "row": row.row,
        plan.subject: row.name,
        "outcome": row.outcome.value,
        "changes": changes,
        "problem": row.problem or None,
    }
    return told if plan.kept is None else {**told, "problem_code": row.problem_code}


def _in_words(subject: str, row: Row) -> Row:
    told = (
        _change(name, change["from"], change["to"])
        for name, change in row["changes"].items()
        if name != subject or change["from"]
    )
    return {**row, "changes": "; ".join(told)}


def _counts(plan: "RowPlan", words: Words) -> str:
    found = Counter(row.outcome.value for row in plan.rows)
    told = [f"{found[outcome]:,} {word}" for outcome, word in words.outcomes.items()]
    return ", ".join([*told, counted(len(plan.problems), "problem")])


def _summary(plan: "RowPlan", asked: Asked, words: Words) -> dict[str, Any]:
    from backoffice.sheets.remarks import remarks_as_data

    if plan.kept is not None:
        return dict(plan.kept)
    found = Counter(row.outcome.value for row in plan.rows)
    return {
        "file_name": name_of(asked.file),
        "state": "planned" if asked.dry_run else words.done.lower(),
        "rows": len(plan.rows),
        "new": found["new"],
        "changed": found["change"],
        "unchanged": found["same"],
        "problems": len(plan.problems),
        "ignored_columns": list(plan.ignored_columns),
        "remarks": remarks_as_data(plan.remarks),
    }


def _change(name: str, before: Any, after: Any) -> str:
    was = "" if before in (None, "") else f"{for_people(before)} → "
    return f"{name} {was}{for_people(after) or '(empty)'}"
