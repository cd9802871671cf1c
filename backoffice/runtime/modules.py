"""ES modules joined to one script, in which each still runs once, after those that it imports."""

import posixpath
import re
from collections.abc import Callable, Iterable

# As our modules are written: an import or an export begins a line of its own.
IMPORT = re.compile(r"""^import (\{[^}]*\}) from "([^"]+)";$""", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", re.MULTILINE)


def joined_modules(names: Iterable[str], read: Callable[[str], str]) -> str:
    """Return a script that does what a page does which loads these modules; `read` gives the text of one."""
    written: dict[str, str] = {}

    def write(name: str) -> None:
        if name in written:
            return
        text = read(name)
        for _wanted, other in IMPORT.findall(text):
            write(_at(name, other))
        written[name] = _as_function(name, text)

    for name in names:
        write(name)
    return "\n".join(["{", '"use strict";', "const modules = {};", *written.values(), "}", ""])


def _at(name: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), other))


def _as_function(name: str, text: str) -> str:
    exported = ", ".join(EXPORT.findall(text))
    imported = IMPORT.sub(lambda found: f'const {found[1]} = modules["{_at(name, found[2])}"];', text)
    return f'modules["{name}"] = (() => {{\n{EXPORT.sub("", imported)}\nreturn {{ {exported} }};\n}})();'
