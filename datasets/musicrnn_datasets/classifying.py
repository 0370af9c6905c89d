"""Labelled recordings made ready to learn from: found, split, heard or tokenized, described.

DATA is the name of a corpus in LABELLED, a folder a label of audio or of MIDI files, or a split
file (CSV with the columns file,label,split) whose files are named from its own folder. A folder
with both audio and MIDI is taken for what most of its files are. Every file left out is listed with
its reason.
"""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel
from musicrnn.io.midi import read_midi
from musicrnn.listening.windows import score_windows, sound_windows
from musicrnn.tokens import Tokenizer
from musicrnn.tokens.choose import suitable_tokenizer
from musicrnn.training.classification import Recording
from musicrnn.training.classify import LabelledMaterial
from musicrnn_datasets.corpus import Card, Refusal, Split
from musicrnn_datasets.find import corpus_folder
from musicrnn_datasets.gtzan import GTZAN
from musicrnn_datasets.labelled import Example, LabelledCorpus, Windows
from musicrnn_datasets.labelled_folder import SCORES, LabelledFile, labelled_files

LABELLED: dict[str, LabelledCorpus] = {"gtzan": GTZAN}


@dataclass(frozen=True, eq=False)
class PreparedLabels:
    """What can be learned from, the recordings of every split, and what was left out."""

    material: LabelledMaterial
    recordings: dict[Split, list[Recording]]
    refused: list[Refusal]


def prepare_labels(
    source: str,
    *,
    split_file: Path | None = None,
    data: Path | None = None,
    like: LabelledMaterial | None = None,
) -> PreparedLabels:
    """Read a corpus or folder; ``like`` gives labels and recipe or tokenizer of a trained model.

    Raises:
        MusicRNNError: neither a corpus nor a folder, nothing usable in a split, a label that the
            model does not know.
    """
    recipe = like.recipe if like else LogMel()
    tokenizer = like.tokenizer if like else None
    if source in LABELLED:
        corpus = LABELLED[source]
        if tokenizer is not None or recipe != corpus.recipe:
            raise MusicRNNError(f"the model does not hear what {source} holds: another recipe")
        card, examples = corpus.card, list(corpus.examples(corpus_folder(source, data)))
        refused: list[Refusal] = []
    else:
        root, split_file = _root(source, split_file)
        files, refused = labelled_files(root, split_file)
        files, others = _one_kind(files, like)
        refused += others
        card = _own_card(root.resolve().name, split_file)
        if files and files[0].path.suffix.lower() in SCORES:
            recipe = None
            examples, tokenizer, unread = _score_examples(files, tokenizer)
            refused += unread
        else:
            examples = [_sound_example(file, recipe or LogMel()) for file in files]
    labels = like.labels if like else tuple(sorted({example.label for example in examples}))
    recordings, unheard = _read(examples, labels)
    refused += unheard
    material = LabelledMaterial(
        labels=labels,
        train=recordings["train"],
        valid=recordings["valid"],
        recipe=recipe,
        tokenizer=tokenizer,
        description=_description(card, recordings, labels, len(refused)),
    )
    if like is None:
        _refuse_empty(material, refused)
    return PreparedLabels(material, recordings, refused)


def _root(source: str, split_file: Path | None) -> tuple[Path, Path | None]:
    path = Path(source)
    if path.is_file() and path.suffix.lower() == ".csv":
        return path.parent, path
    if path.is_dir():
        return path, split_file
    near = difflib.get_close_matches(source, LABELLED, n=1)
    hint = f"did you mean {near[0]}?" if near else f"labelled corpora are {', '.join(LABELLED)}"
    raise MusicRNNError(f"{source} is neither a folder, a split CSV nor a labelled corpus: {hint}")


def _one_kind(
    files: Sequence[LabelledFile], like: LabelledMaterial | None
) -> tuple[list[LabelledFile], list[Refusal]]:
    """Sounds or scores, whichever are more (or what the model takes); the others are refused."""
    scores = [file for file in files if file.path.suffix.lower() in SCORES]
    sounds = [file for file in files if file.path.suffix.lower() not in SCORES]
    wants_scores = like.tokenizer is not None if like else len(scores) > len(sounds)
    kept, others = (scores, sounds) if wants_scores else (sounds, scores)
    kind = "scores" if wants_scores else "sounds"
    return kept, [Refusal(file.name, f"this model is of {kind} alone") for file in others]


