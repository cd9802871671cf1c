"""The files of pictures, in the storage that the settings name: a folder of this machine, or a bucket."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from backoffice.pictures.names import PictureSize, picture_file

logger = logging.getLogger(__name__)


def picture_storage() -> Storage:
    return storages["pictures"]


def read_file(name: str) -> bytes:
    """Return the content of a file. Raises FileNotFoundError."""
    with picture_storage().open(name) as file:
        content: bytes = file.read()
        return content


@contextmanager
def written_files(files: Mapping[str, bytes]) -> Iterator[None]:
    """Write the files first, for whoever then commits the row; they are gone again where that fails."""
    try:
        for name, content in files.items():
            picture_storage().save(name, ContentFile(content))
        yield
    except BaseException:
        delete_files(files)
        raise


def delete_files(files: Iterable[str]) -> None:
    """Delete these files; what cannot be deleted is logged, and stays."""
    for name in files:
        try:
            picture_storage().delete(name)
        except Exception:
            logger.exception("The file %s of a picture could not be deleted", name)


def stored_files() -> set[str]:
    """Return the names of all files that there are."""
    try:
        _folders, files = picture_storage().listdir("")
    except FileNotFoundError:
        return set()
    return set(files)


def needed_files(names: Iterable[str]) -> set[str]:
    """Return the files that pictures with these names have."""
    return {picture_file(name, size) for name in names for size in PictureSize}
