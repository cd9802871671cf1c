"""Change what is known about a customer, with old and new values in their history."""

from collections.abc import Mapping, Sequence

from django.db.models import Field
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers import held_customers
from accounts.models import Customer, User
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Invalid, NotFound
from backoffice.languages import language_named
from backoffice.numbers import grouped
from backoffice.text import fault_of
from orders.models import CustomerEvent, CustomerEventKind

LONGEST_NOTE = 2_000


@write_transaction
def edit_customer(
    customer: Customer,
    *,
    by: Actor,
    name: str | None = None,
    phone: str | None = None,
    note: str | None = None,
    language: str | None = None,
) -> Customer:
    """Change name, telephone number, note or language; what is None stays.

    With another language their account gets it too.

    Raises:
        Invalid: naming every value that is too long or has control characters; or there is no such language.
        NotFound: the customer is gone.
        Conflict: they were erased.
    """
    wanted = _checked({"name": name, "phone": phone, "note": note})
    if language is not None:
        wanted["language"] = language_named(language)
    held = held_customers(customer.pk).get(customer.pk)
    if held is None:
        raise NotFound(_("There is no customer %(who)s.") % {"who": customer.pk})
    if held.erased_at is not None:
        raise Conflict(_("This customer was erased. Nothing is kept of them any more."))
    changes = {
        field: [getattr(held, field), value]
        for field, value in wanted.items()
        if getattr(held, field).replace("\r\n", "\n") != value
    }
    if changes:
        _save(held, changes, by)
    return held


def _checked(given: Mapping[str, str | None]) -> dict[str, str]:
    wanted = {
        field: value.strip().replace("\r\n", "\n") for field, value in given.items() if value is not None
    }
    faults = [fault for field, value in wanted.items() if (fault := _fault_of(field, value))]
    if faults:
        raise Invalid(" ".join(f"{each.pointer[1:]}: {each.detail}" for each in faults), faults=faults)
    return wanted


def _save(held: Customer, changes: Mapping[str, Sequence[str]], by: Actor) -> None:
    for field, (_was, after) in changes.items():
        setattr(held, field, after)
    held.save(update_fields=list(changes))
    if "language" in changes:
        User.objects.filter(customer=held, is_staff=False).update(language=held.language)
    CustomerEvent.objects.create(
        customer=held,
        kind=CustomerEventKind.EDITED,
        facts={"changes": changes},
        actor=by.user,
        source=by.source,
    )


def _fault_of(name: str, value: str) -> Fault | None:
    field = Customer._meta.get_field(name)
    assert isinstance(field, Field)
    longest = field.max_length or LONGEST_NOTE
    if len(value) > longest:
        detail: str | None = _("At most %(count)s characters.") % {"count": grouped(longest)}
    else:
        detail = fault_of(value, lines=name == "note")
    return Fault(f"/{name}", "validation", detail) if detail else None
