"""By what a file is known when it comes again: what its rows say, whatever it is saved as."""

from collections.abc import Iterator
from hashlib import sha256

from catalog.stock_import.staging import StagedRow

LONGEST = 1 << 256


class RowsDigest:
    """Sums up rows while they are staged: SKU, quantity, expected stock and note, in any order."""

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self._sum = self._count = 0

    def following(self, rows: Iterator[StagedRow]) -> Iterator[StagedRow]:
        for row in rows:
            quantity = row.quantity if row.units is None else row.units
            expected = row.expected if row.expected_units is None else row.expected_units
            said = f"{row.sku_key}\0{quantity}\0{expected}\0{row.note}"
            # A sum, for the order of the rows says nothing.
            self._sum = (self._sum + int.from_bytes(sha256(said.encode()).digest())) % LONGEST
            self._count += 1
            yield row

    def hexdigest(self) -> str:
        return sha256(f"{self._mode}\0{self._count}\0{self._sum:x}".encode()).hexdigest()
