"""The batches that words are learnt from: clips drawn and varied, and what may be said of each.

Conventions. Clips int16 [n, N] at the recipe's rate, one word each. An epoch draws every training
clip once; what is drawn depends on the seed, the epoch and the batch alone, and on the weights of
other sounds. A row of a batch is a word, something spoken that is no word, real speech or music, or
a background; the rows of a batch are in random order. Where a word begins and ends is counted in
steps of the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Random, Samples
from musicrnn.augmentation.clips import (
    coloured_frames,
    frequency_warp,
    mix_noise,
    shift_and_stretch,
    tempo_warp,
)
from musicrnn.augmentation.speech import extent, no_word
from musicrnn.fillers import SILENCE, UNKNOWN, is_filler
from musicrnn.networks.words_config import FRAMES_A_STEP
from musicrnn.training.words.data import WordsData
from musicrnn.training.words.others import Places, some_of
from musicrnn.training.words.settings import WordsSettings
from musicrnn.waveform import in_full_scale

BACKGROUND_SECONDS = 12.0  # of a piece of other sound that is put under words


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows side by side: frames [B, T, F], and the share that each label has in a row, [B, K].

    ``begin`` and ``end`` [B] are the steps where its word is; a row without a word has none of it
    anywhere, whatever its label. ``fresh`` [B] says which rows start from silence; ``places`` [B]
    is where other sound is from, -1 elsewhere.
    """

    frames: NDArray[np.float32]
    targets: NDArray[np.float32]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    is_word: NDArray[np.bool_]
    fresh: NDArray[np.bool_]
    places: NDArray[np.int64]


class Batches:
    """Draws batches; ``labels`` are the words and what training adds to them."""

    def __init__(self, data: WordsData, settings: WordsSettings, *, labels: Sequence[str]) -> None:
        self.recipe, self.train = data.encoding, data.examples["train"]
        self.labels, self.drawing, self.rows = tuple(labels), settings.drawing, settings.batch_size
        self.fillers = np.array([is_filler(label) for label in labels])
        rate, drawing = self.recipe.rate, self.drawing
        self.extents = np.array([extent(sound, rate) for sound in self.train.sounds], np.float32)
        self.coded = data.coded() if drawing.coded else None
        others = data.others("train") if UNKNOWN in labels and drawing.other else ()
        self.places = Places(others, rate=rate, samples=self.recipe.samples)
        self.backgrounds = [*data.backgrounds, *some_of(others, round(BACKGROUND_SECONDS * rate))]

    def counts(self) -> tuple[int, int, int, int]:
        """How many rows of a batch are words, made and no word, real and no word, silent."""
        drawing, rows = self.drawing, self.rows
        unknown, silent = round(drawing.unknown * rows), round(drawing.silence * rows)
        other = round(drawing.other * rows) if len(self.places) else 0
        return min(rows - unknown - other - silent, len(self.train)), unknown, other, silent

    def draw(self, random: Random, chosen: NDArray[np.int64]) -> Batch:
        """A batch with these clips as its words."""
        drawing, recipe = self.drawing, self.recipe
        words, unknown, other, silent = self.counts()
        spoken = in_full_scale(self.train.sounds[chosen])
        if self.coded is not None:
            through = np.flatnonzero(random.uniform(size=words) < drawing.coded)
            spoken[through] = in_full_scale(self.coded[chosen[through]])
        pairs = random.integers(words, size=(unknown, 2))
        wrong = [no_word(random, spoken[a], spoken[b], recipe.rate) for a, b in pairs]
        real, places = np.zeros((0, recipe.samples), np.float32), np.zeros(0, np.int64)
        if other:
            real, places = self.places.draw(random, other, drawing.mined)
        sounds = np.concatenate([spoken, np.array(wrong).reshape(unknown, recipe.samples), real])
        marks = np.zeros((len(sounds) + silent, 2), np.float32)
        marks[:words] = self.extents[chosen]
        sounds, told = sounds.astype(np.float32), len(sounds)
        sounds, marks[:told] = shift_and_stretch(
            random, sounds, marks[:told], variation=drawing.variation, rate=recipe.rate
        )
        targets = np.zeros((told + silent, len(self.labels)), np.float32)
        targets[np.arange(words), self.train.labels[chosen]] = 1
        if UNKNOWN in self.labels:
            targets[words:told, self.labels.index(UNKNOWN)] = 1
        if silent:
            targets[told:, self.labels.index(SILENCE)] = 1
        for row in np.flatnonzero(random.uniform(size=words) < drawing.mixed):
            second, share = int(random.integers(words)), np.float32(random.beta(0.4, 0.4))
            sounds[row] = share * sounds[row] + (1 - share) * sounds[second]
            targets[row] = share * targets[row] + (1 - share) * targets[second]
            marks[row, 1] = max(marks[row, 1], marks[second, 1])
        sounds = np.concatenate([sounds, np.zeros((silent, recipe.samples), np.float32)])
        sounds = mix_noise(
            random, sounds, drawing.variation, backgrounds=self.backgrounds, rate=recipe.rate
        )
        frames, marks = self._frames(random, sounds, marks)
        steps = (marks / FRAMES_A_STEP).astype(np.int64).clip(0, frames.shape[1] // 2 - 1)
        order = random.permutation(len(frames))
        where = np.full(len(frames), -1)
        where[words + unknown : told] = places
        return Batch(
            frames[order],
            targets[order],
            steps[order, 0],
            steps[order, 1],
            (order < words) & ~self.fillers[targets.argmax(1)][order],
            random.uniform(size=len(frames)) >= drawing.carry,
            where[order],
        )

    def _frames(
        self, random: Random, sounds: Samples, marks: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Frames in whole steps, varied, and the marks in frames."""
        variation, recipe = self.drawing.variation, self.recipe
        frames = frequency_warp(random, recipe.frames(sounds), variation)
        frames, marks = tempo_warp(random, frames, marks / np.float32(recipe.hop), variation)
        frames = coloured_frames(random, frames, variation)
        whole = frames.shape[1] // FRAMES_A_STEP * FRAMES_A_STEP
        return np.maximum(frames[:, :whole], np.float32(recipe.floor)), marks
