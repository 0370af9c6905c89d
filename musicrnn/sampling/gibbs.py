"""Voices filled in by Gibbs sampling: mask some positions, sample them from the rest, again and
again.

Conventions. Symbols int64 [T, V] as in :mod:`musicrnn.networks.voices`; ``free`` [T, V] says which
positions are drawn, the others stay as they are. First all free positions are hidden at once and
drawn independently; then a share of them that falls from pass to pass (Yao et al. 2014, Huang et
al. ISMIR 2017), so that the draws depend on more and more of each other; at last sweeps over one
voice at a time, a part of its positions hidden (the voice-wise conditionals of DeepBach, Hadjeres,
Pachet and Nielsen, ICML 2017), where pitches are drawn at a low temperature, but whether a position
is struck, held or a rest as the network has it, since rhythm at a low temperature stands still.
Repairs then look for parallel fifths and octaves: one of the two drawn notes on either side is
hidden and drawn again from the same conditional, without what it was. Several candidates are drawn
side by side; the first is the one with the fewest parallels left, of equals the one whose free
positions the network finds likeliest given all others. Every piece has a generator of its own, so
it depends on its seed alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array, Float64Array
from musicrnn.bounds import check, positive, whole
from musicrnn.errors import MusicRNNError, counted
from musicrnn.metrics.voice_leading import parallels
from musicrnn.networks.voices_array import VoicesEngine
from musicrnn.sampling.filters import Logits, Settings, draw, filtered
from musicrnn.sampling.written import untold
from musicrnn.tokens.voices import GridPositions, sounding

Symbols = NDArray[np.int64]  # [T, V]
Free = NDArray[np.bool_]  # [T, V]
Metre = NDArray[np.float32]  # [T, F]


@dataclass(frozen=True)
class GibbsSettings:
    """How long and how freely to draw; found on validation pieces (docs/chorales.md)."""

    settings: Settings = field(default_factory=Settings)  # of every draw
    passes: int = whole(40, 1, 10_000)
    least: float = positive(0.1, 1)  # the share that the last of them hides
    sweeps: int = whole(2, 0, 1000)  # over every voice, in ``parts``
    parts: int = whole(4, 1, 64)
    sweep_temperature: float = positive(0.5, 100)  # of the pitches, in sweeps and repairs
    repairs: int = whole(20, 0, 1000)
    candidates: int = whole(4, 1, 256)

    def __post_init__(self) -> None:
        check(self)


class GibbsSampler:
    """Samples free positions with one network; ``allowed`` [V, P + 2] are the symbols of each
    voice."""

    def __init__(self, network: VoicesEngine, allowed: NDArray[np.bool_]) -> None:
        config = network.config
        if allowed.shape != (config.voices, config.pitches + 2):
            raise MusicRNNError(
                f"the tokens have {counted(allowed.shape[0], 'voice')} of {allowed.shape[1]} "
                f"symbols, the network {config.voices} of {config.pitches + 2}: the file was put "
                "together wrongly"
            )
        self.network, self.config = network, config
        self.forbidden = ~allowed
        self.tell: Callable[[float], None] = untold  # the share that is drawn, 0 to 1

    def sample(
        self,
        symbols: Symbols,
        free: Free,
        metre: NDArray[np.float32],
        settings: GibbsSettings,
        seed: int | Sequence[int],
    ) -> list[tuple[Symbols, float]]:
        """Candidates with their nats a free position, the likeliest first.

        Raises:
            MusicRNNError: the network's weights are broken.
        """
        random = np.random.default_rng(seed)
        drawn = np.repeat(symbols[None], settings.candidates, axis=0)  # [K, T, V]
        if not free.any():
            return [(symbols, 0.0)]
        a_sweep = settings.parts * int(free.any(axis=0).sum())
        all_draws = settings.passes + settings.sweeps * a_sweep + settings.repairs
        for number in range(settings.passes):
            share = 1 - (1 - settings.least) * number / max(1, settings.passes - 1)
            hidden = free & (random.random(drawn.shape) < share)
            self._draw(drawn, hidden, metre, settings, random)
            self.tell(number / all_draws)
        for sweep in range(settings.sweeps):
            for place, hidden in enumerate(self._parts(drawn.shape, free, settings.parts, random)):
                self._draw(drawn, hidden, metre, settings, random, low_temperature=True)
                self.tell((settings.passes + sweep * a_sweep + place) / all_draws)
        for _ in range(settings.repairs):
            hidden = self._faulty(drawn, free, random)
            if not hidden.any():
                break
            self._draw(drawn, hidden, metre, settings, random, low_temperature=True, resample=True)
        nats = self._nats(drawn, free, metre, settings.parts)
        left = [len(parallels(self._sounding(candidate))) for candidate in drawn]
        order = sorted(range(len(drawn)), key=lambda row: (left[row], nats[row]))
        return [(drawn[row], float(nats[row])) for row in order]

    def _nats(self, drawn: Symbols, free: Free, metre: Metre, parts: int) -> NDArray[np.float64]:
        """Mean loss [K] of the free positions, each predicted with a part of its own voice
        hidden."""
        total, count = np.zeros(len(drawn)), 0
        steps, alone = np.arange(drawn.shape[1])[:, None], np.eye(drawn.shape[2], dtype=np.bool_)
        for voice in np.flatnonzero(free.any(axis=0)):
            for part in range(parts):
                hidden = free & (steps % parts == part) & alone[voice]
                if hidden.any():
                    logits = self._logits(drawn, hidden, metre)
                    losses = _losses(logits, drawn)
                    total += (losses * hidden).sum(axis=(1, 2))
                    count += int(hidden.sum())
        return total / count

    def _parts(
        self, shape: tuple[int, ...], free: Free, parts: int, random: np.random.Generator
    ) -> list[NDArray[np.bool_]]:
        """Masks [K, T, V] that hide every free position once, one voice and part at a time."""
        owner = random.integers(parts, size=shape)
        voices = random.permutation(np.flatnonzero(free.any(axis=0)))
        alone = np.eye(shape[2], dtype=np.bool_)
        return [free & (owner == part) & alone[voice] for voice in voices for part in range(parts)]

    def _sounding(self, symbols: Symbols) -> GridPositions:
        """What sounds [T, V], as the network counts pitches; -1 for rests."""
        return sounding(symbols, self.config.hold)

    def _faulty(self, drawn: Symbols, free: Free, random: np.random.Generator) -> Free:
        """[K, T, V]: for each parallel the beginning of one of its four notes, if one is free."""
        hidden = np.zeros(drawn.shape, np.bool_)
        steps = np.arange(drawn.shape[1])[:, None]
        struck = np.where(drawn == self.config.hold, 0, steps)
        begun = np.maximum.accumulate(struck, axis=1)  # [K, T, V]
        for symbols, marks, begin in zip(drawn, hidden, begun, strict=True):
            for row, *pair in parallels(self._sounding(symbols)):
                notes = [(int(begin[at, v]), v) for v in pair for at in (row, row + 1)]
                begins = [position for position in notes if free[position]]
                if begins:
                    marks[begins[random.integers(len(begins))]] = True
        return hidden

    def _draw(
        self,
        drawn: Symbols,
        hidden: NDArray[np.bool_],
        metre: Metre,
        settings: GibbsSettings,
        random: np.random.Generator,
        *,
        low_temperature: bool = False,
        resample: bool = False,
    ) -> None:
        """Hidden positions of ``drawn`` [K, T, V], in place; ``resample`` excludes their present
        values."""
        uniforms = random.random(drawn.shape)[hidden]
        if not len(uniforms):
            return
        logits = self._logits(drawn, hidden, metre)[hidden].astype(np.float64)
        if resample:
            logits[np.arange(len(logits)), drawn[hidden]] = -np.inf
        shaped = filtered(logits, settings.settings, [])
        if low_temperature:
            shaped = annealed(shaped, self.config.pitches, settings.sweep_temperature)
        drawn[hidden] = draw(shaped, uniforms)

    def _logits(self, drawn: Symbols, hidden: NDArray[np.bool_], metre: Metre) -> Float32Array:
        """[K, T, V, P + 2]; symbols that a voice may not have are at minus infinity."""
        shown = np.where(hidden, self.config.mask, drawn)
        logits = self.network.logits(shown, metre)
        if not np.isfinite(logits).all():
            raise MusicRNNError(
                "the model gives numbers that are not finite: its weights are broken"
            )
        logits[:, 0, :, self.config.hold] = -np.inf  # before the first step is nothing
        logits[:, :, self.forbidden] = -np.inf
        return logits


def _losses(logits: Float32Array, symbols: Symbols) -> Float64Array:
    """Nats of each position [K, T, V]."""
    wanted = np.take_along_axis(logits, symbols[..., None], axis=3)[..., 0].astype(np.float64)
    highest = logits.max(axis=3, keepdims=True)
    total = np.exp((logits - highest).astype(np.float64)).sum(axis=3)
    return np.log(total) + highest[..., 0] - wanted


def annealed(logits: Logits, pitches: int, temperature: float) -> Logits:
    """Pitches at a lower temperature among themselves; together they stay as likely as they
    were."""
    found = logits.copy()
    rows = np.isfinite(logits[:, :pitches]).any(axis=1)  # a filter may leave no pitch at all
    struck = logits[rows, :pitches]
    sharp = struck / temperature
    mass = np.logaddexp.reduce(struck, axis=1) - np.logaddexp.reduce(sharp, axis=1)
    found[rows, :pitches] = sharp + mass[:, None]
    return found
