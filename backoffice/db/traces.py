"""What was deleted or replaced is still in the database's file until it is written anew."""

import logging

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

# Larger ones are written anew at night: nobody can write meanwhile, about a second for so much.
MOST_BYTES_AT_ONCE = 200 * 1024 * 1024


def forget_traces(*, most_bytes: int | None = MOST_BYTES_AT_ONCE) -> bool:
    """Write SQLite's file anew, without what was deleted, and empty its log; return whether it was done.

    PostgreSQL sees to its own: VACUUM frees what no transaction sees, and a dump never holds it.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
            [size] = cursor.fetchone()
            if most_bytes is not None and size > most_bytes:
                return False
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except DatabaseError as error:
        # Somebody reads or writes for long, or the disk is full: the night's turn tries again.
        logger.warning("The database's file could not be written anew: %s", error)
        return False
    return True
