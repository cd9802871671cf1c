"""One meaning of finding a person, for lists, the palette, the API and the command line."""

from django.db.models import QuerySet

from accounts.models import Customer, User
from backoffice.db.search_text import of_person
from backoffice.finding import cleaned, is_findable, words_of
from backoffice.text import identity_key


def customers_matching(customers: QuerySet[Customer], term: str) -> QuerySet[Customer]:
    """Find customers by the words of name and e-mail address in any order, or by their telephone number."""
    return _people(customers, term)


def users_matching(users: QuerySet[User], term: str) -> QuerySet[User]:
    """Find users by the words of name and e-mail address, in any order."""
    return _people(users, term)


def _people[Person: (Customer, User)](people: QuerySet[Person], term: str) -> QuerySet[Person]:
    term = cleaned(term)
    if not term:
        return people
    if not is_findable(term):
        return people.none()
    narrowed = people
    for word in words_of(term):
        narrowed = narrowed.filter(of_person(word))
    return narrowed | people.filter(of_person(identity_key(term)))
