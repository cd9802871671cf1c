"""Merge two customers who turned out to be one person, and undo that while nothing has followed.

Orders, uses of promo codes and notes move to the one who stays. The other keeps a row and an address, which
lead to the one who stayed: an order that is placed with it belongs there.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.customers import held_customers
from accounts.models import Customer, User
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, NotFound, Stale
from orders.customers.merge_plan import FIELDS, CannotMerge, MergePlan, plan_merge
from orders.models import CustomerEvent, CustomerEventKind, Order, Redemption, RedemptionState

NAMED_AT_MOST = 10


class MergeFollowed(Conflict):
    code = "merge_followed"
    title = gettext_lazy("Too much has happened since the merge")


@write_transaction
def merge_customers(kept: Customer, gone: Customer, *, by: Actor, digest: str | None = None) -> CustomerEvent:
    """Move everything of `gone` to `kept`; with a digest just what that plan has shown.

    More uses of a promo code than one customer may have stay as they are: they are history.

    Raises:
        CannotMerge: naming every reason.
        Stale: it would do something else than the plan of this digest.
    """
    _hold_orders_of(gone)
    held = held_customers(kept.pk, gone.pk)
    plan = plan_merge(held[kept.pk], held[gone.pk])
    if plan.problems:
        raise CannotMerge(" ".join(fault.detail for fault in plan.problems), faults=plan.problems)
    if digest not in (None, plan.digest):
        raise Stale(_("One of the two customers has changed meanwhile. Look at the plan again."))
    return _carry_out(plan, by)


def _hold_orders_of(customer: Customer) -> None:
    """Lock the orders before the customers, as whoever corrects an order does."""
    list(Order.objects.filter(customer=customer).order_by("pk").select_for_update(no_key=True).values("pk"))


def _carry_out(plan: MergePlan, by: Actor) -> CustomerEvent:
    kept, gone = plan.kept, plan.gone
    facts = {
        "kept_orders": Order.objects.filter(customer=kept).count(),
        "last_order": Order.objects.aggregate(last=Max("pk"))["last"] or 0,
        "orders": list(Order.objects.filter(customer=gone).order_by("pk").values_list("pk", flat=True)),
        "uses": _move_uses(kept, gone),
        "email": kept.email,
        "account": gone.user_id if plan.moves_account else None,
        "changes": {name: [getattr(plan.before, name), getattr(plan.after, name)] for name in FIELDS},
    }
    Order.objects.filter(customer=gone).update(customer=kept)
    account = gone.user if plan.moves_account else None
    gone.merged_into = kept
    if account is not None:
        gone.user = None
    gone.save(update_fields=["merged_into", "user"])
    _give_values(kept, asdict(plan.after), account)
    return CustomerEvent.objects.create(
        customer=kept,
        other=gone,
        kind=CustomerEventKind.MERGED,
        facts=facts,
        actor=by.user,
        source=by.source,
    )


def _give_values(customer: Customer, values: Mapping[str, str], account: User | None) -> None:
    """Save these values, and the account if there is one; saved one by one, for they are searched by."""
    for name, value in values.items():
        setattr(customer, name, value)
    if account is not None:
        customer.user = account
    customer.save(update_fields=[*values, "user"])


def _move_uses(kept: Customer, gone: Customer) -> list[list[int]]:
    """Number the uses of `gone` after those of `kept`; return each with its number before and after."""
    active = Redemption.objects.filter(customer=kept, state=RedemptionState.ACTIVE).order_by()
    highest: dict[int, int] = defaultdict(int)
    highest.update(active.values_list("promotion").annotate(Max("use_number")))
    moved = list(Redemption.objects.filter(customer=gone).order_by("pk"))
    told = []
    for use in moved:
        before = use.use_number
        if use.state == RedemptionState.ACTIVE:
            highest[use.promotion_id] += 1
            use.use_number = highest[use.promotion_id]
        use.customer = kept
        told.append([use.pk, before, use.use_number])
    Redemption.objects.bulk_update(moved, ["customer", "use_number"])
    return told


@write_transaction
def undo_merge(merge_id: int, *, by: Actor, of: Customer | None = None) -> CustomerEvent:
    """Give everything back as it was before the merge; with `of` only if that one has stayed.

    Raises:
        NotFound: there is no such merge.
        MergeFollowed: it was undone already, or something has followed; it says what.
    """
    merge = merge_with_id(merge_id)
    if of is not None and of.pk != merge.customer_id:
        raise _no_merge(merge_id)
    held = held_customers(merge.customer_id, merge.other_id or 0)
    kept, gone = held[merge.customer_id], held[merge.other_id or 0]
    followed = _what_followed(merge, kept)
    if followed:
        raise MergeFollowed(" ".join(fault.detail for fault in followed), faults=followed)
    _give_back(merge.facts, kept, gone)
    return CustomerEvent.objects.create(
        customer=kept,
        other=gone,
        undoes=merge,
        kind=CustomerEventKind.MERGE_UNDONE,
        actor=by.user,
        source=by.source,
    )


def merge_with_id(merge_id: int) -> CustomerEvent:
    """Return the merge with this number. Raises NotFound."""
    merges = CustomerEvent.objects.filter(kind=CustomerEventKind.MERGED, pk=merge_id)
    merge = merges.select_related("customer", "other").first()
    if merge is None:
        raise _no_merge(merge_id)
    return merge


def _no_merge(merge_id: int) -> NotFound:
    return NotFound(_("There is no merge %(number)s.") % {"number": merge_id})


def latest_merge_of(customer: Customer) -> CustomerEvent:
    """Return the latest merge by which somebody was merged into this customer. Raises NotFound."""
    merges = CustomerEvent.objects.filter(kind=CustomerEventKind.MERGED, customer=customer)
    merge = merges.filter(undone_by=None).select_related("customer", "other").order_by("-pk").first()
    if merge is None:
        raise NotFound(
            _("Nobody was merged into %(who)s, or it was undone.") % {"who": customer.readable_email}
        )
    return merge


def _what_followed(merge: CustomerEvent, kept: Customer) -> list[Fault]:
    if CustomerEvent.objects.filter(undoes=merge).exists():
        return [_fault("undone_already", _("This merge was undone already."))]
    if kept.erased_at is not None:
        return [_fault("erased", _("They were erased. Nothing is known of the merge any more."))]
    followed = []
    if kept.merged_into_id is not None or _is_not_the_latest(merge):
        followed.append(_fault("merged_again", _("Undo the merges that came after it first.")))
    if more := _orders_since(merge, kept):
        words = _("Orders were added or moved since: %(orders)s. Undo would have to guess whose they are.")
        followed.append(_fault("orders_since", words % {"orders": ", ".join(more)}))
    after = {name: change[1] for name, change in merge.facts["changes"].items()}
    if any(getattr(kept, name) != value for name, value in after.items()):
        followed.append(_fault("edited_since", _("Name, telephone number or note were edited since.")))
    if kept.email != merge.facts["email"]:
        followed.append(_fault("address_since", _("The e-mail address has changed since.")))
    if merge.facts["account"] not in (None, kept.user_id):
        followed.append(_fault("account_since", _("The account has moved since.")))
    return followed


def _is_not_the_latest(merge: CustomerEvent) -> bool:
    later = CustomerEvent.objects.filter(
        customer=merge.customer_id, kind=CustomerEventKind.MERGED, pk__gt=merge.pk, undone_by=None
    )
    return later.exists()


def _orders_since(merge: CustomerEvent, kept: Customer) -> list[str]:
    """Name orders that the one who stayed has got since, or that have gone from them."""
    moved = merge.facts["orders"]
    left = Order.objects.filter(pk__in=moved).exclude(customer=kept)
    now = Order.objects.filter(customer=kept).exclude(pk__in=moved)
    if not left.exists() and now.count() == merge.facts["kept_orders"]:
        return []
    newest = now.filter(pk__gt=merge.facts["last_order"]).order_by("-pk")
    return [*map(str, (*left[:NAMED_AT_MOST], *newest[:NAMED_AT_MOST]))] or [_("an older one")]


def _fault(code: str, detail: str) -> Fault:
    return Fault("/merge", code, detail)


def _give_back(facts: Mapping[str, Any], kept: Customer, gone: Customer) -> None:
    Order.objects.filter(pk__in=facts["orders"]).update(customer=gone)
    numbers = {pk: before for pk, before, _after in facts["uses"]}
    uses = list(Redemption.objects.filter(pk__in=numbers))
    for use in uses:
        use.customer, use.use_number = gone, numbers[use.pk]
    Redemption.objects.bulk_update(uses, ["customer", "use_number"])
    if facts["account"]:
        kept.user = None
        kept.save(update_fields=["user"])
        gone.user_id = facts["account"]
    _give_values(kept, {name: change[0] for name, change in facts["changes"].items()}, None)
    gone.merged_into = None
    gone.save(update_fields=["merged_into", "user"])
