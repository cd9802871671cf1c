"""What can be done with several rows of a list at once, as buttons that say so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from backoffice.admin.lists import SavedViewsChangeList


@dataclass(frozen=True, slots=True)
class BulkAction:
    """`name` is what Django's form of actions expects."""

    name: str
    title: str
    icon: str


def bulk_actions(cl: SavedViewsChangeList, choices: Iterable[tuple[str, str]]) -> Iterator[BulkAction]:
    """Yield the actions that Django offers this user, without the blank choice of its select."""
    for name, title in choices:
        if name:
            yield BulkAction(name, str(title), cl.model_admin.action_icons.get(name, ""))
