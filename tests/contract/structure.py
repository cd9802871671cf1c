"""The house in figures: `make figures`, which needs nothing but Python."""

import ast
import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Each may import what stands behind it, never back.
APPS = ("cli", "orders", "catalog", "accounts", "backoffice")
# What concerns many modules at once: doors, browsers, whole shops, processes, several people at a time.
FOLDERS_OF_THEIR_OWN = ("races", "model", "browser", "contract", "running", "clients", "data", "scripts")


@dataclass(frozen=True)
class House:
    """Modules by their dotted names, and what each of them imports of the others, wherever in it."""

    root: Path = ROOT

    @cached_property
    def modules(self) -> dict[str, Path]:
        return {_dotted(self.root, file): file for app in APPS for file in _python(self.root / app)}

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        return {name: set(self._imported(name, file)) - {name} for name, file in self.modules.items()}

    @property
    def functions(self) -> list[tuple[int, str]]:
        """Lines of each function, the shortest first."""
        return sorted(
            ((node.end_lineno or 0) - node.lineno + 1, f"{name}.{node.name}")
            for name, file in self.modules.items()
            for node in ast.walk(_tree(file))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        )

    @property
    def classes(self) -> dict[str, list[str]]:
        """Modules that have a class of this name; Django's inner ones such as Meta are left out."""
        found: dict[str, list[str]] = defaultdict(list)
        for module, file in self.modules.items():
            for node in _tree(file).body:
                if isinstance(node, ast.ClassDef):
                    found[node.name].append(module)
        return found

    @property
    def longest_modules(self) -> list[tuple[int, str]]:
        lines = ((len(file.read_text().splitlines()), name) for name, file in self.modules.items())
        return sorted(lines, reverse=True)

    def at_the_top(self, app: str) -> list[str]:
        """Modules that lie in the app's folder itself."""
        return sorted(file.stem for file in (self.root / app).glob("*.py") if file.stem != "__init__")

    def rooms(self, app: str) -> list[str]:
        inner = {name.split(".")[1] for name in self.modules if name.startswith(f"{app}.")}
        return sorted(inner - set(self.at_the_top(app)))

    @property
    def upward(self) -> list[str]:
        return [
            f"{name} imports {other}"
            for name, others in self.imports.items()
            for other in others
            if APPS.index(_app(other)) < APPS.index(_app(name))
        ]

    @property
    def circles(self) -> list[list[str]]:
        """Modules that import each other, directly or by way of others."""
        return _circles(self.imports)

    @property
    def room_circles(self) -> list[list[str]]:
        between: dict[str, set[str]] = defaultdict(set)
        for name, others in self.imports.items():
            between[_room(name)] |= {_room(other) for other in others} - {_room(name)}
        return _circles(between)

    @cached_property
    def tests(self) -> dict[Path, bool]:
        """Test files outside those folders, each with whether it stands where its module stands."""
        files = sorted((self.root / "tests").rglob("test_*.py"))
        inner = [file.relative_to(self.root / "tests") for file in files]
        return {path: self._is_mirrored(path) for path in inner if path.parts[0] not in FOLDERS_OF_THEIR_OWN}

    def tests_of(self, module: str) -> list[Path]:
        """`orders/placing/test_placement.py`, and those that begin so and tell of one side of the module."""
        *folders, name = module.split(".")
        begins = re.compile(rf"test_{re.escape(name)}(_\w+)?\.py\Z")
        return [path for path in self.tests if path.parts[:-1] == tuple(folders) and begins.match(path.name)]

    def _is_mirrored(self, path: Path) -> bool:
        words = path.stem.removeprefix("test_").split("_")
        names = ("_".join(words[:count]) for count in range(len(words), 0, -1))
        return any(".".join((*path.parts[:-1], name)) in self.modules for name in names)

    def _imported(self, name: str, file: Path) -> Iterator[str]:
        for node in ast.walk(_tree(file)):
            if isinstance(node, ast.ImportFrom) and node.module:
                for each in node.names:
                    inner = f"{node.module}.{each.name}"
                    yield from [found for found in (inner, node.module) if found in self.modules][:1]
            elif isinstance(node, ast.Import):
                yield from (each.name for each in node.names if each.name in self.modules)


def _python(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*.py") if "migrations" not in file.parts)


def _dotted(root: Path, file: Path) -> str:
    return ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _app(module: str) -> str:
    return module.split(".")[0]


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """The strongly connected parts of more than one (Tarjan 1972)."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    waiting: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        numbers[name] = lowest[name] = len(numbers)
        waiting.append(name)
        for other in imports.get(name, ()):
            if other not in numbers:
                visit(other)
            if other in waiting:
                lowest[name] = min(lowest[name], lowest[other])
        if lowest[name] == numbers[name]:
            place = waiting.index(name)
            part = waiting[place:]
            del waiting[place:]
            if len(part) > 1:
                found.append(sorted(part))

    for name in sorted(imports):
        if name not in numbers:
            visit(name)
    return found


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"


def figures(house: House) -> Iterable[tuple[str, str]]:
    """What is counted, and how many there are."""
    lines = [count for count, _ in house.functions]
    yield "modules", f"{len(house.modules)}"
    yield "functions", f"{len(lines)}, of {sum(lines):,} lines"
    yield (
        "lines of a function",
        (
            f"median {statistics.median(lines):.0f}, p90 {lines[int(len(lines) * 0.9)]}, longest {lines[-1]}"
            f" ({house.functions[-1][1]})"
        ),
    )
    longest, name = house.longest_modules[0]
    yield "longest module", f"{longest} lines ({name})"
    for app in APPS:
        yield f"at the top of {app}", f"{len(house.at_the_top(app))} modules, {len(house.rooms(app))} rooms"
    yield "upward imports", f"{len(house.upward)}"
    yield "circles of modules", f"{len(house.circles)}"
    yield "circles of rooms", f"{len(house.room_circles)}"
    mirrored = sum(house.tests.values())
    yield "mirrored tests", f"{mirrored} of {len(house.tests)} files ({_percent(mirrored, len(house.tests))})"


def main() -> None:
    for name, figure in figures(House()):
        print(f"{name:24}{figure}")  # noqa: T201


if __name__ == "__main__":
    main()
