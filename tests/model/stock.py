"""Stock and its imports in plain Python: what the rules say, without a look at the product's code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class Refused(Exception):
    """The rules say no; nothing changes. Carries the refusal's code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refuse(when: bool, code: str) -> None:
    if when:
        raise Refused(code)


@dataclass
class Shelf:
    """One product's balances."""

    on_hand: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass
class Counted:
    """That a product was counted, by hand or by a file; undoing the file takes it back."""

    sku: str
    stands: bool = True


@dataclass(frozen=True)
class FileRow:
    sku: str
    quantity: str
    expected: str = ""


@dataclass
class PlannedRow:
    sku: str
    expected: str
    now: int = 0
    after: int = 0
    problem: str = ""
    counted: Counted | None = None

    @property
    def change(self) -> int:
        return self.after - self.now


@dataclass
class Import:
    """A file: planned, applied, undone."""

    mode: str
    file: tuple[FileRow, ...]
    rows: list[PlannedRow]
    state: str = "planned"
    counts_before: int = 0

    @property
    def good(self) -> list[PlannedRow]:
        return [row for row in self.rows if not row.problem]

    @property
    def is_the_same(self) -> tuple[str, tuple[FileRow, ...]]:
        return self.mode, self.file


@dataclass
class Stock:
    shelves: dict[str, Shelf]
    counts: list[Counted] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)

    def receive(self, sku: str, quantity: int) -> None:
        refuse(quantity < 1, "validation")
        self.shelves[sku].on_hand += quantity

    def adjust(self, sku: str, change: int) -> None:
        shelf = self.shelves[sku]
        refuse(change == 0, "validation")
        refuse(shelf.on_hand + change < shelf.reserved, "below_reserved")
        shelf.on_hand += change

    def count(self, sku: str, counted: int, expected: int | None) -> None:
        shelf = self.shelves[sku]
        refuse(expected is not None and expected != shelf.on_hand, "stale")
        refuse(counted < shelf.reserved, "below_reserved")
        shelf.on_hand = counted
        self.counts.append(Counted(sku))

    def plan(self, mode: str, file: tuple[FileRow, ...]) -> Import:
        planned = Import(mode, file, [self._planned(row, mode, file) for row in file])
        self.imports.append(planned)
        return planned

    def apply(self, planned: Import, *, skip_invalid: bool, again: bool) -> Import:
        refuse(planned.state != "planned", "import_state")
        refuse(not again and self._was_applied(planned), "already_imported")
        refuse(not skip_invalid and len(planned.good) < len(planned.rows), "import_has_problems")
        overtaken = [row for row in planned.good if self._is_overtaken(row, planned.mode)]
        refuse(bool(overtaken) and not skip_invalid, "plan_changed")
        refuse(len(overtaken) == len(planned.good), "import_has_problems")
        for row in overtaken:
            row.problem = "plan_changed"
        planned.counts_before = len(self.counts)
        for row in planned.good:
            self._apply_row(row, planned.mode)
        planned.state = "applied"
        return planned

    def undo(self, applied: Import, *, skip_invalid: bool) -> Import:
        refuse(applied.state != "applied", "import_state")
        changed = [row for row in applied.good if row.change]
        blocked = [row for row in changed if not self._can_be_undone(row, applied)]
        refuse(bool(blocked) and (not skip_invalid or len(blocked) == len(changed)), "cannot_undo")
        for row in blocked:
            row.problem = "not_undone"
        for row in applied.good:
            self.shelves[row.sku].on_hand -= row.change
            if row.counted:
                row.counted.stands = False
        applied.state = "undone"
        return applied

    def reserve(self, quantities: Mapping[str, int]) -> None:
        for sku, quantity in quantities.items():
            self.shelves[sku].reserved += quantity

    def release(self, quantities: Mapping[str, int]) -> None:
        for sku, quantity in quantities.items():
            self.shelves[sku].reserved -= quantity

    def ship(self, quantities: Mapping[str, int]) -> None:
        self.release(quantities)
        for sku, quantity in quantities.items():
            self.shelves[sku].on_hand -= quantity

    def unship(self, units: Mapping[str, int]) -> None:
        for sku, quantity in units.items():
            self.shelves[sku].on_hand += quantity
            self.shelves[sku].reserved += quantity

    def restock(self, quantities: Iterable[tuple[str, int]]) -> None:
        for sku, quantity in quantities:
            self.shelves[sku].on_hand += quantity

    def _planned(self, row: FileRow, mode: str, file: tuple[FileRow, ...]) -> PlannedRow:
        sku = row.sku.upper()
        planned = PlannedRow(sku, row.expected)
        shelf = self.shelves.get(sku)
        if shelf is None:
            planned.problem = "unknown_sku" if sku else "empty_sku"
            return planned
        planned.now = shelf.on_hand
        planned.problem = self._problem(row, shelf, mode, file)
        if not planned.problem:
            planned.after = int(row.quantity) + (shelf.on_hand if mode == "receive" else 0)
        return planned

    def _problem(self, row: FileRow, shelf: Shelf, mode: str, file: tuple[FileRow, ...]) -> str:
        if sum(other.sku.upper() == row.sku.upper() for other in file) > 1:
            return "duplicate_sku"
        if not row.quantity.isdigit():
            return "quantity_negative" if row.quantity.startswith("-") else "quantity_not_whole"
        if row.expected and int(row.expected) != shelf.on_hand:
            return "expected_differs"
        if mode == "count" and int(row.quantity) < shelf.reserved:
            return "below_reserved"
        return ""

    def _was_applied(self, planned: Import) -> bool:
        return any(
            other.state == "applied" and other.is_the_same == planned.is_the_same for other in self.imports
        )

    def _is_overtaken(self, row: PlannedRow, mode: str) -> bool:
        shelf = self.shelves[row.sku]
        if mode == "receive":
            return bool(row.expected) and shelf.on_hand != row.now
        return shelf.on_hand != row.now or row.after < shelf.reserved

    def _apply_row(self, row: PlannedRow, mode: str) -> None:
        shelf, change = self.shelves[row.sku], row.change
        row.now, row.after = shelf.on_hand, shelf.on_hand + change
        shelf.on_hand = row.after
        if mode == "count":
            row.counted = Counted(row.sku)
            self.counts.append(row.counted)

    def _can_be_undone(self, row: PlannedRow, applied: Import) -> bool:
        later = (each for each in self.counts[applied.counts_before :] if each is not row.counted)
        if applied.mode == "count" and any(each.stands and each.sku == row.sku for each in later):
            return False
        shelf = self.shelves[row.sku]
        return shelf.on_hand - row.change >= shelf.reserved
