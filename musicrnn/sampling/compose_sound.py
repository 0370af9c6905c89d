"""New sounds from a model of sound's tokens.

Conventions. A sound is as long as is asked for in seconds, or in bars of four quarters at a tempo,
behind its primer; else as long as a training sound, drawn by its seed, at a tempo of the label's
training sounds, in whole bars. The same seed gives the same sound, alone or among others. ROWS
sounds are drawn side by side, frame by frame. Of a model with labels or tempos each sound is read
twice, told of them and not, and what they change is said louder: logits are those of the untold and
``guidance`` times the difference (Ho and Salimans, "Classifier-free diffusion guidance", 2022).
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array
from musicrnn.checkpoint import Checkpoint
from musicrnn.context.sound import TOLD, Known, sound_context
from musicrnn.errors import MusicRNNError, listed
from musicrnn.networks.sound_array import SoundEngine
from musicrnn.networks.sound_config import SoundConfig
from musicrnn.sampling.compose import Request
from musicrnn.sampling.composed_sound import QUARTERS, SoundComposition
from musicrnn.sampling.composer import Composer, WholePiece
from musicrnn.sampling.controls import refuse_others
from musicrnn.sampling.filters import NO_RECENT_IDS, Settings, choose
from musicrnn.sampling.live import LivePiece
from musicrnn.sampling.sound_header import SoundHeader, between
from musicrnn.tokens import Controls
from musicrnn.tokens.sound import SoundTokenizer, sound_tokenizer_from
from musicrnn.tokens.sound.protocol import END, START
from musicrnn.waveform import Waveform

ROWS = 32
MAX_SECONDS = 1800.0  # of a sound
MAX_FRAMES = 4_000_000  # of all that are drawn side by side
BEHIND_PRIMER = 8.0  # seconds
DRAWN = ("temperature", "top_k", "top_p", "min_p")
GRANTED = ("bars", "seconds", "tempo", "label", "feel")


@dataclass(frozen=True)
class _Wanted:
    """One sound: what is known of it, and how long it is with its primer, in frames and samples."""

    number: int
    seed: int
    known: Known
    bars: int | None
    frames: int
    samples: int


class SoundComposer(Composer):
    """Of models of sound."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(checkpoint)
        self.config = SoundConfig.from_json(checkpoint.entry("model"))
        self.tokenizer: SoundTokenizer = sound_tokenizer_from(checkpoint.entry("tokenizer"))
        self.framing, of_network = self.tokenizer.framing, self.config.tokens
        if of_network != (self.tokenizer.books, self.tokenizer.codes, self.framing.linear):
            raise MusicRNNError("the model file is damaged: its tokens do not fit its network")
        self.engine = SoundEngine(self.config, checkpoint.arrays)
        self.header = SoundHeader.of(checkpoint, self.config)
        self.labels = self.header.labels

    def completed(self, request: Request, bars: int) -> Request:
        del bars  # sounds have lengths of their own
        controls, budget = request.controls, request.budget
        how = "a model of sound composes by label, tempo and bars or seconds"
        refuse_others(controls, GRANTED, how)
        how = "sounds are drawn by temperature, top k, top p and min p"
        refuse_others(request.settings, DRAWN, how)
        if budget.engine.on_gpu or budget.engine.weights != "float32" or budget.candidates != 1:
            raise MusicRNNError(
                "sounds are drawn on the CPU, once each, with float32 weights: leave out --device, "
                "--store and --best-of"
            )
        self._check_label(controls)
        if not self.config.tempo and (controls.tempo or controls.bars):
            raise MusicRNNError("this model has learnt no tempos, which bars need: ask for seconds")
        if request.primer is not None:
            raise MusicRNNError("a model of sound goes on from sound, got a piece of notes")
        return request

    def compose(self, seeds: Sequence[int], request: Request) -> Iterator[SoundComposition]:
        primer = self._primer(request)
        wanted = [
            self._wanted(number, seed, request, len(primer)) for number, seed in enumerate(seeds)
        ]
        longest = min(MAX_SECONDS, MAX_FRAMES * self.framing.frame)
        for each in wanted:  # all of them before the first is drawn
            if each.samples > longest * self.tokenizer.rate:
                raise MusicRNNError(
                    f"a sound may last {longest:.0f} s with its primer, asked are "
                    f"{each.samples / self.tokenizer.rate:.0f} s"
                )
        most = max((each.frames for each in wanted), default=1)
        rows = max(1, min(ROWS, MAX_FRAMES // most))
        for first in range(0, len(wanted), rows):
            yield from self._drawn(wanted[first : first + rows], primer, request.settings)

    def live(self, seed: int, request: Request) -> LivePiece | WholePiece:
        raise MusicRNNError("a sound is drawn as a whole: there are no notes to be heard meanwhile")

    def _check_label(self, controls: Controls) -> None:
        asked = controls.feel if controls.label is None else controls.label
        if controls.feel not in (None, asked):
            raise MusicRNNError(
                f"a feel is the label of a loop: ask for {controls.label!r} or {controls.feel!r}"
            )
        if asked is None or asked in self.labels:
            return
        if not self.labels:
            raise MusicRNNError(f"this model has learnt no labels, got {asked!r}: leave it out")
        near = difflib.get_close_matches(asked, self.labels, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise MusicRNNError(
            f"the model has learnt no {asked!r}: it knows {listed(self.labels)}{hint}"
        )

    def _primer(self, request: Request) -> NDArray[np.int64]:
        """Codes [T, Q] of what is gone on from: of a codec those that are settled."""
        if request.sound is None:
            return np.zeros((0, self.tokenizer.books), np.int64)
        sound = request.sound.mono().resampled(self.tokenizer.rate)
        ids = self.tokenizer.encoder().push(sound.samples[0])
        if not len(ids):
            raise MusicRNNError(
                f"a primer must last {1000 * self.framing.frame:g} ms at least, got "
                f"{1000 * sound.seconds:.3g} ms"
            )
        return self.tokenizer.frames(ids).astype(np.int64)

    def _wanted(self, number: int, seed: int, request: Request, before: int) -> _Wanted:
        controls, random = request.controls, np.random.default_rng([seed, 1])
        label = controls.label or controls.feel
        drawn = random.random(3)
        if label is None and self.labels:
            label = self.labels[int(drawn[0] * len(self.labels))]
        tempo = controls.tempo or 0.0
        if self.config.tempo and not tempo:
            tempo = between(self.header.tempos.get(label or "", []), drawn[1]) or 100.0
        seconds = self._seconds(controls, tempo, drawn[2], primed=before > 0)
        bars = controls.bars
        if tempo and controls.seconds is None:
            bar = QUARTERS * 60 / tempo
            bars = bars or max(1, round(seconds / bar))
            seconds = bars * bar
        known = Known(self.labels.index(label) + 1 if label else 0, tempo, QUARTERS)
        heard = before * self.framing.frame
        samples = round((seconds + heard) * self.tokenizer.rate)
        frames = max(before + 1, self.framing.count(seconds + heard))
        return _Wanted(number, seed, known, bars, frames, samples)

    def _seconds(
        self, controls: Controls, tempo: float, drawn: float, *, primed: bool = False
    ) -> float:
        """How long a sound is behind its primer."""
        if controls.seconds is not None:
            return controls.seconds
        if controls.bars is not None:
            return controls.bars * QUARTERS * 60 / tempo
        return BEHIND_PRIMER if primed else between(self.header.lengths, drawn) or 1.0

    def _drawn(
        self, wanted: Sequence[_Wanted], primer: NDArray[np.int64], settings: Settings
    ) -> Iterator[SoundComposition]:
        """Sounds side by side, each as soon as it is whole."""
        started, before = time.perf_counter(), len(primer)
        contexts = [sound_context(each.frames, each.known, self.framing) for each in wanted]
        uniforms = [
            np.random.default_rng([each.seed, 0]).random((each.frames, self.tokenizer.books))
            for each in wanted
        ]
        made = [np.empty((each.frames, self.tokenizer.books), np.int64) for each in wanted]
        alive, total = list(range(len(wanted))), sum(each.frames for each in wanted)
        untold = self.header.guidance != 1
        if untold:
            plain = [np.array(context) for context in contexts]
            for context in plain:
                context[:, TOLD] = 0
            contexts += plain
        self.engine.begin(len(contexts))
        for frame in range(max(each.frames for each in wanted)):
            places = [*alive, *(len(wanted) + index for index in alive if untold)]
            context = np.stack([contexts[index][frame] for index in places])
            if frame < before:
                codes = self.engine.step(context, partial(_given, primer[frame]))
            else:
                chances = np.stack([uniforms[index][frame] for index in alive])
                drawing = _Drawing(settings, self.header.guidance, chances)
                codes = self.engine.step(context, drawing.codes)
            for row, index in enumerate(alive):
                made[index][frame] = codes[row]
            over = [index for index in alive if wanted[index].frames == frame + 1]
            seconds = time.perf_counter() - started
            for index in over:
                share = wanted[index].frames / total
                yield self._finished(wanted[index], made[index], seconds * share)
            if over:
                staying = [row for row, index in enumerate(alive) if index not in over]
                kept = [*staying, *(len(alive) + row for row in staying if untold)]
                alive = [alive[row] for row in staying]
                self.engine.keep(np.array(kept, np.int64))

    def _finished(
        self, wanted: _Wanted, codes: NDArray[np.int64], seconds: float
    ) -> SoundComposition:
        said = self.tokenizer.ids(codes)
        ids = np.concatenate([[START], said, [END]]).astype(np.int32)
        sound = self.tokenizer.decode(said)
        label = self.labels[wanted.known.label - 1] if wanted.known.label else ""
        return SoundComposition(
            Waveform(np.ascontiguousarray(sound.samples[:, : wanted.samples]), sound.rate),
            ids,
            label,
            wanted.known.tempo or None,
            wanted.bars,
            wanted.seed,
            seconds,
            wanted.number,
        )


def _given(codes: NDArray[np.int64], book: int, logits: Float32Array) -> NDArray[np.int64]:
    """The code of a primer, whatever the network says."""
    return np.full(len(logits), codes[book])


@dataclass(frozen=True, eq=False)
class _Drawing:
    """Draws the codes of a frame by chances [B, Q]; of 2 B rows the second half is told nothing."""

    settings: Settings
    guidance: float
    chances: NDArray[np.float64]

    def codes(self, book: int, logits: Float32Array) -> NDArray[np.int64]:
        """[B], or twice the same."""
        count = len(self.chances)
        if len(logits) > count:
            told, untold = logits[:count], logits[count:]
            logits = (untold + self.guidance * (told - untold)).astype(np.float32)
            return np.tile(self._drawn(book, logits), 2)
        return self._drawn(book, logits)

    def _drawn(self, book: int, logits: Float32Array) -> NDArray[np.int64]:
        allowed = np.ones(logits.shape, np.bool_)
        return choose(logits, allowed, self.settings, NO_RECENT_IDS, self.chances[:, book])[0]
