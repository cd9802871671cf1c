"""The history of the shop's settings."""

from django.db import models
from django.utils import timezone

from accounts.models.sources import Source, name_of
from accounts.models.users import User


class SettingChange(models.Model):
    """One setting that was changed: what was in force before and is after, as texts, by whom and when."""

    name = models.CharField(max_length=80, help_text="Such as SHOP_NAME.")  # not translated
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    # It was given back to its default.
    is_reset = models.BooleanField(default=False)
    actor = models.ForeignKey(User, null=True, on_delete=models.RESTRICT, related_name="+")
    source = models.CharField(max_length=6, choices=Source)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("name", "-id"), name="change_of_setting"),)

    def __str__(self) -> str:
        return f"{self.name}: {self.before} → {self.after}"

    @property
    def by(self) -> str:
        return name_of(self.actor, self.source)
