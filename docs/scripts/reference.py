"""Every command of musicrnn with its options, as Markdown, from what click knows of them.

    python docs/scripts/reference.py > docs/reference.md

Nothing here depends on a terminal or on its width.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Iterator

import click

from musicrnn_cli.main import COMMANDS, main

PAGE_WIDTH = 110  # columns of the Markdown
INTRODUCTION = """\
# Command reference

Every command of `musicrnn`, every option with its default and its bounds. The page is made from the
commands themselves, by `python docs/scripts/reference.py > docs/reference.md`.

Results go to stdout, progress and messages to stderr. A command exits with 0 for success, 1 for an
error, which it explains in one sentence, 2 for wrong usage, and 130 after Ctrl-C. Every command has
`-h` or `--help`, which shows its part of this page.
"""
TYPES = {"integer": "whole number", "float": "number", "text": "text"}  # by click's names


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION.rstrip()]
    for name, command in commands("musicrnn", main):
        parts += [f"## {name}", *_about(name, command)]
    return "\n\n".join(parts) + "\n"


def commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """A command and, of a group, all commands in it, each with its full name."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None, below
            yield from commands(f"{name} {below}", found)


def options(command: click.Command) -> list[click.Option]:
    """Its options in order, without --help."""
    return [option for option in command.params if isinstance(option, click.Option)]


def _about(name: str, command: click.Command) -> list[str]:
    context = click.Context(command, info_name=name, help_option_names=["-h", "--help"])
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    filled = [textwrap.fill(" ".join(p.split()), PAGE_WIDTH) for p in paragraphs]
    tables = [_options(command)] if options(command) else []
    tables += [_contents(name, command)] if isinstance(command, click.Group) else []
    return [f"```text\n{usage}\n```", *filled, *tables]


def _options(command: click.Command) -> str:
    rows = [_row(option) for option in options(command)]
    return "\n".join(["| option | value | default | what it does |", "|---|---|---|---|", *rows])


def _contents(name: str, group: click.Group) -> str:
    """The commands of a group, each with a link to its part of the page."""
    rows = ["| command | what it does |", "|---|---|"]
    for below, command in commands(name, group):
        if below.count(" ") == name.count(" ") + 1:
            word = below.split()[-1]
            said = COMMANDS[word] if group is main else command.get_short_help_str(200)
            rows.append(f"| [{below}](#{below.replace(' ', '-')}) | {said} |")
    return "\n".join(rows)


def _row(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    cells = (names, _value(option), _default(option), option.help or "")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _value(option: click.Option) -> str:
    """What follows the option, with its bounds."""
    kind = option.type
    if option.is_flag:
        return ""
    if option.metavar:
        return f"`{option.metavar}`"
    if isinstance(kind, click.Choice):
        return " or ".join(f"`{each}`" for each in kind.choices)
    if isinstance(kind, click.Path):
        return "path" if kind.file_okay else "folder"
    if isinstance(kind, click.IntRange | click.FloatRange):
        whole = isinstance(kind, click.IntRange)
        return f"{'whole number' if whole else 'number'}, {_bounds(kind.min, kind.max)}"
    return TYPES[kind.name]


def _bounds(low: float | None, high: float | None) -> str:
    return f"{low:g} or more" if high is None else f"{low:g} to {high:,g}"


def _default(option: click.Option) -> str:
    """What counts if the option is left out, as far as there is such a thing."""
    if option.required:
        return "required"
    if isinstance(option.show_default, str):
        return option.show_default
    value = option.default
    return str(value) if isinstance(value, str | int | float) and not option.is_flag else ""


if __name__ == "__main__":
    sys.stdout.write(page())
