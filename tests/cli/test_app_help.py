import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.app import app

pytestmark = pytest.mark.once


def verbs(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    command = command or typer.main.get_command(app)
    if not hasattr(command, "commands"):
        yield path, command
        return
    context = typer.Context(command, info_name="shopctl")
    for name in command.list_commands(context):
        yield from verbs(command.get_command(context, name), (*path, name))


def commands_of(text: str) -> list[str]:
    """The command lines of shopctl in scripts: in pipelines, loops and before a redirection too."""
    quoted = r"""'[^']*'|"[^"]*"|[^|<>&;\n'"]"""
    lines = re.findall(rf"\bshopctl (?:{quoted})*", text.replace("\\\n", " "))
    return [line.strip() for line in lines]


def scripts_of(document: str) -> str:
    """What is typed in a document: its scripts, and the lines with a prompt of what shows a screen."""
    scripts = re.findall(r"^```sh\n(.*?)^```", document, re.DOTALL | re.MULTILINE)
    return "\n".join([*scripts, *re.findall(r"^\$ (.*)$", document, re.MULTILINE)])


def understand(words: Sequence[str]) -> None:
    """Parse a command line as shopctl does, without running its verb."""
    command: Any = typer.main.get_command(app)
    words = list(words)
    while hasattr(command, "commands") and words[0] not in ("--help", "--version"):
        context = typer.Context(command, info_name="shopctl")
        name = words.pop(0)
        command = command.get_command(context, name)
        assert command is not None, f"There is no {name}."
    try:
        command.make_context(command.name, words)
    except typer.Exit:
        assert words


ALL = list(verbs())
MANUAL = (Path(__file__).parent.parent.parent / "docs" / "shopctl.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_verb_has_help_with_an_example_of_itself(path: tuple[str, ...], command: Any) -> None:
    assert command.help
    assert "Example" in (command.epilog or "")
    assert f"shopctl {' '.join(path)}" in command.epilog


def test_beside_each_verb_stands_what_it_does_and_nothing_is_cut_off() -> None:
    for path, command in ALL:
        if len(path) > 1:
            summary = command.get_short_help_str(limit=200)
            assert 10 < len(summary) < 100, path
            assert not summary.endswith(("...", ".", ":")), path
            assert " ".join(command.help.split()).startswith(summary), path


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_option_and_argument_says_what_it_is_for(path: tuple[str, ...], command: Any) -> None:
    assert [parameter.name for parameter in command.params if not parameter.help] == []


def test_every_verb_that_asks_can_be_told_yes() -> None:
    for path, command in ALL:
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--dry-run" not in options or "--yes" in options, path


def test_every_verb_that_names_an_actor_can_be_told_yes() -> None:
    for path, command in ALL:
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--as" not in options or "--yes" in options, path


def test_every_verb_that_writes_a_file_replaces_none_unasked() -> None:
    for path, command in ALL:
        options = {option for parameter in command.params for option in parameter.opts}
        assert not options & {"--output", "--rejects"} or "--overwrite" in options, path


@pytest.mark.parametrize("path", [path for path, _ in ALL], ids=" ".join)
def test_every_verb_is_documented(path: tuple[str, ...]) -> None:
    assert re.search(rf"shopctl {' '.join(path)}\b", MANUAL), "Add it to the tables of docs/shopctl.md."


@pytest.mark.parametrize("line", sorted(set(commands_of(scripts_of(MANUAL)))))
def test_every_documented_command_line_is_understood(line: str) -> None:
    understand(shlex.split(line, comments=True)[1:])


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_example_is_understood(path: tuple[str, ...], command: Any) -> None:
    for example in commands_of(command.epilog):
        understand(shlex.split(example)[1:])


def test_a_command_line_that_is_wrong_is_not_understood() -> None:
    with pytest.raises(Exception, match="No such option"):
        understand(["stock", "list", "--high"])
    with pytest.raises(Exception, match="Missing"):
        understand(["stock", "receive", "TEA-01"])


def test_the_verbs_that_are_promised_are_there() -> None:
    found = {" ".join(path) for path, _ in ALL}
    wanted = """
        demo serve worker scheduler doctor backup restore
        products:list,show,import,export,archive
        stock:show,list,receive,adjust,count,import,export,imports,undo,audit,history,template
        promos:list,show,create,pause,resume,end,generate,promotions,import,export,duplicate,delete,backtest
        orders:list,show,place,ship,deliver,cancel,return,export
        users:create,list,role,deactivate,password
        emails:list,requeue
    """
    for word in wanted.split():
        group, _, names = word.partition(":")
        assert {f"{group} {name}" if name else group for name in names.split(",")} <= found


def loaded_by(*arguments: str) -> set[str]:
    code = (
        "import sys\nsys.argv[0] = 'shopctl'\nfrom cli.app import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('\\n' + ' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


@pytest.mark.parametrize("arguments", [["--help"], ["stock", "--help"], ["orders", "ship", "--help"]])
def test_help_loads_neither_django_nor_rich(arguments: list[str]) -> None:
    assert not {"django", "rich", "ninja", "huey", "unfold"} & loaded_by(*arguments)


def test_a_verb_loads_neither_the_api_nor_the_queue_nor_what_draws_tables() -> None:
    assert not {"ninja", "huey", "rich", "openpyxl", "granian"} & loaded_by("stock", "template")


def test_completion_of_names_loads_no_django(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_SHOPCTL_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "shopctl sto")
    monkeypatch.setenv("COMP_CWORD", "1")
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'shopctl'; from cli.app import main; main()"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["stock"]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as end:
        app(list(arguments))
    captured = capsys.readouterr()
    return end.value.code, captured.out, captured.err


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert told(capsys, "--version") == (0, f"{project['version']}\n", "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(["ordrs", "list"], "orders"), (["stok"], "stock"), (["orders", "lst"], "list"), (["promo"], "promos")],
)
def test_a_verb_that_is_mistyped_is_told_what_may_be_meant(
    capsys: pytest.CaptureFixture[str], typed: list[str], meant: str
) -> None:
    code, out, err = told(capsys, *typed)
    assert (code, out) == (2, "")
    assert f"Did you mean '{meant}'?" in err


def test_a_verb_like_no_other_is_told_to_be_none(capsys: pytest.CaptureFixture[str]) -> None:
    code, _out, err = told(capsys, "xyzzy")
    assert (code, err.rstrip().endswith("No such command 'xyzzy'.")) == (2, True)
