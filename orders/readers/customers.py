"""What a customer, a merge and its plan look like as data, and the filters of a list of customers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import BooleanField, Case, Count, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from accounts.models import Customer, User
from backoffice.db.search_text import people_matching
from backoffice.money import ZERO, rounded
from orders.customers.merge_plan import MergePlan
from orders.models import CustomerEvent, CustomerEventKind, Order
from orders.visibility import may_know_payment_state

# The column of `customers_with_figures` that each name is read from.
CUSTOMER_COLUMNS = {
    "id": "pk",
    "email": "email",
    "name": "name",
    "phone": "phone",
    "note": "note",
    "language": "language",
    "has_account": "has_account",
    "orders": "orders_count",
    "spent": "spent",
    "due": "due",
    "owed": "owed",
    "last_order_at": "last_order_at",
    "merged_into": "merged_into",
    "erasure_asked_at": "erasure_asked_at",
    "erased_at": "erased_at",
    "created_at": "created_at",
}
CUSTOMER_DETAIL = (*CUSTOMER_COLUMNS, "merges")
REVENUE = ("spent",)
# What they owe of some of their orders, and what is owed to them of others.
OF_PAYMENT = ("due", "owed")


def customers_with_figures() -> QuerySet[Customer]:
    """Return all customers with `orders_count`, `spent` net of credits, `due` and `owed` over all of their
    orders, `last_order_at`, `has_account`."""
    placed = Order.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
    return Customer.objects.annotate(
        orders_count=Coalesce(Subquery(placed.annotate(n=Count("pk")).values("n")), 0),
        spent=Subquery(placed.annotate(sum=Sum("net")).values("sum")),
        due=Subquery(placed.filter(due__above_zero=True).annotate(sum=Sum("due")).values("sum")),
        owed=Subquery(placed.filter(due__below_zero=True).annotate(sum=-Sum("due")).values("sum")),
        last_order_at=Subquery(placed.annotate(last=Max("placed_at")).values("last")),
        has_account=Case(
            When(user__isnull=False, then=Value(True)), default=Value(False), output_field=BooleanField()
        ),
    )


def customer_columns(names: Iterable[str]) -> list[str]:
    return [CUSTOMER_COLUMNS[name] for name in names]


def customer_as_data(row: Mapping[str, Any], names: Iterable[str], *, to: User | None) -> dict[str, Any]:
    """Return these fields of a row, as this reader may know them; None is the system."""
    customer = {name: row[CUSTOMER_COLUMNS[name]] for name in names}
    knows_revenue = to is None or to.has_perm("orders.view_revenue")
    knows_payments = to is None or may_know_payment_state(to)
    for amounts, may_know in ((REVENUE, knows_revenue), (OF_PAYMENT, knows_payments)):
        for name in customer.keys() & set(amounts):
            customer[name] = rounded(customer[name] or ZERO) if may_know else None
    return customer


def customer_detail(customer: Customer, names: Sequence[str], *, to: User | None) -> dict[str, Any]:
    """Return these fields of one customer; what a list has of them, and `merges`."""
    plain = [name for name in names if name in CUSTOMER_COLUMNS]
    row = customers_with_figures().values("pk", *customer_columns(plain)).get(pk=customer.pk)
    data = customer_as_data(row, plain, to=to)
    merges = {"merges": list(merges_of(customer))} if "merges" in names else {}
    return {name: (data | merges)[name] for name in names}


def plan_as_data(plan: MergePlan) -> dict[str, Any]:
    return {
        "kept": _who(plan.kept),
        "gone": _who(plan.gone),
        "orders": list(plan.orders),
        "uses": plan.uses,
        "promotions": [asdict(each) | {"is_over": each.is_over} for each in plan.promotions],
        "before": asdict(plan.before),
        "after": asdict(plan.after),
        "moves_account": plan.moves_account,
        "problems": [{"code": fault.code, "detail": fault.detail} for fault in plan.problems],
        "digest": plan.digest,
    }


def merge_as_data(merge: CustomerEvent) -> dict[str, Any]:
    """Return a merge as it was carried out, and whether it was undone since."""
    undone = CustomerEvent.objects.filter(undoes=merge).first()
    return {
        "id": merge.pk,
        "kept": _who(merge.customer),
        "gone": None if merge.other is None else _who(merge.other),
        # An erasure leaves none of them.
        "orders": len(merge.facts.get("orders", ())),
        "uses": len(merge.facts.get("uses", ())),
        "changes": merge.facts.get("changes", {}),
        "actor": merge.actor_told_to(None),
        "source": merge.source,
        "at": merge.at,
        "undone_at": undone and undone.at,
    }


def merges_of(customer: Customer) -> Iterator[dict[str, Any]]:
    """Yield the merges that the customer was a part of, the newest first."""
    events = CustomerEvent.objects.filter(
        Q(customer=customer) | Q(other=customer), kind=CustomerEventKind.MERGED
    )
    return map(merge_as_data, events.select_related("customer", "other", "actor").order_by("-pk"))


def history_of(customer: Customer) -> Iterator[dict[str, Any]]:
    """Yield what was changed about the customer, and whom they were merged with, the newest first."""
    events = CustomerEvent.objects.filter(Q(customer=customer) | Q(other=customer))
    for event in events.select_related("customer", "other", "actor").order_by("-pk"):
        other = event.customer if event.other_id == customer.pk else event.other
        yield {
            "kind": event.kind,
            "changes": event.facts.get("changes", {}),
            "other": other and other.email,
            "actor": event.actor_told_to(None),
            "source": event.source,
            "at": event.at,
        }


def _who(customer: Customer) -> dict[str, Any]:
    return {"id": customer.pk, "email": customer.email, "name": customer.name}


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Narrows a list of customers; None narrows nothing. `q` has words of the name or e-mail address.

    Who was merged into another is found by the old address as well, and listed as the one who stayed. Who
    was erased is not listed.
    """

    q: str | None = None
    has_account: bool | None = None

    def of(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        customers = customers.filter(merged_into=None, erased_at=None)
        if (self.q or "").strip():
            customers = customers.filter(_found_by(self.q or ""))
        if self.has_account is not None:
            customers = customers.filter(user__isnull=not self.has_account)
        return customers


def _found_by(term: str) -> Q:
    found = people_matching(Customer.objects.all(), term)
    return Q(pk__in=found.values("pk")) | Q(pk__in=found.exclude(merged_into=None).values("merged_into"))
