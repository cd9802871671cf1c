"""The files of pictures, in the storage that the settings name: a folder of this machine, or a bucket."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from catalog.models import PictureSize, ProductPicture
from catalog.models.picture import picture_file
from catalog.pictures.drawing import DrawnPicture

logger = logging.getLogger(__name__)

# Files that no row names: a younger one may be about to get its row. Older ones stay for somebody to look at,
# for it may be that the rows are missing: a database that was restored from an old backup names few files.
SWEPT_AFTER, SWEPT_UNTIL = timedelta(days=1), timedelta(days=8)


def picture_storage() -> Storage:
    return storages["pictures"]


def read_file(name: str) -> bytes:
    """Return the content of a file. Raises FileNotFoundError."""
    with picture_storage().open(name) as file:
        content: bytes = file.read()
        return content


@contextmanager
def written_files(name: str, picture: DrawnPicture) -> Iterator[None]:
    """Write the files first, for whoever then commits the row; they are gone again where that fails."""
    try:
        for size, content in picture.files.items():
            picture_storage().save(picture_file(name, size), ContentFile(content))
        yield
    except BaseException:
        delete_files(name)
        raise


def delete_files(name: str) -> None:
    """Delete the files of the picture with this name; what cannot be deleted is logged, and stays."""
    for size in PictureSize:
        try:
            picture_storage().delete(picture_file(name, size))
        except Exception:
            logger.exception("The file %s of a picture could not be deleted", picture_file(name, size))


def stored_files() -> set[str]:
    """Return the names of all files that there are."""
    try:
        _folders, files = picture_storage().listdir("")
    except FileNotFoundError:
        return set()
    return set(files)


def needed_files(names: Iterable[str]) -> set[str]:
    return {picture_file(name, size) for name in names for size in PictureSize}


def files_without_picture() -> set[str]:
    """Return the files that no picture names. They are listed first: what is added meanwhile is named."""
    stored = stored_files()
    return stored - needed_files(ProductPicture.objects.order_by().values_list("name", flat=True))


def sweep_picture_files(now: datetime) -> int:
    """Delete what a process left that died while it added or removed a picture; return how many files."""
    storage = picture_storage()
    swept = [
        name
        for name in files_without_picture()
        if now - SWEPT_UNTIL < storage.get_modified_time(name) <= now - SWEPT_AFTER
    ]
    for name in swept:
        storage.delete(name)
    return len(swept)