def _sound_example(file: LabelledFile, recipe: LogMel) -> Example:
    return Example(file.name, file.label, file.split, partial(_hear, file.path, recipe))


def _hear(path: Path, recipe: LogMel) -> Windows:
    windows = list(sound_windows(path, recipe, hop_seconds=recipe.window_seconds))
    heard = tuple(window.values for window in windows if window.refused is None)
    if not heard:
        raise MusicRNNError(str(windows[0].refused))
    return heard


def _score_examples(
    files: Sequence[LabelledFile], tokenizer: Tokenizer | None
) -> tuple[list[Example], Tokenizer, list[Refusal]]:
    read: list[tuple[LabelledFile, Any]] = []
    refused: list[Refusal] = []
    for file in files:
        try:
            score = read_midi(file.path)
            if score.note_count == 0:
                raise MusicRNNError("it has no note")
            read.append((file, score))
        except MusicRNNError as error:
            refused.append(Refusal(file.name, str(error)))
    chosen = tokenizer or suitable_tokenizer(
        [score for file, score in read if file.split == "train"]
    )
    examples = [
        Example(file.name, file.label, file.split, partial(_tokenize, chosen, score))
        for file, score in read
    ]
    return examples, chosen, refused


def _tokenize(tokenizer: Tokenizer, score: Any) -> Windows:
    return tuple(window.values for window in score_windows(tokenizer.encode(score)))


def _read(
    examples: Sequence[Example], labels: Sequence[str]
) -> tuple[dict[Split, list[Recording]], list[Refusal]]:
    index = {label: number for number, label in enumerate(labels)}
    recordings: dict[Split, list[Recording]] = {"train": [], "valid": [], "test": []}
    refused: list[Refusal] = []
    for example in examples:
        try:
            if example.label not in index:
                raise MusicRNNError(f"the model does not know the label {example.label!r}")
            windows = example.read()
        except MusicRNNError as error:
            refused.append(Refusal(example.name, str(error)))
            continue
        recordings[example.split].append(Recording(example.name, index[example.label], windows))
    return recordings, refused


def _refuse_empty(material: LabelledMaterial, refused: Sequence[Refusal]) -> None:
    reasons = Counter(refusal.reason for refusal in refused).most_common(3)
    listed = "; ".join(f"{count} x {reason}" for reason, count in reasons) or "no file was left out"
    for split, recordings in (("train", material.train), ("valid", material.valid)):
        if not recordings:
            raise MusicRNNError(f"no recording is left in the {split} split ({listed})")
    learned = {recording.label for recording in material.train}
    if missing := [name for i, name in enumerate(material.labels) if i not in learned]:
        raise MusicRNNError(
            f"no recording is left to learn {', '.join(missing[:3])} from ({listed})"
        )


def _own_card(name: str, split_file: Path | None) -> Card:
    return Card(
        name=name,
        title=f"labelled recordings of the folder {name}",
        holds="sounds",
        source="the user's own files",
        licence="the user's to know",
        split=f"as listed in {split_file.name}" if split_file else "sha256 of content, 70/15/15",
    )


def _description(
    card: Card, recordings: dict[Split, list[Recording]], labels: Sequence[str], refused: int
) -> dict[str, Any]:
    digest = hashlib.sha256()
    for split in ("train", "valid", "test"):
        for recording in recordings[split]:
            digest.update(f"{split} {labels[recording.label]} ".encode())
            for window in recording.windows:
                digest.update(np.ascontiguousarray(window).tobytes())
    return {
        "corpora": [
            {"name": card.name, "source": card.source, "licence": card.licence, "split": card.split}
        ],
        "recordings": {split: len(found) for split, found in recordings.items()},
        "refused": refused,
        "sha256_of_windows": digest.hexdigest(),
    }
