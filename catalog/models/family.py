"""Families of products that differ by options, such as colour and size. A SKU stays a product."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.db.fields import FoldedField, LineField
from backoffice.db.search_text import Searched, SearchTextField

OPTIONS = ("option_1", "option_2", "option_3")
"""The columns of a family's option names, and of a product's values for them, in the same order."""


class ProductFamily(Searched):
    """Products that are one thing in several colours, sizes or the like.

    `catalog/families/` and imports of products are its only writers, and those of its products' values.
    """

    name = LineField(_("name"), max_length=120)
    name_key = FoldedField(source="name", max_length=240)
    slug = models.SlugField(_("slug"), max_length=120, db_index=False)
    option_1 = LineField(_("first option"), max_length=40)
    option_2 = LineField(_("second option"), max_length=40, blank=True)
    option_3 = LineField(_("third option"), max_length=40, blank=True)
    search_text = SearchTextField(texts=("name",))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Moves on whenever a product joins, leaves or gets other values, too.
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("family")
        verbose_name_plural = _("families")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("name_key",), name="family_once_per_name"),
            models.UniqueConstraint(fields=("slug",), name="family_once_per_slug"),
            models.CheckConstraint(
                condition=~Q(option_1="") & (Q(option_3="") | ~Q(option_2="")),
                name="family_options_in_order",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def options(self) -> tuple[str, ...]:
        """Return the names of its options in their order."""
        return tuple(name for name in (self.option_1, self.option_2, self.option_3) if name)
