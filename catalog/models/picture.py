"""Pictures of products: the order in which they are shown, and the files that hold them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.db.fields import LineField
from backoffice.pictures.names import PictureSize, picture_url
from catalog.models.product import Product


class ProductPicture(models.Model):
    """A picture of a product, kept as one file for each `PictureSize`.

    `name` is random and never used again, so that its files never change. `digest` is that of the file which
    was sent, by which the same one is known again. `width` and `height` are those of the largest file.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="pictures", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=32)
    alt = LineField(
        _("alt text"), max_length=255, blank=True, help_text=_("What it shows, for whoever cannot see it.")
    )
    file_name = LineField(max_length=255, blank=True)
    digest = models.CharField(max_length=64)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        # Whoever may see or change a product may see or change its pictures.
        default_permissions = ()
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=("name",), name="picture_once_per_name"),
            models.UniqueConstraint(fields=("product", "digest"), name="picture_once_per_product"),
        )

    def __str__(self) -> str:
        return self.alt or self.file_name or self.name

    @property
    def card_url(self) -> str:
        return picture_url(self.name, PictureSize.CARD)

    @property
    def full_url(self) -> str:
        return picture_url(self.name, PictureSize.FULL)
