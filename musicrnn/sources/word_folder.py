"""A user's own recordings of words: a folder a word, or flat files WORD_SPEAKER_NUMBER.

Conventions. The label is the name of the first folder below the root; files lie in it at any depth.
A root without such folders may have flat files as the Free Spoken Digit Dataset has them,
"7_jackson_32.wav": label, speaker, number. ``_background_noise_``, ``background_noise`` and
``_noise_`` are folders of sound without words, no labels. Of files with the same content the first
is kept.

Where the names tell who speaks (musicrnn.sources.speakers) the split is by speaker: in the order
of the sha256 of their names 15 % of the speakers are tested on and 15 % validated on, one at least
each, the others learnt from. Learnt from are also speakers without whom a label would have none in
train, those with more than twice the mean number of files, and files whose names do not tell. Where
the names do not tell, or nobody can be held out, the split is that of labelled_folder: parts of one
recording together, 15/15/70 of each label in the order of the contents' hashes (takes, where a
label has fewer than three recordings of which they could be parts, are recordings).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from musicrnn.errors import MusicRNNError, counted
from musicrnn.sources.labelled_folder import (
    AUDIO,
    HELD_OUT_SHARE,
    FoundFile,
    LabelledFile,
    found_files,
    listed_files,
    measured_whole,
    passed_over,
    recording_name,
    refuse_copied_labels,
    refuse_few_labels,
    split_by_content,
    with_labels,
)
from musicrnn.sources.learnt import WHOLE, Learnt
from musicrnn.sources.speaker_folds import folds_sentence, speaker_folds
from musicrnn.sources.speakers import speakers, spoken_name
from musicrnn.training.data import SkippedFile, Split

BACKGROUNDS = ("_background_noise_", "background_noise", "_noise_")
FLAT = re.compile(r"(?P<label>[^_]+)_.+_\d+\.\w+")
BY_CONTENT = "by content, 15/15/70"


@dataclass(frozen=True)
class WordFiles:
    """The clips of a folder, what was left out, and a sentence on how they were split; ``folds``
    are the groups of few speakers, who are crossed over."""

    clips: list[LabelledFile]
    refused: list[SkippedFile]
    split: str
    folds: Mapping[str, int] = field(default_factory=dict[str, int])


def word_files(
    root: Path,
    split_file: Path | None = None,
    learnt: Learnt | None = None,
    *,
    crossed: bool = False,
) -> WordFiles:
    """The clips of a folder of words, or those that a split file lists; what a model has ``learnt``
    from stays in the split that it was in. ``crossed``: few speakers are all to learn from.

    The split file is a CSV with the columns file, label, split and, optionally, speaker.

    Raises:
        MusicRNNError: nothing to read, fewer than two labels, a label with too few recordings, a
            split file that is not one or that has a speaker in two splits.
    """
    if not root.is_dir():
        raise MusicRNNError(f"{root} is no folder")
    if split_file is not None:
        return _listed(root, split_file)
    found = [f for f in found_files(root, AUDIO) if f.label.casefold() not in BACKGROUNDS]
    every = _flat(found)
    found, refused = with_labels(every)
    refused += passed_over(root, AUDIO)
    if learnt and found and learnt.strange(root, (file.digest for file in found)):
        return WordFiles(measured_whole(found), refused, WHOLE)
    refuse_copied_labels(every, found, root)
    files = _split(found, refused, root, crossed=crossed)
    return replace(files, clips=learnt.kept(files.clips)) if learnt else files


def _split(
    found: list[FoundFile], refused: list[SkippedFile], root: Path, *, crossed: bool
) -> WordFiles:
    """The clips by speaker, where the names tell who speaks."""
    refuse_few_labels({file.label for file in found}, root)
    told = speakers([spoken_name(file.label, file.name) for file in found])
    if told is None:
        return _by_content(found, refused, f"no speaker in the names: {BY_CONTENT}", root)
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for file, speaker in zip(found, told, strict=True):
        said[speaker][file.label] += 1
    folds = speaker_folds(said) if crossed else {}
    sides = {} if folds else _sides(said)
    if not sides and not folds:
        why = (
            f"{BY_CONTENT}, a speaker may be on several sides: the names tell "
            f"{counted(len(said.keys() - {''}), 'speaker')}, but too few can be held out without "
            "losing a word"
        )
        return _by_content(found, refused, why, root)
    clips = [
        LabelledFile(
            file.name, file.path, file.label, sides.get(speaker, "train"), speaker, file.digest
        )
        for file, speaker in zip(found, told, strict=True)
    ]
    known = len(said.keys() - {""})
    split = folds_sentence(known, folds) if folds else _sentence(said, sides)
    return WordFiles(clips, refused, split, folds)


def background_files(root: Path) -> list[Path]:
    """The recordings without words, at any depth of their folders."""
    return [f.path for f in found_files(root, AUDIO) if f.label.casefold() in BACKGROUNDS]


def _flat(found: list[FoundFile]) -> list[FoundFile]:
    """Labels from the names, where no file lies in a folder and the names have the form."""
    if any(file.label for file in found):
        return found
    return [
        replace(file, label=match["label"]) if (match := FLAT.fullmatch(file.name)) else file
        for file in found
    ]


def _sides(said: dict[str, Counter[str]]) -> dict[str, Split]:
    """The split of the speakers that are held out; nothing when test or valid would be empty."""
    known = sorted(said.keys() - {""}, key=lambda name: hashlib.sha256(name.encode()).digest())
    held = max(1, round(HELD_OUT_SHARE * len(known)))
    most = 2 * sum(said[speaker].total() for speaker in known) / len(known)
    left = Counter(label for labels in said.values() for label in labels)  # speakers in train
    sides: dict[str, Split] = {}
    splits: tuple[Split, ...] = ("test", "valid")
    for split in splits:
        free = [s for s in known if s not in sides and said[s].total() <= most]
        chosen = 0
        for speaker in free:
            if chosen < held and all(left[label] > 1 for label in said[speaker]):
                sides[speaker] = split
                left.subtract(said[speaker].keys())
                chosen += 1
        if not chosen:
            return {}
    return sides


def _sentence(said: dict[str, Counter[str]], sides: dict[str, Split]) -> str:
    known = said.keys() - {""}
    counts = Counter(sides.get(speaker, "train") for speaker in known)
    numbers = [
        f"{counts[split]} speaker{'s' if counts[split] > 1 else ''} {use}"
        for split, use in (
            ("test", "to test"),
            ("valid", "to validate"),
            ("train", "to learn from"),
        )
    ]
    text = f"by speaker: {', '.join(numbers)}"
    unknown = said[""].total() if "" in said else 0
    return f"{text} (and the files of nobody known: {unknown})" if unknown else text


def _by_content(
    found: list[FoundFile], refused: list[SkippedFile], split: str, root: Path
) -> WordFiles:
    labels: dict[str, dict[str, list[FoundFile]]] = defaultdict(lambda: defaultdict(list))
    for file in found:
        labels[file.label][recording_name(file.name)].append(file)
    recordings: list[list[FoundFile]] = []
    for of_label in labels.values():
        apart = [[file] for files in of_label.values() for file in files]
        recordings += list(of_label.values()) if len(of_label) >= 3 else apart
    return WordFiles(split_by_content(recordings, root), refused, split)


def _listed(root: Path, split_file: Path) -> WordFiles:
    files, refused = listed_files(root, split_file)
    refused += [
        SkippedFile(file.name, f"it is no sound: {file.path.suffix or 'no suffix'}")
        for file in files
        if file.path.suffix.lower() not in AUDIO
    ]
    files = [file for file in files if file.path.suffix.lower() in AUDIO]
    refuse_few_labels({file.label for file in files}, root)
    sides: dict[str, Split] = {}
    for file in files:
        if file.speaker and sides.setdefault(file.speaker, file.split) != file.split:
            raise MusicRNNError(
                f"{split_file} has the speaker {file.speaker!r} in {sides[file.speaker]} and in "
                f"{file.split}: keep each speaker in one split, or leave the column out"
            )
    return WordFiles(files, refused, f"as listed in {split_file.name}")
