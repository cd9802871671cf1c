import pytest

from accounts.customers import customer_for
from accounts.models import Customer
from backoffice.errors import Invalid
from tests.factories import make_user
from tests.races.harness import race


@pytest.mark.django_db
def test_a_customer_is_found_however_the_address_is_typed():
    first = customer_for("Ada@Example.com", name="Ada")
    assert customer_for(" ada@EXAMPLE.com ") == first
    assert (first.email, first.name) == ("ada@example.com", "Ada")


@pytest.mark.django_db
def test_finding_a_customer_costs_one_query(django_assert_num_queries):
    customer_for("ada@example.com")
    with django_assert_num_queries(1):
        customer_for("ada@example.com")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["", "ada", "ada@", "@example.com", "a\x00@example.com", "a" * 250 + "@x.de"]
)
def test_what_is_no_address_makes_no_customer(text):
    with pytest.raises(Invalid) as refused:
        customer_for(text)
    assert refused.value.faults[0].pointer == "/email"
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_a_new_customer_belongs_to_the_user_who_confirmed_the_address():
    confirmed = make_user("ada@example.com")
    make_user("bob@example.com", email_confirmed_at=None)
    assert customer_for("ada@example.com").user == confirmed
    assert customer_for("bob@example.com").user is None


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_one_and_the_same_customer():
    outcomes = race(8, [lambda: customer_for("Ada@example.com").pk] * 16)
    assert outcomes == [Customer.objects.get().pk] * 16
