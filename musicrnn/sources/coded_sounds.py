"""Sound as codes of a tokenizer, to learn composing from: read, coded once and kept.

Conventions. As musicrnn.sources.sounds and musicrnn.training.sound.data. Of little sound each
training sound is coded several times, begun a little later and softer, until about WANTED hours are
there, MOST_TAKES times at most; samples need none of that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.sound import Known
from musicrnn.errors import MusicRNNError, counted
from musicrnn.sources.catalogue import sounds_of
from musicrnn.sources.corpus import SOUND_RATE
from musicrnn.sources.kept import Kept, kept, key_of
from musicrnn.sources.labelled_folder import AUDIO, refuse_strange
from musicrnn.sources.named import named
from musicrnn.sources.sounds import read_sounds
from musicrnn.sources.split_file import split_rows
from musicrnn.tokens.sound import (
    SOUND_TOKENIZERS,
    USUAL,
    SoundTokenizer,
    sound_tokenizer_from,
)
from musicrnn.training.codec.data import Sound
from musicrnn.training.data import SPLIT_LIST, SPLITS, DataRequest, Split, sha256_of
from musicrnn.training.sound.data import CodedData, CodedSound, coded
from musicrnn.training.task import Task

WANTED, MOST_TAKES = 8.0, 8
MOST_LABELS = 1000


def read_coded(task: Task, request: DataRequest, like: Checkpoint | None) -> CodedData:
    """All sounds of the sources, in the tokens that are asked for or those of the model ``like``.

    Raises:
        MusicRNNError: there is no such source, nothing in it can be read, the model does not know a
            label, there are too many, or a mix that is not one positive number for each source.
    """
    mix = request.mix
    del task
    data = read_sounds(request, like)
    if like is None or request.relabel:
        labels = data.labels
    else:
        labels = known_labels(like)
        every = {sound.label for split in SPLITS for sound in data.examples[split]} - {""}
        if labels and every - {*labels}:
            refuse_strange(every, labels, "labels")
    if len(labels) > MOST_LABELS:
        raise MusicRNNError(
            f"{counted(len(labels), 'label')} are more than {MOST_LABELS}: the label of a sound is "
            "the folder that it lies in"
        )
    if like is not None:
        tokenizer = sound_tokenizer_from(like.entry("tokenizer"))
    else:
        name = request.tokens or next(iter(SOUND_TOKENIZERS))
        tokenizer = SOUND_TOKENIZERS[name](**USUAL.get(name, {}))
    examples: dict[Split, list[CodedSound]] = {
        split: _coded(tokenizer, data.examples[split], split, labels) for split in SPLITS
    }
    sources = [sound.source for sound in data.examples["train"]]
    sizes, weights = Counter(sources), None
    if mix is not None:
        takes = len(examples["train"]) // max(1, len(sources))
        weights = np.repeat([mix[source] / sizes[source] for source in sources], takes)
    frames = {split: sum(map(len, found)) for split, found in examples.items()}
    return CodedData(
        examples,
        tokenizer,
        {**data.description, "frames": frames},
        labels,
        data.refused,
        f"{data.title} as {tokenizer.name} tokens",
        {split: [sound.name for sound in found] for split, found in examples.items()},
        data.said,
        whole=data.whole,
        mix=weights,
    )


def holds_sounds(source: str) -> bool:
    """Whether a source is a corpus of words, a folder of more sounds than scores, or a list of
    sounds."""
    if source in named().spoken:
        return True
    path = Path(source)
    if path.suffix.lower() == SPLIT_LIST and path.is_file():
        try:
            rows = split_rows(path, ("file", "split"))
        except MusicRNNError:
            return False
        sounds = [row for row in rows if Path(row["file"]).suffix.lower() in AUDIO]
        return 2 * len(sounds) > len(rows)
    return path.is_dir() and sounds_of(source) is not None


def known_labels(model: Checkpoint) -> tuple[str, ...]:
    """Those that a model of sound knows.

    Raises:
        MusicRNNError: its header is damaged.
    """
    said: Any = model.metadata.get("labels", [])
    if not isinstance(said, list) or not all(isinstance(label, str) for label in said):
        raise MusicRNNError(f"the model file's labels must be a list of words, got {said!r:.60}")
    return tuple(said)


def _coded(
    tokenizer: SoundTokenizer, sounds: Sequence[Sound], split: Split, labels: Sequence[str]
) -> list[CodedSound]:
    """The takes of a sound follow one another."""
    if not sounds:
        return []
    length = sum(len(sound.samples) for sound in sounds)
    takes = round(WANTED * 3600 * SOUND_RATE / length) if tokenizer.delay else 1
    takes = int(np.clip(takes, 1, MOST_TAKES)) if split == "train" else 1
    said = [tokenizer.name, *sorted(tokenizer.configuration().items()), takes]
    digest = sha256_of(sound.samples for sound in sounds)

    def make() -> Kept:
        parts = [coded(tokenizer, sound.samples, take) for sound in sounds for take in range(takes)]
        return Kept(np.concatenate(parts), list(map(len, parts)))

    found = kept("codes", key_of(*said, digest), make)
    index = {label: number for number, label in enumerate(labels, start=1)}
    coded_sounds, start = list[CodedSound](), 0
    for number, count in enumerate(found.listed):
        sound = sounds[number // takes]
        codes: NDArray[np.int16] = found.samples[start : start + count]
        known = Known(index.get(sound.label, 0), sound.tempo)
        coded_sounds.append(CodedSound(sound.name, codes, known))
        start += count
    return coded_sounds
