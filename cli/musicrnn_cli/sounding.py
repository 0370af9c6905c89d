"""``musicrnn compose --play`` and ``--stream``: one piece, played or streamed while it is
sampled."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from itertools import takewhile

import click
import numpy as np

from musicrnn.errors import MusicRNNError, counted
from musicrnn.io.midi_messages import Message, Messages
from musicrnn.note_events import EventBatch
from musicrnn.sampling.compose import is_stuck
from musicrnn.sampling.composed_sound import SoundComposition
from musicrnn.sampling.composer import Composer
from musicrnn.synth.level import levelled_live
from musicrnn.synth.loudspeaker import BLOCK_FRAMES, Loudspeaker
from musicrnn.synth.mixer import Mixer
from musicrnn.training.interrupt import Interrupt
from musicrnn_cli.order import Order, Record, saved

DECIMALS = 6  # of a second on the stream


def sound_piece(order: Order, composer: Composer, seed: int, *, play: bool, stream: bool) -> Record:
    """Composes a piece that is played (``play``) or written to stdout (``stream``) while it is
    sampled, then saves the files that are asked for, if any, and returns its record.

    Ctrl-C ends the sound and the stream; the piece is then drawn to its end, and saved.

    Raises:
        MusicRNNError: several pieces are asked for, or the best of several; there is no
            loudspeaker; or as composing and saving do.
    """
    if order.many or order.request.budget.candidates > 1:
        raise MusicRNNError(
            "one piece sounds while it is drawn, once: leave out --count and --best-of"
        )
    if order.request.budget.engine.on_gpu:
        raise MusicRNNError(
            f"a piece that sounds while it is drawn is drawn on the CPU, got device "
            f"{order.request.budget.engine.device!r}: leave out --device"
        )
    speaker = Loudspeaker() if play else None  # before anything is drawn: there may be none
    if order.makes_sound:
        return _sound_itself(order, composer, seed, speaker)
    with Interrupt() as interrupt:
        piece = composer.live(seed, order.request)
        with closing(_streamed(piece.events()) if stream else piece.events()) as batches:
            if speaker is not None:
                _play(order, batches, speaker, lambda: interrupt.asked)
            else:
                for _ in takewhile(lambda _: not interrupt.asked, batches):
                    pass
        made = piece.finished()
    if piece.drawn_once and order.request.primer is None and is_stuck(made.score):
        click.echo(
            "this piece goes round in circles: without --play and --stream it is drawn again",
            err=True,
        )
    paths = order.paths(seed) if order.outputs else []
    return saved(order, made, paths)


def _sound_itself(
    order: Order, composer: Composer, seed: int, speaker: Loudspeaker | None
) -> Record:
    """A sound is drawn faster than it is heard: as a whole, and then played."""
    if speaker is None:
        raise MusicRNNError(
            "a model of sound writes no MIDI messages: --stream is for models of notes"
        )
    made = next(iter(composer.compose([seed], order.request)))
    assert isinstance(made, SoundComposition)
    heard = made.sound.resampled(speaker.rate).samples
    stereo = np.ascontiguousarray(np.broadcast_to(heard[:1], (2, heard.shape[1])))
    blocks = (stereo[:, at : at + BLOCK_FRAMES] for at in range(0, heard.shape[1], BLOCK_FRAMES))
    with Interrupt() as interrupt:
        speaker.play(blocks, lambda: interrupt.asked)
    return saved(order, made, order.paths(seed) if order.outputs else [])


def _play(
    order: Order, batches: Iterable[EventBatch], speaker: Loudspeaker, stopped: Callable[[], bool]
) -> None:
    mixer = Mixer(rate=speaker.rate, soundfont=order.soundfont)
    speaker.play(levelled_live(mixer.blocks(batches, BLOCK_FRAMES)), stopped)
    if speaker.gaps:
        click.echo(
            f"{counted(speaker.gaps, 'gap')} in the sound: it was not drawn fast enough", err=True
        )


def _streamed(batches: Iterable[EventBatch]) -> Generator[EventBatch]:
    """The same batches, written as they pass; when it is closed, every note that still sounds gets
    a note-off."""
    messages = Messages()
    seconds = 0.0
    try:
        for batch in batches:
            for event in batch.events:
                seconds = event.seconds
                for message in messages.of(event):
                    _write(seconds, message)
            yield batch
    finally:
        for message in messages.silence():
            _write(seconds, message)
        if messages.crowded:
            click.echo(
                "more than 15 instruments sound together, and messages have 15 channels for them: "
                "some share one and may be heard with another's sound",
                err=True,
            )


def _write(seconds: float, message: Message) -> None:
    click.echo(json.dumps({"time": round(seconds, DECIMALS), "message": message}))
