"""What a user may do, found in one short statement: every request of staff asks for it."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

from accounts.models import User
from backoffice.db.statements import selecting


class Permissions(ModelBackend):
    """Django's own rules: the permissions of the user and of their groups, none for who is not active."""

    def get_all_permissions(self, user_obj, obj=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        is_asked = user_obj.is_active and not user_obj.is_superuser and obj is None
        if is_asked and not hasattr(user_obj, "_perm_cache"):
            user_obj._perm_cache = {f"{app}.{name}" for app, name in _permissions_of(user_obj.pk)}
        return super().get_all_permissions(user_obj, obj)


@selecting
def _permissions_of(user: int) -> QuerySet[Permission, tuple[str, str]]:
    own = User.user_permissions.through.objects.filter(user=user).values("permission")
    of_groups = Group.permissions.through.objects.filter(group__user=user).values("permission")
    held = Permission.objects.filter(Q(pk__in=own) | Q(pk__in=of_groups))
    return held.order_by().values_list("content_type__app_label", "codename")
