"""What merging two customers would do: what moves, and what stands in the way. Writes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import Customer
from backoffice.errors import Conflict, Fault
from backoffice.languages import languages
from orders.models import Order, Promotion, Redemption, RedemptionState

FIELDS = ("name", "phone", "note", "language")


@dataclass(frozen=True, slots=True)
class Values:
    """What a customer is called and known for."""

    name: str
    phone: str
    note: str
    language: str


@dataclass(frozen=True, slots=True)
class SharedPromotion:
    """A promotion that both have used, with what one customer may use; None is no limit.

    More uses than that are history: they are shown, and stay.
    """

    promotion: str
    uses: int
    limit: int | None
    first_order_only: bool

    @property
    def is_over(self) -> bool:
        most = 1 if self.first_order_only else self.limit
        return most is not None and self.uses > most


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What would happen if `gone` were merged into `kept`; `problems` say why it cannot."""

    kept: Customer
    gone: Customer
    orders: Sequence[str]
    uses: int
    promotions: Sequence[SharedPromotion]
    before: Values
    after: Values
    moves_account: bool
    problems: Sequence[Fault]

    @property
    def after_language(self) -> str:
        """Return the language's own name; "" where neither has chosen one."""
        return dict(languages()).get(self.after.language, "")

    @property
    def digest(self) -> str:
        """Return what differs whenever the merge would do something else."""
        told = (
            self.kept.pk,
            self.gone.pk,
            *self.orders,
            self.uses,
            self.before,
            self.after,
            self.moves_account,
        )
        return sha256(repr(told).encode()).hexdigest()[:16]


class CannotMerge(Conflict):
    code = "cannot_merge"


def plan_merge(kept: Customer, gone: Customer) -> MergePlan:
    before = _values(kept)
    return MergePlan(
        kept=kept,
        gone=gone,
        orders=list(Order.objects.filter(customer=gone).order_by("pk").values_list("number", flat=True)),
        uses=Redemption.objects.filter(customer=gone, state=RedemptionState.ACTIVE).count(),
        promotions=_shared_promotions(kept, gone),
        before=before,
        after=_merged_values(before, _values(gone)),
        moves_account=gone.user is not None and gone.user.is_active and kept.user is None,
        problems=list(_problems(kept, gone)),
    )


def _values(customer: Customer) -> Values:
    return Values(customer.name, customer.phone, customer.note, customer.language)


def _merged_values(kept: Values, gone: Values) -> Values:
    """Keep what the one who stays has, and fill in what they lack; of two notes the other follows."""
    notes = dict.fromkeys(filter(None, (kept.note.strip(), gone.note.strip())))
    return Values(
        name=kept.name or gone.name,
        phone=kept.phone or gone.phone,
        note="\n".join(notes),
        language=kept.language or gone.language,
    )


def _problems(kept: Customer, gone: Customer) -> Iterable[Fault]:
    if kept.pk == gone.pk:
        yield _problem("same_customer", _("This is one customer already. Choose another one to merge."))
        return
    for customer in (kept, gone):
        if customer.erased_at is not None:
            words = _("%(who)s cannot be merged: whom they were is not known any more.")
            yield _problem("erased", words % {"who": customer.readable_email})
        if customer.merged_into is not None:
            words = _("%(who)s was merged into %(into)s already.")
            facts = {"who": customer.readable_email, "into": customer.merged_into.readable_email}
            yield _problem("merged_already", words % facts)
    yield from _problems_of_accounts(kept, gone)


def _problems_of_accounts(kept: Customer, gone: Customer) -> Iterable[Fault]:
    """Let at most one of both sign in: an account that is left behind would no longer see its orders."""
    if kept.user is None or gone.user is None or not gone.user.is_active:
        return
    facts = {"kept": kept.readable_email, "gone": gone.readable_email}
    if kept.user.is_active:
        words = _(
            "Both can sign in with an account of their own. Deactivate the account that is no longer used, "
            "%(kept)s or %(gone)s, and merge then."
        )
        yield _problem("two_accounts", words % facts)
    else:
        words = _("Only %(gone)s can sign in. Merge the other way round: %(kept)s into %(gone)s.")
        yield _problem("account_of_who_goes", words % facts)


def _problem(code: str, detail: str) -> Fault:
    return Fault("/customer", code, detail)


def _shared_promotions(kept: Customer, gone: Customer) -> list[SharedPromotion]:
    active = Q(redemptions__state=RedemptionState.ACTIVE)
    of_kept, of_gone = (
        Count("redemptions", filter=active & Q(redemptions__customer=each)) for each in (kept, gone)
    )
    shared = Promotion.objects.annotate(of_kept=of_kept, of_gone=of_gone).filter(of_kept__gt=0, of_gone__gt=0)
    return [
        SharedPromotion(
            promotion.name,
            promotion.of_kept + promotion.of_gone,
            promotion.max_uses_per_customer,
            promotion.first_order_only,
        )
        for promotion in shared.order_by("name", "pk")
    ]


def lookalikes_of(customer: Customer, *, at_most: int) -> list[Customer]:
    """Find customers of the same name or telephone number, whom one may want to merge with this one."""
    same = Q(pk__in=[])
    if customer.name:
        same |= Q(name__iexact=customer.name)
    if customer.phone:
        same |= Q(phone=customer.phone)
    return list(Customer.objects.present().filter(same).exclude(pk=customer.pk).order_by("email")[:at_most])
