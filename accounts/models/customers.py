"""People who order."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from backoffice.db.fields import LineField, LinesField
from backoffice.db.search_text import Searched, SearchTextField
from backoffice.email_addresses import normalised_email, readable_email, valid_email
from backoffice.languages import languages


class CustomerQuerySet(models.QuerySet["Customer"]):
    def present(self) -> Self:
        """Leave out those who were merged into another, or erased."""
        return self.filter(merged_into=None, erased_at=None)


class Customer(Searched):
    """A person who orders, unique by e-mail address, with or without a user account.

    Of two who were merged, the one that went keeps its row and its address, and leads to the other.
    """

    email = models.EmailField(_("e-mail address"), validators=[valid_email])
    name = LineField(_("name"), max_length=150, blank=True)
    phone = LineField(_("phone"), max_length=40, blank=True)
    note = LinesField(_("note"), blank=True)
    # A code of `languages`; empty is their account's, or else the shop's.
    language = models.CharField(_("language"), max_length=10, blank=True, choices=languages)
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="customer"
    )
    merged_into = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    erasure_asked_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When they asked to be erased; staff see to it.")
    )
    erased_at = models.DateTimeField(null=True, editable=False)
    search_text = SearchTextField(texts=("email", "readable_email", "name"), phones=("phone",))

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = (models.UniqueConstraint(fields=("email",), name="customer_once_per_email"),)
        indexes = (
            models.Index(
                fields=("merged_into",), condition=Q(merged_into__isnull=False), name="customer_merged_into"
            ),
        )
        permissions = (
            ("export_customer", "Can export customers"),  # not translated
            ("erase_customer", "Can erase customers"),  # not translated
        )

    def __str__(self) -> str:
        return self.name or self.readable_email

    def clean(self) -> None:
        self.email = normalised_email(self.email)

    @property
    def language_spoken(self) -> str:
        """Return the language that they are written to in; "" is the shop's."""
        return self.language or (self.user.language if self.user is not None else "")

    @property
    def readable_email(self) -> str:
        return readable_email(self.email)
