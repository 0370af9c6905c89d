"""Spoken words made ready to learn from: found, split, decoded, with backgrounds to put under them.

Conventions. DATA is the name of a corpus of words, a folder a word, a folder in the layout of the
Free Spoken Digits, or a split file. Backgrounds are recordings without words, cut so that no split
shares sound with another: of each file the first 70 % is for training, the next 15 % for
validation, the rest for the test. Training has music and babble made by code beside them; a stream
makes its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Samples
from musicrnn.augmentation.music import random_music
from musicrnn.augmentation.noise import unit_power
from musicrnn.augmentation.speech import babble
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import counted, listed
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.fillers import is_filler
from musicrnn.io.audio import read_audio
from musicrnn.io.sound.decode import seconds_told
from musicrnn.listening.one_word import MAX_SECONDS
from musicrnn.sources.corpus import SOUND_RATE, LabelledFile, own_card
from musicrnn.sources.find import corpus_folder, files_below
from musicrnn.sources.labelled_folder import AUDIO, refuse_strange
from musicrnn.sources.learnt import WHOLE, Learnt, said_of
from musicrnn.sources.named import named
from musicrnn.sources.other_sounds import SoundsAtHand
from musicrnn.sources.recordings import one_source
from musicrnn.sources.split_file import folder_and_split_file
from musicrnn.sources.word_cache import coded, decoded
from musicrnn.sources.word_folder import background_files, word_files
from musicrnn.training.data import (
    SPLITS,
    Card,
    DataRequest,
    Folds,
    SkippedFile,
    Split,
    briefly,
    described,
    few,
    skipping,
)
from musicrnn.training.task import Task
from musicrnn.training.words.data import Clips, Other, WordsData
from musicrnn.waveform import Waveform

SHARES: dict[Split, tuple[float, float]] = {
    "train": (0.0, 0.7), "valid": (0.7, 0.85), "test": (0.85, 1.0),
}  # fmt: skip
MUSIC, BABBLE = (12, 40)  # pieces made by code for training
PIECE_SECONDS = 12.0
MAX_WORD_SECONDS = 3.0  # seconds: recordings that are longer are no words
MAX_BACKGROUND_SECONDS = 600.0  # seconds of a recording


@dataclass(frozen=True, eq=False)
class FoundWords:
    """The clips of a source, not yet decoded; ``card`` says how they were split, ``at_hand``
    is what else there is on this computer."""

    card: Card
    clips: list[LabelledFile]
    backgrounds: list[Path]
    refused: list[SkippedFile]
    at_hand: SoundsAtHand
    folds: Mapping[str, int] = field(default_factory=dict[str, int])  # of speakers crossed over


def read_clips(task: Task, request: DataRequest, like: Checkpoint | None) -> WordsData:
    """Clips of words, decoded; how long a clip is follows from the recordings, or the model that
    they are read for; all else of the frames is as in ``like``, a model or a base.

    Raises:
        MusicRNNError: there is no such source, it holds no words, or the model does not know one.
    """
    learnt = None if like is None or request.relabel else Learnt.by(like, whole=request.whole)
    found = find_words(
        one_source(request),
        split_file=request.split_file,
        data=request.folder,
        learnt=learnt,
        crossed=learnt is None,
    )
    labeller: Any = None if like is None else task.labeller(like, "cpu")
    recipe = CausalLogMel() if like is None else labeller.recipe
    if learnt is None:
        recipe = replace(recipe, seconds=word_seconds(found))
    return prepare_words(
        found,
        recipe=recipe,
        labels=None if learnt is None else labeller.labels,
        backgrounds=request.backgrounds,
        convert=bool(request.convert),
    )


def find_words(
    source: str,
    *,
    split_file: Path | None = None,
    data: Path | None = None,
    learnt: Learnt | None = None,
    crossed: bool = False,
) -> FoundWords:
    """The clips of a corpus, a folder or a split file, for a model that has ``learnt`` from some;
    ``crossed``: few speakers of a folder are all to learn from.

    Raises:
        MusicRNNError: there is no such source, or it holds no words.
    """
    at_hand = SoundsAtHand.find(data)
    if source in named().spoken:
        corpus = named().spoken[source]
        folder = corpus_folder(corpus.folders, data)
        clips = list(corpus.clips(folder))
        return FoundWords(corpus.card, clips, corpus.backgrounds(folder), [], at_hand)
    path, split_file = folder_and_split_file(source, split_file)
    files = word_files(path, split_file, learnt, crossed=crossed)
    name = path.resolve().name
    title = f"words of the folder {name}"
    card = own_card(name, title, holds="sounds", split=files.split, files=files.clips)
    recordings = background_files(path)
    return FoundWords(card, files.clips, recordings, files.refused, at_hand, files.folds)


def prepare_words(
    found: FoundWords,
    *,
    recipe: CausalLogMel,
    labels: Sequence[str] | None = None,
    backgrounds: Path | None = None,
    convert: bool = False,
) -> WordsData:
    """Decode everything (once: see word_cache); ``labels`` are those of a trained model.

    Args:
        backgrounds: a folder of further recordings without words.
        convert: clips that are not read may be decoded by ffmpeg.

    Raises:
        MusicRNNError: nothing can be read of a split, or the model does not know a word.
    """
    sounds = decoded(found.clips, rate=recipe.rate, samples=recipe.samples, convert=convert)
    words = tuple(labels) if labels else tuple(sorted({clip.label for clip in sounds.clips}))
    spoken = [word for word in words if not is_filler(word)]
    index = {word: number for number, word in enumerate(words)}
    if strange := {clip.label for clip in sounds.clips} - index.keys():
        refuse_strange(strange, spoken, "words")
    clips: dict[Split, Clips] = {}
    names: dict[Split, list[str]] = {}
    for split in SPLITS:
        rows = [row for row, clip in enumerate(sounds.clips) if clip.split == split]
        told = np.array([index[sounds.clips[row].label] for row in rows], np.int64)
        names[split] = [sounds.clips[row].name for row in rows]
        clips[split] = Clips(_rows(sounds.sounds, rows), told)
    further = _sounds_below(backgrounds) if backgrounds else []
    refused, said = [*found.refused, *sounds.refused], list(sounds.said)
    whole: list[Samples] = []
    for path in (*found.backgrounds, *further):
        name = f"{path.parent.name}/{path.name}"
        with skipping(name, refused):
            heard = _recording(path, recipe.rate, convert)
            whole.append(heard.samples[0])
            said += [f"{name}: {sentence}" for sentence in heard.said]
    recordings: dict[Split, list[Samples]] = {
        split: _parts(whole, split, recipe.rate) for split in SPLITS
    }
    shown = f"{listed(spoken[:12])}{' ...' if len(spoken) > 12 else ''}"
    return WordsData(
        clips,
        recipe,
        _description(found, clips, len(refused)),
        words,
        refused,
        f"{counted(len(spoken), 'word')}: {shown} of {recipe.seconds:g} s ({found.card.split})",
        names,
        [*said_of(found.card.name, found.card.split), *few(said)],
        language=found.card.language,
        whole=found.card.split == WHOLE,
        folds=_folds(found, sounds.clips),
        backgrounds=[recordings["train"], *_made(clips["train"], recipe.rate)],
        recordings=recordings,
        others=cache(lambda split: _others(found.at_hand, split, recipe.rate)),
        coded=partial(coded, clips["train"].sounds, recipe.rate),
    )


def _folds(found: FoundWords, clips: Sequence[LabelledFile]) -> Folds | None:
    """The groups of the training clips, where speakers are crossed over."""
    speakers = [clip.speaker for clip in clips if clip.split == "train"]
    numbers = np.array([found.folds.get(speaker, -1) for speaker in speakers], np.int64)
    return Folds(numbers, speakers) if found.folds else None


def holds_words(source: str) -> bool:
    """Whether a source is a corpus of words, or its recordings last MAX_WORD_SECONDS at the
    median."""
    if source in named().spoken:
        return True
    path = Path(source)
    root = path.parent if path.suffix.lower() == ".csv" else path
    lengths = _lengths(_sounds_below(root) if root.is_dir() else [])
    return bool(lengths) and float(np.median(lengths)) <= MAX_WORD_SECONDS


def word_seconds(found: FoundWords) -> float:
    """How much of a clip to use: what nineteen of twenty clips last, in half seconds from 1 to 3.

    Files that cannot be read do not count, nor do those that are too long to hold one word.
    """
    told = _lengths([clip.path for clip in found.clips])
    lengths = [seconds for seconds in told if seconds <= MAX_SECONDS]
    if not lengths:
        return 1.0
    return float(np.clip(np.ceil(2 * np.quantile(lengths, 0.95) - 0.05) / 2, 1.0, 3.0))


def _sounds_below(root: Path) -> list[Path]:
    return sorted(files_below(root, AUDIO))


def _lengths(files: Sequence[Path]) -> list[float]:
    """Seconds of some two hundred of the files, as their headers say; unreadable ones left out."""
    few = files[:: max(1, len(files) // 200)]
    return [told for path in few if (told := seconds_told(path)) is not None]


def _rows(sounds: NDArray[np.int16], rows: list[int]) -> NDArray[np.int16]:
    """A view where the rows follow one another, as in the cache of a corpus in order of splits."""
    if rows and rows == list(range(rows[0], rows[-1] + 1)):
        return sounds[rows[0] : rows[-1] + 1]
    return sounds[rows]


def _recording(path: Path, rate: int, convert: bool) -> Waveform:
    sound = read_audio(path, max_seconds=MAX_BACKGROUND_SECONDS, convert=convert)
    return sound.mono().resampled(rate)


def _others(at_hand: SoundsAtHand, split: Split, rate: int) -> list[Other]:
    """Real speech and music of a split, where they have the rate of the words."""
    sounds = at_hand.read(split) if rate == SOUND_RATE else []
    return [Other(sound.kind, sound.samples) for sound in sounds]


def _parts(recordings: Sequence[Samples], split: Split, rate: int) -> list[Samples]:
    """The part of the recordings that belongs to a split: half a second of each at least."""
    low, high = SHARES[split]
    parts = [part[int(low * len(part)) : int(high * len(part))] for part in recordings]
    return [unit_power(part) for part in parts if len(part) >= rate // 2]


def _made(clips: Clips, rate: int) -> list[list[Samples]]:
    """Backgrounds for training that are made by code: music, and many voices."""
    random, length = np.random.default_rng([0, 20_261_125]), round(PIECE_SECONDS * rate)
    music = [random_music(random, PIECE_SECONDS, rate) for _ in range(MUSIC)]
    voices = range(BABBLE if len(clips) >= 50 else 0)
    return [music, [babble(random, clips.sounds, length) for _ in voices]]


def _description(found: FoundWords, clips: dict[Split, Clips], refused: int) -> dict[str, Any]:
    def arrays() -> Iterator[NDArray[Any]]:
        for split in SPLITS:
            for start in range(0, len(clips[split]), 1024):
                yield clips[split].sounds[start : start + 1024]
            yield clips[split].labels

    counts = {"recordings": {split: len(clips[split]) for split in SPLITS}}
    own = described([found.card], arrays(), counts, refused)
    others = [corpus.card for corpus, _ in found.at_hand.corpora]
    return {**own, **({"other_sounds": list(map(briefly, others))} if others else {})}
