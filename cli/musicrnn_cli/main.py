"""The command ``musicrnn``: finds the subcommand, runs it, and turns errors into one sentence.

Results go to stdout, progress and logs to stderr. Exit 0 for success, 1 for a MusicRNNError,
2 for wrong usage, 128 + its number for a signal (130 for Ctrl-C). A subcommand's module is imported
only when it runs, so ``--help`` is quick.
"""

from __future__ import annotations

import gc
import importlib
import signal
import sys
from typing import Any

import click

from musicrnn.errors import MusicRNNError

COMMANDS = {
    "compose": "Compose new pieces with a bundled model or your own.",
    "harmonize": "Write the other voices of a chorale around a melody.",
    "vary": "Rewrite some bars of some voices of a piece.",
    "classify": "Name the genre (or your own labels) of songs, or a spoken word.",
    "listen": "Hear spoken words, live or in a file.",
    "train": "Train a model on a folder of your files or a corpus.",
    "evaluate": "Measure a model, or generated pieces, on held-out data.",
    "compare": "Compare many cells on one data set under one budget.",
    "render": "Turn a file of notes into sound or another notation.",
    "tokenize": "Show a piece as a model's tokens, or prove the round trip.",
    "export": "Write a model as ONNX, or with smaller weights.",
    "inspect": "Print the header of a model file.",
    "docs": "List the guides, or print one.",
    "data": "List, prepare and inspect corpora; record your own words.",
}


ALLOCATIONS_A_COLLECTION = 100_000  # objects made between two collections


class LazyGroup(click.Group):
    """A group whose commands live in ``musicrnn_cli.NAME`` as ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(f"musicrnn_cli.{cmd_name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MusicRNNError as error:
            if ctx.params["debug"]:
                raise
            click.echo(f"musicrnn: {error}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("\nAborted!", err=True)
            ctx.exit(128 + signal.SIGINT)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the whole traceback of an error.")
@click.version_option(package_name="musicrnn")
def main(debug: bool) -> None:
    """Recurrent neural networks that make music and listen to sound."""
    del debug  # read by LazyGroup.invoke
    for stream in (sys.stdout, sys.stderr):  # song names need not fit the console's code page
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def run() -> None:
    """The program: :func:`main` in a process of its own.

    A command leaves little garbage: looking for it while modules are imported, and through all of
    them once more at the end, would take a sixth of the time in which a piece is composed.
    """
    gc.set_threshold(ALLOCATIONS_A_COLLECTION)
    try:
        main()
    finally:
        gc.freeze()


if __name__ == "__main__":
    run()
