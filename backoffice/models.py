"""Rows of no app in particular: answered requests, slots of periodic jobs, signs of life."""

from django.db import models


class IdempotencyRecord(models.Model):
    """One key, used once by one caller for one operation, with the reply it got."""

    caller = models.CharField(max_length=40, help_text="Such as user:12.")  # not translated
    operation = models.CharField(max_length=120)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("caller", "operation", "key"), name="idempotency_once_per_key"),
        )

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"


class JobSlot(models.Model):
    """A periodic job's turn; the unique row lets several schedulers do it once."""

    job = models.CharField(max_length=80)
    slot = models.DateTimeField()
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("job", "slot"), name="job_once_per_slot"),)

    def __str__(self) -> str:
        return f"{self.job} {self.slot:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """When a worker last proved that it runs tasks."""

    name = models.CharField(max_length=80)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("name",), name="heartbeat_once_per_name"),)

    def __str__(self) -> str:
        return self.name


class Books(models.Model):
    """What all amounts of this database are in. There is one row."""

    # Given, not drawn: a sequence would stay behind it, and doctor would say so.
    id = models.SmallIntegerField(primary_key=True, default=1)
    currency = models.CharField(max_length=3)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="books_once"),)

    def __str__(self) -> str:
        return self.currency


class ShopSettings(models.Model):
    """What was set on the settings page, as texts by name; what is in force is said in backoffice/shop.

    There is one row, and none before the first change.
    """

    # Given, not drawn: a sequence would stay behind it, and doctor would say so.
    id = models.SmallIntegerField(primary_key=True, default=1)
    kept = models.JSONField(default=dict)
    # Raised by every change.
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ("view", "change")
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="shop_settings_once"),)

    def __str__(self) -> str:
        return f"v{self.version}"


class MailText(models.Model):
    """The shop's own words at the beginning and the end of one kind of mail in one language."""

    template = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    opening = models.TextField(blank=True)
    closing = models.TextField(blank=True)
    # Raised by every change.
    version = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("template", "language"), name="mail_text_once_per_language"),
        )

    def __str__(self) -> str:
        return f"{self.template}.{self.language}"
