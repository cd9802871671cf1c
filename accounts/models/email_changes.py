"""Changes of an account's e-mail address that wait to be confirmed, or were."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.sources import Source
from accounts.models.users import User
from backoffice.email_addresses import readable_email, valid_email


class EmailChange(models.Model):
    """An address that an account is to have.

    Its new mailbox confirms it; the old one too, unless somebody else has asked because it is lost.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="email_changes", db_index=False)
    email = models.EmailField(_("e-mail address"), validators=[valid_email])
    needs_old = models.BooleanField()
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    source = models.CharField(max_length=6, choices=Source)
    asked_at = models.DateTimeField(default=timezone.now)
    new_confirmed_at = models.DateTimeField(null=True)
    old_confirmed_at = models.DateTimeField(null=True)
    # Carried out, stopped, or replaced by a later one.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("user",), condition=Q(ended_at__isnull=True), name="email_change_one_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} to {self.email}"

    @property
    def readable_email(self) -> str:
        return readable_email(self.email)

    @property
    def is_confirmed(self) -> bool:
        """Whether every mailbox that has to has confirmed it."""
        return self.new_confirmed_at is not None and (self.old_confirmed_at is not None or not self.needs_old)
