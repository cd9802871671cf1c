"""What was noticed about a file that was read all the same: code and facts, said where it is shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from backoffice.numbers import grouped

MOST_NAMED = 10
LONGEST_NAME = 60

type Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Remark:
    code: str
    facts: Facts = field(default_factory=dict)

    @property
    def in_words(self) -> str:
        return str(SENTENCES[self.code] % _listed(self.facts))


def remark_naming(code: str, names: Sequence[object], *, count: int | None = None, **facts: Any) -> Remark:
    """Return a remark about things of which the first ten are named; `count` is how many there are."""
    count = len(names) if count is None else count
    named = [name[:LONGEST_NAME] if isinstance(name, str) else name for name in names[:MOST_NAMED]]
    return Remark(code, {"names": named, "count": count, **facts})


def remarks_as_data(remarks: Iterable[Remark]) -> list[dict[str, Any]]:
    """Return what doors for programs tell, and what is kept with a plan."""
    return [{"code": each.code, "facts": dict(each.facts), "detail": each.in_words} for each in remarks]


def kept_remarks(remarks: Iterable[Remark]) -> list[list[Any]]:
    """Return the remarks as they are kept as JSON: codes and facts, without sentences."""
    return [[each.code, dict(each.facts)] for each in remarks]


def remarks_kept(kept: Iterable[Sequence[Any]]) -> tuple[Remark, ...]:
    return tuple(Remark(code, facts) for code, facts in kept)


def _listed(facts: Facts) -> Facts:
    """Return the facts with the names, if there are any, as a text."""
    if "names" not in facts:
        return facts
    names = ", ".join(str(name) for name in facts["names"])
    more = facts["count"] - len(facts["names"])
    if more:
        told = ngettext("%(names)s and %(more)s more", "%(names)s and %(more)s more", more)
        names = told % {"names": names, "more": grouped(more)}
    return {**facts, "names": names}


SENTENCES: Mapping[str, Promise] = {
    "read_as_windows_1252": gettext_lazy(
        "The file is not UTF-8. It was read as Windows-1252: check the accents."
    ),
    "read_as_mac_roman": gettext_lazy(
        "The file is not UTF-8. It was read as Mac OS Roman: check the accents."
    ),
    "header_below": gettext_lazy("The header was found in row %(row)s. What stands above it is not read."),
    "other_sheets": ngettext_lazy(
        "Only the sheet %(read)s is read; another one has rows too: %(names)s.",
        "Only the sheet %(read)s is read; others have rows too: %(names)s.",
        "count",
    ),
    "hidden_columns": ngettext_lazy(
        "This column is hidden in the sheet and is read all the same: %(names)s.",
        "These columns are hidden in the sheet and are read all the same: %(names)s.",
        "count",
    ),
    "hidden_rows": ngettext_lazy(
        "This row is hidden in the sheet and is read all the same: %(names)s.",
        "These rows are hidden in the sheet and are read all the same: %(names)s.",
        "count",
    ),
    "repeated_header": ngettext_lazy(
        "The header is repeated in row %(names)s, which is skipped.",
        "The header is repeated in rows %(names)s, which are skipped.",
        "count",
    ),
    "unnamed_column": ngettext_lazy(
        "A column without a name is not read, although it is filled in row %(names)s.",
        "A column without a name is not read, although it is filled in rows %(names)s.",
        "count",
    ),
    "wrong_check_digits": ngettext_lazy(
        "The last digit of a barcode does not fit the others: %(names)s. It is taken as it is.",
        "The last digits of barcodes do not fit the others: %(names)s. They are taken as they are.",
        "count",
    ),
    "not_yet": ngettext_lazy(
        "Row %(names)s is left out: its money has not moved yet, or never did.",
        "Rows %(names)s are left out: their money has not moved yet, or never did.",
        "count",
    ),
    "of_the_shop": ngettext_lazy(
        "Row %(names)s is left out: it is a payout, a fee or a transfer, and no customer's money.",
        "Rows %(names)s are left out: they are payouts, fees or transfers, and no customer's money.",
        "count",
    ),
    "refunds_elsewhere": ngettext_lazy(
        "Row %(names)s was paid back since, at least in part. This kind of file does not list refunds: "
        "import the provider's balance report as well.",
        "Rows %(names)s were paid back since, at least in part. This kind of file does not list refunds: "
        "import the provider's balance report as well.",
        "count",
    ),
    "no_bookings": ngettext_lazy(
        "Row %(names)s is left out: it has neither a date nor an amount.",
        "Rows %(names)s are left out: they have neither a date nor an amount.",
        "count",
    ),
    "archived_products": ngettext_lazy(
        "This product is archived: %(names)s. Its stock is changed, but it cannot be ordered.",
        "These products are archived: %(names)s. Their stock is changed, but they cannot be ordered.",
        "count",
    ),
}
