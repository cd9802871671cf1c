"""What the page for orders by phone shows while somebody types: products, customer, price and its steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.urls import reverse

from accounts.customers import known_customer
from accounts.models import Customer
from backoffice.db.search_words import cleaned
from backoffice.email_addresses import checked_email
from backoffice.errors import Invalid
from backoffice.text import identity_key
from catalog.finding import products_matching
from catalog.models import Product
from orders.admin import counted, words
from orders.admin.new_order.form import BasketForm, TypedLine
from orders.admin.order.edit_dialog import ADDRESS_PARTS
from orders.models import Order
from orders.price_words import ExplainedStep, explained, refusal_sentence
from orders.pricing import PriceStepKind, Quote

MOST_HITS = 10
STEP_TONES = {
    PriceStepKind.SUBTOTAL: "bo-strong",
    PriceStepKind.TOTAL: "bo-strong bo-grand",
    PriceStepKind.PROMO: "bo-good",
}


@dataclass(frozen=True, slots=True)
class BasketRow:
    """A line of the page. `product` is None when it is not for sale, or not any more."""

    sku: str
    product: Product | None
    quantity: str
    problem: str = ""

    @property
    def price(self) -> str:
        return words.money(self.product.price) if self.product else ""

    @property
    def picture(self) -> str:
        return self.product.picture if self.product else ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A product that matches; it `is_exact` when its SKU or barcode was typed, so that Enter takes it."""

    row: BasketRow
    is_exact: bool


@dataclass(frozen=True, slots=True)
class QuoteStep:
    detail: str
    amount: str
    tone: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer, with the address of their last order by the names of the form's fields."""

    customer: Customer
    url: str
    orders: str
    last: str
    address: dict[str, str]


def hits_for(term: str) -> list[Hit]:
    """Find up to ten active products, exact SKUs and barcodes first, in one or two statements."""
    term = cleaned(term)
    if not term:
        return []
    active = Product.objects.active()
    exact = list(active.with_code(term)[:MOST_HITS])
    alike = products_matching(active, term).order_by("sku")
    others = [each for each in alike[:MOST_HITS] if each not in exact]
    found = [Hit(_row_of(each), True) for each in exact] + [Hit(_row_of(each), False) for each in others]
    return found[:MOST_HITS]


def _row_of(product: Product) -> BasketRow:
    return BasketRow(product.sku, product, "1")


def rows_of(lines: Sequence[TypedLine]) -> list[BasketRow]:
    """Return a row for each line that was typed; the products are read in one statement."""
    products = Product.objects.active().with_skus([line.sku for line in lines]) if lines else []
    by_key = {identity_key(product.sku): product for product in products}
    return [
        BasketRow(line.sku, by_key.get(identity_key(line.sku)), line.quantity, line.problem) for line in lines
    ]


def steps_of(quote: Quote) -> list[QuoteStep]:
    """Return all steps but the refusal of a promo code, which the page shows above them."""
    steps = explained(quote.explanation, settings.SHOP_CURRENCY)
    return [_step_of(step) for step in steps if step.step != PriceStepKind.PROMO_REFUSED]


def _step_of(step: ExplainedStep) -> QuoteStep:
    return QuoteStep(step.detail, words.money(step.amount), STEP_TONES.get(step.step, ""))


def refusal_of(quote: Quote) -> str:
    """Say why the promo code gives no discount; "" when it gives one or none was typed."""
    refusal = quote.promo and quote.promo.refusal
    return refusal_sentence(refusal, settings.SHOP_CURRENCY) if refusal else ""


def complaints_of(form: BasketForm) -> list[str]:
    """Return everything that is wrong with the form, each field named by its label."""
    return list(_complaints(form.errors.items(), form))


def _complaints(errors: Iterable[tuple[str, Any]], form: BasketForm) -> Iterable[str]:
    for name, messages in errors:
        label = f"{form[name].label}: " if name in form.fields else ""
        for message in messages:
            yield f"{label}{message}"


def buyer_with(email: str) -> Buyer | None:
    """Find the customer with this address, in three statements, or one when nobody has it."""
    customers = Customer.objects.annotate(placed=Count("orders"), last=Max("orders__placed_at"))
    known = known_customer(email)
    if known is None:
        return None
    customer: Any = customers.get(pk=known.pk)
    last = Order.objects.filter(customer=customer).order_by("-placed_at", "-id").first()
    return Buyer(
        customer=customer,
        url=reverse("admin:accounts_customer_change", args=[customer.pk]),
        orders=counted.orders(customer.placed),
        last=words.ago(customer.last) if customer.last else "",
        address=_address_of(customer, last),
    )


def is_address(email: str) -> bool:
    """Tell whether this is a complete e-mail address."""
    try:
        return bool(checked_email(email))
    except Invalid:
        return False


def _address_of(customer: Customer, last: Order | None) -> dict[str, str]:
    if last is None:
        return {"name": customer.name, "phone": customer.phone}
    return {name: getattr(last, f"ship_{name}") for name in ADDRESS_PARTS}
