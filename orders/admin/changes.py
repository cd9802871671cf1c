"""An old value beside the new one, as histories show them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a field had and has; "" stands for nothing."""

    title: str
    old: str
    new: str
