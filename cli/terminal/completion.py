"""What the shell completes of values: fixed ones at once, the shop's own if its database answers."""

from collections.abc import Callable, Iterator

type Completion = Callable[[str], list[str]]

ORDER_STATUSES = ("pending", "partially_shipped", "shipped", "delivered", "cancelled")
PAYMENT_STATES = ("to_pay", "part_paid", "paid", "to_pay_back", "nothing_to_pay", "overdue")
PROMO_STATES = ("scheduled", "active", "paused", "expired", "used_up")
PROMO_KINDS = ("percentage", "fixed")
MAIL_STATES = ("queued", "sending", "sent", "dead", "suppressed", "withdrawn")
ROLES = ("manager", "warehouse", "support", "marketing", "viewer", "superuser")
# A shell that waits is worse than one that completes nothing, and nobody reads a longer list.
MOST = 200


def one_of(*values: str) -> Completion:
    """Complete one of these values, in upper or lower case."""

    def complete(incomplete: str) -> list[str]:
        return [value for value in values if value.startswith(incomplete.casefold())]

    return complete


def categories(incomplete: str) -> list[str]:
    """Complete the slug of a category."""

    def found() -> Iterator[str]:
        from catalog.models import Category

        named = Category.objects.filter(slug__startswith=incomplete.casefold())
        yield from named.order_by("slug").values_list("slug", flat=True)[:MOST]

    return _of_the_shop(found)


def families(incomplete: str) -> list[str]:
    """Complete the slug of a family."""

    def found() -> Iterator[str]:
        from catalog.models import ProductFamily

        named = ProductFamily.objects.filter(slug__startswith=incomplete.casefold())
        yield from named.order_by("slug").values_list("slug", flat=True)[:MOST]

    return _of_the_shop(found)


def skus(incomplete: str) -> list[str]:
    """Complete the SKU of a product that can be ordered."""

    def found() -> Iterator[str]:
        from backoffice.text import identity_key
        from catalog.models import Product

        named = Product.objects.filter(is_active=True, sku_key__startswith=identity_key(incomplete))
        yield from named.order_by("sku_key").values_list("sku", flat=True)[:MOST]

    return _of_the_shop(found)


def _of_the_shop(find: Callable[[], Iterator[str]]) -> list[str]:
    """Return what is found; nothing where there is no shop, for a shell has no place for a sentence."""
    from cli.terminal.verbs import OF_WEB_AND_WORKER, set_django_up

    try:
        set_django_up(without=OF_WEB_AND_WORKER)
        return list(find())
    except Exception:
        return []
