"""Files that no picture names, such as a process left that died while it added or removed one."""

from datetime import datetime, timedelta

from backoffice.pictures.files import needed_files, picture_storage, stored_files
from backoffice.shop.logo import files_of_logo
from catalog.models import ProductPicture

# Files that no row names: a younger one may be about to get its row. Older ones stay for somebody to look at,
# for it may be that the rows are missing: a database that was restored from an old backup names few files.
SWEPT_AFTER, SWEPT_UNTIL = timedelta(days=1), timedelta(days=8)


def files_without_picture() -> set[str]:
    """Return the files that nothing names. They are listed first: what is added meanwhile is named."""
    stored = stored_files()
    names = ProductPicture.objects.order_by().values_list("name", flat=True)
    return stored - needed_files(names) - files_of_logo()


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
