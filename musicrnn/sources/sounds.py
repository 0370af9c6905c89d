"""Sound to make sound from: any folder of audio, a split file, or a corpus of words or sounds.

Conventions. One channel int16 at SOUND_RATE; other rates are resampled and channels mixed, and it
is said. A label is the folder that a file lies in (inside of train, valid or test where there are
such), "" for none. The split is that of a corpus, that of a split file (file,split), that of
folders called train, valid and test, or by recordings in the order of their contents' hashes: 15 %
are tested on, the next 15 % validated on, the rest learnt from. Of a source HOURS are read at most,
in an order drawn from the contents, and what is left out is said. What was read is kept
(musicrnn.sources.kept).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Samples
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.io.blocks import file_blocks
from musicrnn.sources.corpus import SOUND_RATE, LabelledFile, SoundCorpus, own_card
from musicrnn.sources.find import corpus_folder, folder_of
from musicrnn.sources.kept import Kept, kept, key_of, states
from musicrnn.sources.labelled_folder import (
    AUDIO,
    FoundFile,
    found_files,
    listed_files,
    measured_whole,
    passed_over,
    recording_name,
    split_recordings,
    unique,
)
from musicrnn.sources.learnt import WHOLE, Learnt, said_of
from musicrnn.sources.named import named
from musicrnn.sources.split_file import SPLIT_NAMES, folder_and_split_file
from musicrnn.training.codec.data import Sound, SoundsData
from musicrnn.training.data import (
    SPLIT_LIST,
    SPLITS,
    Card,
    DataRequest,
    SkippedFile,
    Split,
    beside,
    check_mix,
    described,
    reasons,
)

HOURS = 6.0  # of a source
MAX_SECONDS = 1200.0  # of a file
LEAST = 0.05  # seconds of a file
BLOCK = 65_536  # samples read at a time
SHOWN = 10  # sentences on files
NINTH = 9
BY_CONTENT = "by recording, in the order of the sha256 of their content, 70/15/15"
BY_FOLDERS = "by its folders train, valid and test"


@dataclass(frozen=True)
class FoundSounds:
    """The files of a source, not yet decoded."""

    card: Card
    files: Sequence[LabelledFile]
    refused: Sequence[SkippedFile]


def read_sounds(request: DataRequest, like: Checkpoint | None) -> SoundsData:
    """All sounds of the sources.

    Raises:
        MusicRNNError: there is no such source, or nothing in it can be read.
    """
    learnt = None if like is None else Learnt.by(like, whole=request.whole)
    if request.split_file is not None and len(request.sources) > 1:
        raise MusicRNNError(
            "a split file lists the files of one folder, got "
            f"{counted(len(request.sources), 'source')}"
        )
    check_mix(request.mix, len(request.sources))
    examples: dict[Split, list[Sound]] = {split: [] for split in SPLITS}
    refused, said, cards = list[SkippedFile](), list[str](), list[Card]()
    for number, source in enumerate(request.sources):
        if source in named().sounds:
            corpus = named().sounds[source]
            cards.append(corpus.card)
            for split, sounds in _of_corpus(corpus, number, request.folder).items():
                examples[split] += sounds
            continue
        found = find_sounds(source, request.split_file, request.folder, learnt)
        refused += found.refused
        said += said_of(found.card.name, found.card.split)
        cards.append(found.card)
        for split, sounds in _decoded(found, number, request, refused, said).items():
            examples[split] += sounds
    every = [sound for split in SPLITS for sound in examples[split]]
    if not every:
        raise MusicRNNError(f"no sound is left to learn from ({reasons(refused)})")
    counts = {"sounds": {split: len(found) for split, found in examples.items()}}
    arrays = (sound.samples for sound in every)
    hours = sum(len(sound.samples) for sound in every) / SOUND_RATE / 3600
    labels = tuple(sorted({sound.label for sound in every} - {""}))
    more = len(said) - SHOWN
    return SoundsData(
        examples,
        SOUND_RATE,
        described(cards, arrays, counts, len(refused)),
        labels,
        refused,
        f"{counted(len(every), 'sound')}, {hours:.2f} h",
        {split: [sound.name for sound in found] for split, found in examples.items()},
        said if more <= 0 else [*said[:SHOWN], f"... and {more} more"],
        whole=any(card.split == WHOLE for card in cards),
        mix=request.mix or (),
    )


def find_sounds(
    source: str, split_file: Path | None, data: Path | None, learnt: Learnt | None = None
) -> FoundSounds:
    """The files of a corpus of words, a folder or a split file; what a model has ``learnt`` from
    stays in the split that it was in.

    Raises:
        MusicRNNError: there is no such source, or it holds no sound.
    """
    if source in named().spoken:
        corpus = named().spoken[source]
        files = list(corpus.clips(corpus_folder(corpus.folders, data)))
        return FoundSounds(corpus.card, files, [])
    folder, split_file = folder_and_split_file(source, split_file)
    if not folder.is_dir():
        words = ", ".join([*named().spoken, *named().sounds])
        raise MusicRNNError(f"{source} is neither a folder, a split file nor a corpus: {words}")
    if split_file is not None:
        files, refused = listed_files(folder, split_file, labels=False)
        split = f"as listed in {split_file.name}"
    else:
        found, refused = unique(found_files(folder, AUDIO))
        refused += [
            replace(each, reason=f"it may be a list of the files: name {folder / each.name} itself")
            if Path(each.name).suffix.lower() == SPLIT_LIST
            else each
            for each in passed_over(folder, AUDIO)
        ]
        if learnt and learnt.strange(folder, (file.digest for file in found)):
            split, files = WHOLE, measured_whole(found)
        else:
            split, files, strays = _split(found)
            refused += strays
            files = learnt.kept(files) if learnt else files
    if not files:
        raise MusicRNNError(f"{source} holds no sound that can be read ({reasons(refused)})")
    name = folder.resolve().name
    title = f"sounds of the folder {name}"
    card = own_card(name, title, holds="sounds", split=split, files=files)
    return FoundSounds(card, files, refused)


def _split(found: Sequence[FoundFile]) -> tuple[str, list[LabelledFile], list[SkippedFile]]:
    """How it is split, the files, and those that stand in no split."""
    sides: dict[str, Split | None] = {file.name: _side(file) for file in found}
    told = {*sides.values()} - {None}
    if "train" in told and len(told) > 1:
        stray = "it lies in none of the folders train, valid and test"
        strays = [SkippedFile(name, stray) for name, side in sides.items() if side is None]
        files = list[LabelledFile]()
        for f in found:
            side = sides[f.name]
            if side is not None:
                label = _label(f.name, skip=1)
                files.append(LabelledFile(f.name, f.path, label, side, digest=f.digest))
        return BY_FOLDERS, files if "valid" in told else with_some_to_validate(files), strays
    recordings: dict[str, list[FoundFile]] = defaultdict(list)
    for file in found:
        recordings[recording_name(file.name)].append(file)
    return BY_CONTENT, split_recordings(list(recordings.values())), []


def with_some_to_validate(files: Sequence[LabelledFile]) -> list[LabelledFile]:
    """Where no folder is for validation, one of NINTH of the training recordings is, by the order
    of their contents' hashes."""
    names = sorted({f.digest: recording_name(f.name) for f in files if f.split == "train"}.items())
    chosen = {name for _, name in names[: max(1, len(names) // NINTH)]}
    return [
        replace(f, split="valid") if f.split == "train" and recording_name(f.name) in chosen else f
        for f in files
    ]


def _side(file: FoundFile) -> Split | None:
    parts = PurePosixPath(file.name).parts
    return SPLIT_NAMES.get(parts[0].lower()) if len(parts) > 1 else None


def _label(name: str, skip: int) -> str:
    parts = PurePosixPath(name).parts[skip:]
    return parts[0] if len(parts) > 1 else ""


def _of_corpus(corpus: SoundCorpus, number: int, data: Path | None) -> dict[Split, list[Sound]]:
    """Stretches of a corpus of hours; speech of one language is one voice."""
    folder = folder_of(corpus, data)
    sounds: dict[Split, list[Sound]] = {split: [] for split in SPLITS}
    for split in SPLITS:
        left = round(HOURS * 3600 * SOUND_RATE / len(SPLITS))
        for index, each in enumerate(corpus.sounds(folder, split), start=1):
            name = " ".join(part for part in (each.language, each.kind, str(index)) if part)
            samples = each.samples[:left]
            left -= len(samples)
            if len(samples) >= LEAST * SOUND_RATE:
                sounds[split].append(Sound(name, samples, number))
    return sounds


def _decoded(
    found: FoundSounds,
    number: int,
    request: DataRequest,
    refused: list[SkippedFile],
    said: list[str],
) -> dict[Split, list[Sound]]:
    """The sounds of a source by split; what is left out and said of it is added."""
    convert = bool(request.convert)
    strange = states(file.path for file in found.files if not file.digest)
    names = [(f.name, str(f.path), f.label, f.split, f.digest) for f in found.files]
    key = key_of(SOUND_RATE, HOURS, MAX_SECONDS, convert, names, strange)
    read = kept("sounds", key, lambda: _read(found.files, convert))
    lengths, reasons_of, sentences = read.listed
    refused += [SkippedFile(name, reason) for name, reason in reasons_of]
    said += sentences
    sounds: dict[Split, list[Sound]] = {split: [] for split in SPLITS}
    by_name, start = {file.name: file for file in found.files}, 0
    for name, length in lengths:
        file, samples = by_name[name], read.samples[start : start + length]
        sound = Sound(name, samples, number, file.label, file.speaker, file.tempo)
        sounds[file.split].append(sound)
        start += length
    return sounds


def _read(files: Sequence[LabelledFile], convert: bool) -> Kept:
    left = round(HOURS * 3600 * SOUND_RATE)
    parts, lengths = list[NDArray[np.int16]](), list[tuple[str, int]]()
    refused, said = list[tuple[str, str]](), list[str]()
    for file in sorted(files, key=lambda file: (file.digest, file.name)):
        try:
            if left < LEAST * SOUND_RATE:
                raise MusicRNNError(f"{HOURS:g} h of sound are read already")
            samples, own = samples_of(file.path, left, convert)
        except MusicRNNError as error:
            refused.append((file.name, beside(file.name, str(error))))
            continue
        parts.append(samples)
        lengths.append((file.name, len(samples)))
        said += [f"{file.name}: {sentence}" for sentence in own]
        left -= len(samples)
    every = np.concatenate(parts) if parts else np.zeros(0, np.int16)
    listed: Any = (lengths, refused, said)
    return Kept(every, listed)


def samples_of(path: Path, most: int, convert: bool = False) -> tuple[NDArray[np.int16], list[str]]:
    """A file's first ``most`` samples at SOUND_RATE, and what is to be known of it.

    Raises:
        MusicRNNError: it cannot be read, or is next to nothing.
    """
    most = min(most, round(MAX_SECONDS * SOUND_RATE))
    said, parts, count = list[str](), list[NDArray[np.int16]](), 0
    for block in file_blocks(path, rate=SOUND_RATE, block=BLOCK, said=said, convert=convert):
        if len(block) > most - count:
            said.append(f"only its first {most / SOUND_RATE:.0f} s are read")
        parts.append(sixteen_bits(block[: most - count]))
        count += len(parts[-1])
        if len(block) > len(parts[-1]):
            break
    if count < LEAST * SOUND_RATE:
        raise MusicRNNError(f"it lasts {count / SOUND_RATE:.3f} s, less than {LEAST:g} s")
    samples = np.concatenate(parts)
    if not samples.any():
        raise MusicRNNError("it is silent")
    return samples, said


def sixteen_bits(samples: Samples) -> NDArray[np.int16]:
    """Samples of full scale +-1 as int16; what is louder is clipped."""
    return np.rint(np.clip(samples, -1, 1) * np.float32(32767)).astype(np.int16)
