"""``musicrnn listen``: words as they are spoken, into the microphone or in a file."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from musicrnn.errors import counted, listed
from musicrnn.listening.takes import FULL_SCALE, MAX_CLIPPED_SHARE
from musicrnn_cli.options import NumberRange, convert_option, json_option
from musicrnn_cli.pace import Pace

if TYPE_CHECKING:
    from musicrnn.arrays import Samples
    from musicrnn.events import DetectedWord
    from musicrnn.listening.wake import WakeWord
    from musicrnn.listening.word_stream import WordStream

BLOCK_SAMPLES = 1024  # samples at a time: 64 ms at 16 kHz
SILENCE_DB = -60.0  # of full scale; no microphone in a room is so quiet
CONSTANT = 1e-6  # of full scale: what changes by no more is always the same


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--model",
    default="commands",
    show_default=True,
    help="Bundled model (commands, commands-micro) or your own model file of words.",
)
@click.option(
    "--false-accepts",
    type=NumberRange(0.01, 1000),
    show_default="1, where the model file tells what that takes",
    help="How often an hour a word may be heard that no one said: this chooses the threshold.",
)
@click.option(
    "--threshold",
    type=NumberRange(0.01, 1.0),
    show_default="by --false-accepts, or what the model file carries",
    help="Probability from which on a word counts as heard, in place of --false-accepts.",
)
@click.option(
    "--wake",
    metavar="WORD",
    help="Word that must be heard first: others count within five seconds after it.",
)
@convert_option
@json_option("Print one JSON object a line for each word.")
def command(
    file: Path | None,
    model: str,
    false_accepts: float | None,
    threshold: float | None,
    wake: str | None,
    convert: bool,
    as_json: bool,
) -> None:
    """Print the words of FILE, or of the microphone until Ctrl-C, with times and probabilities.

    The microphone needs the library sounddevice: pip install sounddevice.
    """
    if threshold is not None and false_accepts is not None:
        raise click.UsageError("--false-accepts chooses the threshold: give it or --threshold")
    from musicrnn.io.blocks import file_blocks
    from musicrnn.listening.microphone import microphone_blocks
    from musicrnn.listening.wake import WakeWord
    from musicrnn.listening.word_stream import silence_after
    from musicrnn.pretrained import load_model
    from musicrnn.sources.language import language_of
    from musicrnn.training.task import task_of

    checkpoint = load_model(model)
    stream = task_of(checkpoint).listener(checkpoint, threshold, false_accepts)
    language = language_of(checkpoint.metadata)
    wake_word = None if wake is None else WakeWord(wake, stream.words)
    rate = stream.recipe.rate
    stream.push(np.zeros(rate, np.float32))  # code is loaded, and weights that lead to no number
    stream.begin()  # are refused, before there is a sound to be late for
    said: list[str] = []
    if file is not None:
        blocks = file_blocks(file, rate=rate, block=BLOCK_SAMPLES, said=said, convert=convert)
    else:
        blocks = microphone_blocks(rate, BLOCK_SAMPLES)
    session = _Session(stream, wake_word)
    try:
        with closing(blocks):
            first = list(islice(blocks, 1))  # what must fail does so before anything is printed
            for line in _beginning(stream, language, wake_word):
                click.echo(line, err=True)
            if file is None:
                click.echo("Ctrl-C ends", err=True)
            after = [] if file is None else [silence_after(rate)]
            for event in session.heard(chain(first, blocks), after):
                if as_json:
                    click.echo(json.dumps(vars(event)))
                else:
                    click.echo(f"{event.time:8.2f} s  {event.label}  {event.probability:.0%}")
    except KeyboardInterrupt:
        pass
    for sentence in said:
        click.echo(f"{file}: {sentence}", err=True)
    if not session.told:
        click.echo(session.nothing("the file" if file is not None else "the microphone"), err=True)
    if clipped := session.clipping():
        click.echo(clipped, err=True)
    click.echo(session.as_text(), err=True)


@dataclass
class _Session:
    """What was heard so far, in a memory that does not grow."""

    stream: WordStream
    wake: WakeWord | None
    samples: int = 0
    sum: float = 0.0
    low: float = np.inf  # the smallest and the largest sample; full scale is 1
    high: float = -np.inf
    clipped: int = 0  # samples at full scale
    detected: int = 0  # words
    told: int = 0  # words that counted
    pace: Pace = field(default_factory=Pace)

    @property
    def seconds(self) -> float:
        return self.samples / self.stream.recipe.rate

    def heard(
        self, blocks: Iterator[Samples], after: Iterable[Samples] = ()
    ) -> Iterator[DetectedWord]:
        """The words that count, as they are complete; ``after`` is heard, but no part of the
        sound."""
        for block in blocks:
            before = time.perf_counter()
            events = self.stream.push(block)
            self.pace.add(time.perf_counter() - before)
            self._measure(block)
            yield from self._counted(events)
        for block in after:
            yield from self._counted(self.stream.push(block))

    def _counted(self, events: list[DetectedWord]) -> list[DetectedWord]:
        self.detected += len(events)
        through = events if self.wake is None else self.wake.push(events)
        self.told += len(through)
        return through

    def _measure(self, block: Samples) -> None:
        self.samples += len(block)
        self.sum += float(block.sum(dtype=np.float64))
        self.low = min(self.low, float(block.min(initial=np.inf)))
        self.high = max(self.high, float(block.max(initial=-np.inf)))
        self.clipped += int((np.abs(block) >= FULL_SCALE).sum())

    def clipping(self) -> str:
        """A sentence where too much of the sound is at full scale."""
        share = self.clipped / max(1, self.samples)
        if share < MAX_CLIPPED_SHARE:
            return ""
        return (
            f"the sound is clipped: {share:.1%} of the samples are at full scale, words may be "
            f"missed from {MAX_CLIPPED_SHARE:.1%} on: turn the microphone down"
        )

    def nothing(self, source: str) -> str:
        """Where no word counted: for how long, and how loud the sound was."""
        text = f"nothing was heard in {self.seconds:.1f} s"
        if self.wake is not None and self.detected:
            words = counted(self.detected, "word was", "words were")
            return f"{text} that counts: {words} heard, but not {self.wake.word}, which wakes"
        middle = self.sum / max(1, self.samples)  # a constant offset is no sound
        peak = max(self.high - middle, middle - self.low, 0.0)
        if peak <= CONSTANT:
            return f"{text}, every sample was {middle:.3g}: {source} gave silence"
        level = 20 * float(np.log10(peak))
        text += f", the sound's peak was {level:.1f} dB"
        return f"{text}: {source} gave silence" if level < SILENCE_DB else text

    def as_text(self) -> str:
        """How quick it was."""
        pace, block = self.pace, BLOCK_SAMPLES / self.stream.recipe.rate
        factor = pace.total / self.seconds if self.samples else 0.0
        return (
            f"{self.seconds:.1f} s of sound, real-time factor {factor:.4f}; latency: a block of "
            f"{1000 * block:.0f} ms, {1000 * pace.quantile(0.5):.1f} ms of computing (95 % within "
            f"{1000 * pace.quantile(0.95):.1f}), and up to "
            f"{1000 * self.stream.settings.smoothing:.0f} ms of smoothing"
        )


def _beginning(stream: WordStream, language: str, wake: WakeWord | None) -> Iterator[str]:
    """What is listened for, and what may be expected."""
    from musicrnn.listening.wake import AWAKE_SECONDS

    spoken = f" in {language}" if language else ""
    words = counted(len(stream.words), "word")
    yield f"listening for {words}{spoken}: {listed(stream.words)}"
    yield stream.chosen.as_text()
    if wake is not None:
        yield f"words count within {AWAKE_SECONDS:g} s after {wake.word}"
