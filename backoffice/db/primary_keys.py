"""Tells what an address may give as the key of a row: anything else names no row of any table."""

# Every number of so many digits fits into the column of a key, on both databases.
LONGEST_KEY = 18
# The largest number that such a column holds: a larger one is an error of the database, not an unknown key.
LARGEST_KEY = 2**63 - 1


def is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY
