"""People who order."""

from django.db import models
from django.utils import timezone

from accounts.models.users import User, normalised_email
from backoffice.db.fields import LineField, LinesField
from backoffice.db.search_text import Searched, SearchTextField


class Customer(Searched):
    """A person who orders, unique by normalised e-mail, with or without a user account."""

    email = models.EmailField(unique=True)
    name = LineField(max_length=150, blank=True)
    phone = LineField(max_length=40, blank=True)
    note = LinesField(blank=True)
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="customer"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    search_text = SearchTextField(texts=("email", "name"), phones=("phone",))

    class Meta:
        permissions = (("export_customer", "Can export customers"),)  # not translated

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        self.email = normalised_email(self.email)
