"""``musicrnn train``: compose or classify."""

from __future__ import annotations

import importlib

import click

TASKS = {
    "compose": "Learn to compose from MIDI and ABC files, or a corpus.",
    "classify": "Learn labels from a folder a label, or a corpus.",
}


class Tasks(click.Group):
    """``musicrnn train TASK`` lives in ``musicrnn_cli.train_TASK`` as ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(TASKS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in TASKS:
            return None
        return importlib.import_module(f"musicrnn_cli.train_{cmd_name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Tasks"):
            formatter.write_dl(list(TASKS.items()))


@click.group(cls=Tasks)
def command() -> None:
    """Train a model on a folder of your files or a corpus by name."""
