"""Hand somebody's data out, and note that it was done: in the customer's history and the security log."""

from accounts.actors import Actor
from accounts.history import record_about_person
from accounts.models import AccountChange, Customer, ErasedKind
from backoffice.db.transactions import write_transaction
from orders.models import CustomerEvent, CustomerEventKind
from orders.privacy.person import person_of, who_stayed
from orders.privacy.told import ToldPerson, tell_person


@write_transaction
def hand_out(customer: Customer, *, by: Actor) -> ToldPerson:
    stayed = who_stayed(customer)
    CustomerEvent.objects.create(
        customer=stayed, kind=CustomerEventKind.DATA_HANDED_OUT, actor=by.user, source=by.source
    )
    record_about_person(AccountChange.DATA_HANDED_OUT, ErasedKind.CUSTOMER, stayed.pk, by=by)
    return tell_person(person_of(stayed))
