"""Evaluate a folder of generated sounds, a folder a label, against what was learnt from.

Conventions. ``data`` is what the model learnt from: a corpus of words or a folder a label. A judge
is a model of words that knows the labels; the human sounds through the tokens are sent through
those of ``tokens``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, listed
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.metrics.generated_sound import GeneratedSound, Judged, generated_sound
from musicrnn.networks.words import clip_vectors
from musicrnn.sources.corpus import SOUND_RATE
from musicrnn.sources.labelled_folder import AUDIO, found_files
from musicrnn.sources.sounds import LEAST, read_sounds, samples_of, sixteen_bits
from musicrnn.tokens.sound import SoundTokenizer
from musicrnn.training.codec.data import Sound
from musicrnn.training.data import DataRequest, SkippedFile, Split, skipping
from musicrnn.training.task import task_of
from musicrnn.waveform import Waveform, in_full_scale

TOGETHER = 64  # sounds that are judged at a time
MOST = 60.0  # seconds of a generated sound
CODED = 400  # human sounds that are sent through the tokens


class Judge:
    """A model of words; ``labels`` are those that it knows.

    Raises:
        MusicRNNError: it is no model that hears words.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        task = task_of(checkpoint)
        if task.reads != "clips":
            raise MusicRNNError(
                f"a judge of sounds must hear words, as commands-full does: this model {task.does}"
            )
        labeller: Any = task.labeller(checkpoint, "cpu")
        self.network, self.labels = task.load(checkpoint), tuple(labeller.labels)
        self.recipe: CausalLogMel = labeller.recipe

    def hear(self, sounds: Sequence[Sound]) -> Judged:
        """Each as a clip of the length that the judge knows."""
        clips = np.stack([self._clip(sound.samples) for sound in sounds])
        told, vectors, frames = list[str](), list[Any](), list[Any]()
        for start in range(0, len(clips), TOGETHER):
            heard = self.recipe.frames(in_full_scale(clips[start : start + TOGETHER]))
            logits, vector = clip_vectors(self.network, heard)
            told += [self.labels[index] for index in logits.argmax(1)]
            vectors.append(vector)
            frames.append(heard)
        asked = [sound.label for sound in sounds]
        return Judged(asked, told, np.concatenate(vectors), np.concatenate(frames))

    def _clip(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """The beginning of a sound, with silence behind it."""
        clip = np.zeros(self.recipe.samples, np.int16)
        clip[: len(samples)] = samples[: len(clip)]
        return clip


def evaluate_sounds(
    folder: Path,
    data: str,
    judge: Judge,
    tokens: SoundTokenizer,
    *,
    split: Split = "test",
    found: Path | None = None,
) -> tuple[GeneratedSound, Sequence[SkippedFile]]:
    """The figures, and what could not be read.

    Raises:
        MusicRNNError: nothing can be read on one of the sides, a folder that is no label of the
            data's, or a judge that does not know one.
    """
    if split == "train":
        raise MusicRNNError("generated sounds are compared with sounds held out, got split train")
    people = read_sounds(DataRequest((data,), found), None)
    sounds, refused = _generated(folder)
    every = {sound.label for each in people.examples.values() for sound in each}
    for known, who in ((every, data), ({*judge.labels}, "the judge")):
        if strange := sorted({sound.label for sound in sounds} - known):
            said = listed([label or "sounds that lie in no folder" for label in strange[:3]])
            raise MusicRNNError(
                f"{who} knows no {said}: generated sounds lie in a folder a label, called as those "
                f"of {data}"
            )
    if strange := sorted(every - {*judge.labels}):
        raise MusicRNNError(f"the judge knows no {listed(strange[:3])}, a label of {data}")
    other: Split = "valid" if split == "test" else "test"
    if not all(people.examples[each] for each in ("train", split, other)):
        raise MusicRNNError(f"{data} needs sounds in all splits, got {people.counts()}")
    human = judge.hear(people.examples[split])
    coded = judge.hear([_through(tokens, sound) for sound in _spread(people.examples[split])])
    report = generated_sound(
        judge.hear(sounds),
        human,
        judge.hear(people.examples[other]),
        coded=coded,
        train=judge.hear(people.examples["train"]),
    )
    return report, [*refused, *people.refused]


def _spread(sounds: Sequence[Sound]) -> Sequence[Sound]:
    return sounds[:: max(1, -(-len(sounds) // CODED))]


def _generated(folder: Path) -> tuple[list[Sound], list[SkippedFile]]:
    """Every sound of a folder, also what a folder of people's would leave out: of a file that is
    silent or cannot be read silence, so that it counts as not recognised."""
    sounds, refused = list[Sound](), list[SkippedFile]()
    for file in found_files(folder, AUDIO):
        samples = np.zeros(round(LEAST * SOUND_RATE), np.int16)
        with skipping(file.name, refused, because="it counts as silence: "):
            samples, _ = samples_of(file.path, round(MOST * SOUND_RATE))
        sounds.append(Sound(file.name, samples, label=file.label))
    if not sounds:
        raise MusicRNNError(f"{folder} holds no sound")
    return sounds, refused


def _through(tokens: SoundTokenizer, sound: Sound) -> Sound:
    """A sound as the tokens say it."""
    heard = tokens.quantize(Waveform(in_full_scale(sound.samples)[None], tokens.rate)).samples[0]
    return replace(sound, samples=sixteen_bits(heard[: len(sound.samples)]))
