"""Texts for people that no translator would find: in Python, and in templates.

`python -m tests.contract.translatable [PATH…]` lists them.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("backoffice", "accounts", "catalog", "orders", "cli")
NOT_LOOKED_AT = (
    # What the shop's own configuration, the OpenAPI document and the demo's data say.
    "backoffice/settings.py",
    "backoffice/environment.py",
    "backoffice/api/openapi.py",
    "backoffice/api/application.py",
    "backoffice/server/checks.py",
    # What people call countries in many languages.
    "backoffice/countries/other_names.py",
    "catalog/models/checks.py",
    "catalog/models/triggers.py",
    # What --help says: options and verbs are described there in English alone.
    "cli/app.py",
    "cli/demo/people.py",
    "cli/demo/groundwork.py",
    "cli/demo/planning.py",
    "cli/demo/reading.py",
)
TRANSLATED = {
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
    "npgettext",
    "npgettext_lazy",
    "gettext_noop",
}
# Log lines, messages to developers, and the descriptions of options and operations.
NOT_FOR_PEOPLE = {
    "debug",
    "info",
    "warning",
    "error",
    "exception",
    "critical",
    "log",
    "ImproperlyConfigured",
    "RuntimeError",
    "ValueError",
    "TypeError",
    "AssertionError",
    "LookupError",
    "KeyError",
    "NotImplementedError",
    "Option",
    "Argument",
    "Typer",
    "group",
    "cast",
    "compile",
}
NOT_SAID = {
    "description",
    "summary",
    "tags",
    "operation_id",
    "help",
    "example",
    "examples",
    "epilog",
    "regex",
    "pattern",
}
# Keywords whose text is shown even when it is one word.
SHOWN = {
    "label",
    "help_text",
    "verbose_name",
    "verbose_name_plural",
    "short_description",
    "empty_label",
    "title",
}
# In the admin `description` is a column's or a button's title.
SHOWN_IN_ADMIN = {*SHOWN, "description", "empty_value"}
SENTENCE = re.compile(r"[A-Z“][\w’'-]*[,:;]? .*[a-z]", re.DOTALL)
END = re.compile(r"[a-z)%»”] .*[.!?…]\s*\Z", re.DOTALL)
SQL = re.compile(
    r"\s*(SELECT|UPDATE|INSERT|DELETE|CREATE|DROP|ALTER|WITH|PRAGMA|BEGIN|SET|LOCK|COPY|TRUNCATE|RAISE|NOTIFY|EXPLAIN"
    r"|VACUUM|ANALYZE|SAVEPOINT|RELEASE|COALESCE|FROM|WHERE|JOIN|ON|AND|ORDER|GROUP|VALUES|RETURNING|COMMIT|ROLLBACK|ATTACH|CASE)\b"
)
# Names of icons, of columns of files and values of hidden fields are no words either.
HIDDEN = re.compile(
    r"<(script|style|head|code)\b.*?</\1>|\{#.*?#\}|<!--.*?-->"
    r"|<span class=\"material-symbols-outlined[^>]*>.*?</span>|<input type=\"hidden\"[^>]*>",
    re.DOTALL,
)
COMMENT = re.compile(r"\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)
BLOCK = re.compile(r"\{% blocktranslate\b.*?\{% endblocktranslate %\}", re.DOTALL)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
ATTRIBUTE = re.compile(r"""\b(?:title|placeholder|aria-label|alt|value|content)="([^"]*)\"""")
MARKUP = re.compile(r"<[^>]*>", re.DOTALL)
LETTERS = re.compile(r"[A-Za-z]{2,}")

type Found = tuple[str, int, str]


def untranslated(root: Path = ROOT, paths: tuple[str, ...] = APPS) -> list[Found]:
    """Path, line and text of each."""
    found = [each for path in paths for file in _files(root / path) for each in _in_file(root, file)]
    return sorted(found)


def not_translatable(root: Path = ROOT, paths: tuple[str, ...] = APPS) -> list[Found]:
    """Calls of gettext with what is only known while running: no translator ever sees it.

    Where a line says “# of the catalogues”, it was marked by `gettext_noop` when it was kept.
    """
    return sorted(
        (str(file.relative_to(root)), node.lineno, ast.unparse(node)[:100])
        for path in paths
        for file in _files(root / path)
        if file.suffix == ".py"
        for source in [file.read_text()]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and _name(node.func) in TRANSLATED and not _is_fixed(node)
        if "# of the catalogues" not in source.splitlines()[node.lineno - 1]
    )


def _is_fixed(call: ast.Call) -> bool:
    texts = 2 if (_name(call.func) or "").startswith(("ngettext", "pgettext")) else 1
    return all(isinstance(each, ast.Constant) for each in call.args[:texts])


def _files(path: Path) -> Iterator[Path]:
    found = [path] if path.is_file() else sorted(path.rglob("*"))
    for file in found:
        if file.suffix in (".py", ".html", ".txt") and "migrations" not in file.parts:
            yield file


def _in_file(root: Path, file: Path) -> Iterator[Found]:
    name = str(file.relative_to(root))
    if name in NOT_LOOKED_AT:
        return
    source = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        lines = source.splitlines()
        for line, text in _Texts(ast.parse(source), in_admin="admin" in file.parts).found:
            if "# not translated" not in lines[line - 1]:
                yield name, line, text
    elif "templates" in file.parts:
        for line, text in _of_template(source):
            yield name, line, text


class _Texts(ast.NodeVisitor):
    def __init__(self, tree: ast.AST, *, in_admin: bool) -> None:
        self.found: list[tuple[int, str]] = []
        self.shown = SHOWN_IN_ADMIN if in_admin else SHOWN
        self.not_said = NOT_SAID - self.shown
        self.visit(tree)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if name in TRANSLATED or name in NOT_FOR_PEOPLE:
            return
        self.visit(node.func)
        for each in node.args:
            self.visit(each)
        for keyword in node.keywords:
            if keyword.arg in self.shown:
                self._shown(keyword.value)
            if keyword.arg not in self.not_said:
                self.visit(keyword.value)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if any("Choices" in ast.unparse(base) for base in node.bases):
            for each in node.body:
                if isinstance(each, ast.Assign) and isinstance(each.value, ast.Tuple):
                    self._shown(each.value.elts[-1])
        for each in node.body:
            if isinstance(each, ast.Assign) and _name(each.targets[0]) in self.shown:
                self._shown(each.value)
        self._body(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._body(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._body(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.visit(node.test)

    def visit_Expr(self, node: ast.Expr) -> None:
        # A text that stands alone is a docstring.
        if not isinstance(node.value, ast.Constant):
            self.visit(node.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._sentence(node, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "%" for part in node.values)
        self._sentence(node, text)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_arg(self, node: ast.arg) -> None:
        """Types of arguments are no texts, though some are written as such."""

    def _body(self, node: ast.AST) -> None:
        for each in ast.iter_child_nodes(node):
            if each is not getattr(node, "returns", None):
                self.visit(each)

    def _shown(self, node: ast.AST) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and LETTERS.search(node.value):
            self._note(node, node.value)
        elif isinstance(node, ast.JoinedStr):
            self._note(node, ast.unparse(node))

    def _sentence(self, node: ast.expr, text: str) -> None:
        if (SENTENCE.match(text) or END.search(text)) and not SQL.match(text):
            self._note(node, text)

    def _note(self, node: ast.expr, text: str) -> None:
        if (node.lineno, text) not in self.found:
            self.found.append((node.lineno, text))


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _of_template(source: str) -> Iterator[tuple[int, str]]:
    for hidden in (COMMENT, BLOCK, HIDDEN, TAG):
        source = hidden.sub(_blank, source)
    for found in ATTRIBUTE.finditer(source):
        if LETTERS.search(found[1]):
            yield source.count("\n", 0, found.start()) + 1, found[1].strip()
    for number, line in enumerate(MARKUP.sub(_blank, source).splitlines(), start=1):
        if LETTERS.search(re.sub(r"&\w+;", "", line)):
            yield number, line.strip()


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def main() -> None:
    paths = tuple(sys.argv[1:]) or APPS
    for kind, found in (("", untranslated(paths=paths)), ("not fixed: ", not_translatable(paths=paths))):
        for path, line, text in found:
            print(f"{path}:{line}: {kind}{' '.join(text.split())[:110]}")  # noqa: T201


if __name__ == "__main__":
    main()
