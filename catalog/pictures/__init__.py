"""Pictures of products: hostile files refused, the rest drawn anew in every size, stored and put in order."""

from backoffice.pictures.drawing import MOST_BYTES, DrawnPicture, NoPicture, drawn
from catalog.pictures.changes import (
    MOST_PICTURES,
    add_picture,
    describe_picture,
    move_picture,
    picture_named,
    remove_picture,
)

__all__ = [
    "MOST_BYTES",
    "MOST_PICTURES",
    "DrawnPicture",
    "NoPicture",
    "add_picture",
    "describe_picture",
    "drawn",
    "move_picture",
    "picture_named",
    "remove_picture",
]
