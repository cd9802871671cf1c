import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from cli.app import app


def verbs(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    command = command or typer.main.get_command(app)
    if not hasattr(command, "commands"):
        yield path, command
        return
    context = typer.Context(command, info_name="shopctl")
    for name in command.list_commands(context):
        yield from verbs(command.get_command(context, name), (*path, name))


ALL = list(verbs())


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_verb_has_help_with_an_example_of_itself(path: tuple[str, ...], command: Any) -> None:
    assert command.help
    assert "Example" in (command.epilog or "")
    assert f"shopctl {' '.join(path)}" in command.epilog


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_option_and_argument_says_what_it_is_for(path: tuple[str, ...], command: Any) -> None:
    assert [parameter.name for parameter in command.params if not parameter.help] == []


def test_every_verb_that_asks_can_be_told_yes() -> None:
    for path, command in ALL:
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--dry-run" not in options or "--yes" in options, path


def test_the_issue_s_verbs_are_there() -> None:
    found = {" ".join(path) for path, _ in ALL}
    wanted = """
        demo serve worker scheduler doctor
        products:list,show
        stock:show,list,receive,adjust,count,import,imports,undo,audit,history,template
        promos:list,show,create,pause,resume,expire
        orders:list,show,ship,deliver,cancel
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
