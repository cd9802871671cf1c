"""What a merge would do is told before anything is done, and what cannot be merged says why."""

import pytest

from accounts.customers import customer_for
from accounts.models import Customer, User
from orders.customers.merge_plan import SharedPromotion, lookalikes_of, plan_merge
from orders.customers.merging import merge_customers
from tests.factories import CLI, make_customer, make_product, make_promo_code, make_shopper, place

pytestmark = pytest.mark.django_db


def person(email: str, **fields: str) -> Customer:
    Customer.objects.filter(pk=make_customer(email).pk).update(**fields)
    return customer_for(email)


def test_a_plan_names_what_moves_and_writes_nothing() -> None:
    make_product("A", on_hand=9, price="10.00")
    make_promo_code("ONCE", percent_off="50", name="Once only")
    make_promo_code("OFTEN", max_uses_per_customer=None, name="Often")
    kept = person("theo@example.com", name="Theo", note="Rings twice")
    gone = person("theo@exmaple.com", name="T. Jansen", phone="+49", note="Likes tea")
    for code in ("ONCE", "OFTEN"):
        for customer in (kept, gone):
            place({"A": 1}, customer=customer, promo_code=code)

    plan = plan_merge(kept, gone)

    assert plan.orders == [str(each) for each in gone.orders.order_by("pk")]
    assert (plan.uses, plan.problems, plan.moves_account) == (2, [], False)
    assert plan.promotions == [
        SharedPromotion("Often", 2, None, False),
        SharedPromotion("Once only", 2, 1, False),
    ]
    assert [each.is_over for each in plan.promotions] == [False, True]
    after = plan.after
    assert (after.name, after.phone, after.note) == ("Theo", "+49", "Rings twice\nLikes tea")
    assert Customer.objects.filter(merged_into=None).count() == 2


def test_a_plan_is_another_once_something_has_happened() -> None:
    make_product("A", on_hand=9)
    kept, gone = make_customer(), make_customer()
    seen = plan_merge(kept, gone).digest
    assert plan_merge(kept, gone).digest == seen
    place({"A": 1}, customer=gone)
    assert plan_merge(kept, gone).digest != seen


def codes(kept: Customer, gone: Customer) -> list[str]:
    kept, gone = (Customer.objects.get(pk=each.pk) for each in (kept, gone))
    return [fault.code for fault in plan_merge(kept, gone).problems]


def test_two_accounts_are_not_merged_while_both_can_sign_in() -> None:
    kept, gone = (make_shopper(email).customer for email in ("a@example.com", "b@example.com"))
    assert codes(kept, gone) == ["two_accounts"]

    User.objects.filter(customer=kept).update(is_active=False)
    assert codes(kept, gone) == ["account_of_who_goes"]
    assert codes(gone, kept) == []


def test_the_account_of_who_goes_moves_to_whoever_has_none() -> None:
    assert plan_merge(make_customer(), make_shopper("a@example.com").customer).moves_account


def test_nobody_is_merged_with_themselves_or_twice() -> None:
    kept, gone, third = make_customer(), make_customer(), make_customer()
    assert codes(kept, kept) == ["same_customer"]
    merge_customers(kept, gone, by=CLI)
    assert codes(kept, gone) == codes(gone, third) == ["merged_already"]


def test_whoever_has_the_same_name_or_telephone_number_is_offered() -> None:
    theo = person("theo@example.com", name="Theo Jansen", phone="123")
    same_name, same_phone = person("b@example.com", name="theo jansen"), person("a@example.com", phone="123")
    person("c@example.com", name="Theodor")

    assert lookalikes_of(theo, at_most=5) == [same_phone, same_name]
    merge_customers(theo, same_name, by=CLI)
    assert lookalikes_of(theo, at_most=5) == [same_phone]
