"""Checks what orders have paid against their ledger of payments, and allowances against what they gave up."""

from collections.abc import Iterator

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, Subquery, Sum, Value, Window
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Lag, Lower

from backoffice.db.money_fields import MoneyField, exact
from catalog.audit import NAMED_AT_MOST, Discrepancy
from orders.models import Allowance, AllowanceLine, Order, OrderEvent, OrderLine, PaymentClaim, PaymentEntry
from orders.models.payments import PaymentKind
from orders.payments.ledger import EVENTS, claim_key

BALANCES = ("paid", "waived")


def audit_payments() -> list[Discrepancy]:
    """Return every discrepancy, at most 1,000 of each kind; none when all is well."""
    return [
        *_balances_are_sums_of_entries(),
        *_balances_follow_one_another(),
        *_allowances_are_spread_over_lines(),
        *_lines_are_allowed_what_their_allowances_say(),
        *_reversals_are_opposites(),
        *_claims_are_of_live_entries(),
        *_live_entries_have_their_claims(),
        *_entries_are_in_the_timeline(),
    ]


def _balances_are_sums_of_entries() -> Iterator[Discrepancy]:
    orders = Order.objects.annotate(**{f"{name}_in_ledger": _of_order(f"{name}_delta") for name in BALANCES})
    wrong = orders.exclude(paid=F("paid_in_ledger"), waived=F("waived_in_ledger")).order_by("pk")
    figures = ("paid", "waived", "paid_in_ledger", "waived_in_ledger")
    for row in wrong.values("number", *figures)[:NAMED_AT_MOST]:
        detail = "paid {paid}, waived {waived}; the ledger says {paid_in_ledger}, {waived_in_ledger}"
        yield Discrepancy(row["number"], "paid", detail.format(**row))


def _of_order(name: str) -> Coalesce:
    of_order = PaymentEntry.objects.filter(order=OuterRef("pk")).order_by().values("order")
    summed = Subquery(of_order.annotate(sum=exact(Sum(name))).values("sum"))
    return Coalesce(summed, Value(0), output_field=MoneyField())


def _balances_follow_one_another() -> Iterator[Discrepancy]:
    """Check that each entry's balances are those of the entry before, changed by what it says."""
    before = {
        f"{name}_before": Coalesce(
            Window(Lag(f"{name}_after"), partition_by=F("order"), order_by=F("id").asc()),
            Value(0),
            output_field=MoneyField(),
        )
        for name in BALANCES
    }
    entries = PaymentEntry.objects.annotate(**before).annotate(
        **{f"{name}_foreseen": exact(F(f"{name}_before") + F(f"{name}_delta")) for name in BALANCES}
    )
    wrong = entries.exclude(paid_after=F("paid_foreseen"), waived_after=F("waived_foreseen"))
    for row in wrong.order_by("pk").values("order__number", "pk")[:NAMED_AT_MOST]:
        yield Discrepancy(
            row["order__number"], "payment", f"entry {row['pk']} does not follow the one before"
        )


def _allowances_are_spread_over_lines() -> Iterator[Discrepancy]:
    of_lines = AllowanceLine.objects.filter(allowance=OuterRef("pk")).order_by().values("allowance")
    spread = Coalesce(
        Subquery(of_lines.annotate(sum=exact(Sum("amount"))).values("sum")),
        Value(0),
        output_field=MoneyField(),
    )
    allowances = Allowance.objects.annotate(spread=exact(spread + F("shipping")))
    wrong = allowances.exclude(amount=F("spread")).order_by("pk")
    for reference, amount, lines in wrong.values_list("reference", "amount", "spread")[:NAMED_AT_MOST]:
        yield Discrepancy(reference, "allowance", f"of {amount}; its lines and shipping say {lines}")


def _lines_are_allowed_what_their_allowances_say() -> Iterator[Discrepancy]:
    of_line = AllowanceLine.objects.filter(order_line=OuterRef("pk")).order_by().values("order_line")
    granted = Coalesce(
        Subquery(of_line.annotate(sum=exact(Sum("amount"))).values("sum")),
        Value(0),
        output_field=MoneyField(),
    )
    wrong = OrderLine.objects.annotate(granted=granted).exclude(allowed=F("granted")).order_by("pk")
    figures = ("order__number", "sku", "allowed", "granted")
    for number, sku, allowed, said in wrong.values_list(*figures)[:NAMED_AT_MOST]:
        yield Discrepancy(number, "allowed", f"{sku} allowed {allowed}; its allowances say {said}")


def _reversals_are_opposites() -> Iterator[Discrepancy]:
    reversals = PaymentEntry.objects.filter(kind=PaymentKind.REVERSAL)
    wrong = reversals.exclude(
        order=F("reverses__order"),
        paid_delta=exact(-F("reverses__paid_delta")),
        waived_delta=exact(-F("reverses__waived_delta")),
    )
    for number, pk in wrong.order_by("pk").values_list("order__number", "pk")[:NAMED_AT_MOST]:
        yield Discrepancy(number, "reversal", f"entry {pk} is not the opposite of what it takes back")


def _claims_are_of_live_entries() -> Iterator[Discrepancy]:
    """Check that no line of a bank is held by an entry that was taken back, or that says another."""
    claims = PaymentClaim.objects.select_related("entry__order").order_by("pk")
    stale = claims.filter(
        Q(entry__reversed_by__isnull=False) | Q(entry__kind=PaymentKind.REVERSAL) | Q(entry__reference="")
    )
    for claim in stale[:NAMED_AT_MOST]:
        yield Discrepancy(claim.entry.order.number, "claim", f"entry {claim.entry_id} has no right to one")
    # Most are folded as the database folds them; whether the others are right, only Python can tell.
    folded = Q(method=F("entry__method"), reference=Lower("entry__reference"), provider=F("entry__provider"))
    for claim in claims.exclude(folded).iterator():
        kept = {name: getattr(claim, name) for name in ("method", "provider", "reference")}
        if kept != claim_key(claim.entry):
            yield Discrepancy(claim.entry.order.number, "claim", f"that of entry {claim.entry_id} differs")


def _live_entries_have_their_claims() -> Iterator[Discrepancy]:
    live = PaymentEntry.objects.filter(reversed_by=None).exclude(kind=PaymentKind.REVERSAL)
    wrong = live.exclude(reference="").filter(claim=None).order_by("pk")
    for number, pk in wrong.values_list("order__number", "pk")[:NAMED_AT_MOST]:
        yield Discrepancy(number, "claim", f"entry {pk} lacks its claim")


def _entries_are_in_the_timeline() -> Iterator[Discrepancy]:
    told = OrderEvent.objects.filter(order=OuterRef("order"), kind__in=EVENTS.values()).alias(
        entry=Cast(KT("facts__entry"), BigIntegerField())
    )
    entries = PaymentEntry.objects.exclude(Exists(told.filter(entry=OuterRef("pk")))).order_by("pk")
    for number, pk in entries.values_list("order__number", "pk")[:NAMED_AT_MOST]:
        yield Discrepancy(number, "timeline", f"does not tell of entry {pk}")
