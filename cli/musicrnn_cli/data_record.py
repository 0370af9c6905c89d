"""``musicrnn data record``: one's own words, said into the microphone, as a folder a word."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musicrnn_cli.options import NumberRange, output_option

if TYPE_CHECKING:
    from musicrnn.waveform import Waveform

SETTLE_SECONDS = 0.2  # seconds until a microphone that was just opened is quiet
EXTRA_SECONDS = 1.0  # seconds that are recorded more than a take has
MAX_REJECTED_TAKES = 5  # in a row


@click.command()
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@output_option("Folder to record into; each word is a folder in it.")
@click.option(
    "--speaker",
    required=True,
    help="Name of who speaks; a speaker is in one split only, train, valid or test.",
)
@click.option(
    "--takes",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="How many recordings of each word.",
)
@click.option(
    "--seconds",
    type=NumberRange(0.2, 10.0),
    default=1.0,
    show_default=True,
    help="Length of a recording in seconds.",
)
@click.option(
    "--rate",
    type=click.IntRange(8_000, 48_000),
    default=16_000,
    show_default=True,
    help="Sample rate of a recording in Hz.",
)
def command(
    words: tuple[str, ...], output: Path, speaker: str, takes: int, seconds: float, rate: int
) -> None:
    """Record your own WORDs: new takes OUTPUT/WORD/SPEAKER_NNN.wav beside those already there."""
    from musicrnn.errors import MusicRNNError
    from musicrnn.io.audio import write_audio
    from musicrnn.listening.takes import cut_take, next_take

    for word in words:
        next_take(output, word, speaker)  # a bad name fails before anyone speaks
    for word in words:
        click.pause(f'Press any key, then say "{word}" each time it is shown.', err=True)
        done = refused = 0
        while done < takes:
            recording = _recording(f"{done + 1}/{takes}  {word}", rate, seconds + EXTRA_SECONDS)
            try:
                take = cut_take(recording, seconds)
            except MusicRNNError as error:
                refused += 1
                if refused == MAX_REJECTED_TAKES:
                    raise MusicRNNError(
                        f"{MAX_REJECTED_TAKES} takes of {word!r} in a row were refused, the last: "
                        f"{error}"
                    ) from error
                click.echo(f"Again, {error}.", err=True)
                continue
            path = next_take(output, word, speaker)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise MusicRNNError(f"cannot write {path}: {error.strerror}") from error
            write_audio(take, path, overload="clip")  # resampling may overshoot by a hair
            click.echo(path)
            done += 1
            refused = 0


def _recording(prompt: str, rate: int, seconds: float) -> Waveform:
    """So many seconds from the moment on in which the prompt is shown."""
    from musicrnn.listening.microphone import microphone_blocks
    from musicrnn.listening.takes import record

    with closing(microphone_blocks(rate, rate // 20)) as blocks:
        record(blocks, rate, seconds=SETTLE_SECONDS)
        click.echo(prompt, err=True)
        return record(blocks, rate, seconds=seconds)
