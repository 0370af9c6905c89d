"""Labelled recordings made ready to learn from: found, split, heard or tokenized, described.

DATA is the name of a corpus of recordings, a folder a label of audio or of MIDI files, or a split
file (CSV with the columns file,label,split) whose files are named from its own folder. A folder
with both audio and MIDI is taken for what most of its files are. Every file left out is listed with
its reason.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.features.logmel import LogMel
from musicrnn.fillers import NONE, is_filler, real
from musicrnn.io.notes import read_piece
from musicrnn.listening.windows import score_windows, sound_token_windows, sound_windows
from musicrnn.sources.corpus import Example, LabelledFile, Windows, own_card
from musicrnn.sources.find import corpus_folder
from musicrnn.sources.labelled_folder import SCORES, labelled_files, refuse_strange
from musicrnn.sources.learnt import WHOLE, Learnt, said_of
from musicrnn.sources.named import named
from musicrnn.sources.none_of_these import NoneOfThese
from musicrnn.sources.other_sounds import SoundsAtHand
from musicrnn.tokens import Tokenizer
from musicrnn.tokens.changed import changed
from musicrnn.tokens.choose import suitable_tokenizer
from musicrnn.tokens.sound import SOUND_TOKENIZERS, USUAL, SoundTokenizer
from musicrnn.training.classify.data import RecordingData, nothing_else
from musicrnn.training.classify.recording import Recording
from musicrnn.training.data import (
    SPLITS,
    DataRequest,
    SkippedFile,
    Split,
    briefly,
    described,
    few,
    reasons,
    skipping,
)
from musicrnn.training.task import Task

Others = Callable[[Split], Sequence[Recording]]


def read_recordings(task: Task, request: DataRequest, like: Checkpoint | None) -> RecordingData:
    """Examples are Recordings; ``encoding`` is the LogMel or the Tokenizer that made them.

    Raises:
        MusicRNNError: neither a corpus nor a folder, or several; nothing usable in a split; a label
            that the model does not know.
    """
    source = one_source(request)
    said: list[str] = []
    encoding, labels = _of_model(task, like)
    if encoding is None and request.tokens is not None:
        encoding = SOUND_TOKENIZERS[request.tokens](**USUAL.get(request.tokens, {}))
    if source in named().labelled:
        corpus = named().labelled[source]
        if encoding not in (None, corpus.recipe):
            raise MusicRNNError(f"the model does not hear what {source} holds: another recipe")
        encoding, card = corpus.recipe, corpus.card
        examples = list(corpus.examples(corpus_folder(source, request.folder)))
        refused: list[SkippedFile] = []
    else:
        root, split_file = _root(source, request.split_file)
        learnt = None if like is None else Learnt.by(like, whole=request.whole)
        files, refused = labelled_files(root, split_file, learnt)
        whole = not split_file and learnt and learnt.strange(root, (f.digest for f in files))
        files, of_other_kind = _one_kind(files, encoding)
        refused += of_other_kind
        name = root.resolve().name
        title = f"labelled recordings of the folder {name}"
        split = f"as listed in {split_file.name}" if split_file else "sha256 of content, 70/15/15"
        split = WHOLE if whole else split
        card = own_card(name, title, holds="sounds", split=split, files=files)
        if files and files[0].path.suffix.lower() in SCORES:
            known = encoding if isinstance(encoding, Tokenizer) else None
            examples, encoding, unread = _score_examples(files, known, said)
            refused += unread
        else:
            encoding = encoding or LogMel()
            heard = partial(_hear, recipe=encoding, said=said, convert=bool(request.convert))
            examples = [Example(f.name, f.label, f.split, partial(heard, f)) for f in files]
    names = labels or tuple(sorted({e.label for e in examples}, key=lambda n: (is_filler(n), n)))
    if not {example.label for example in examples} & {*names}:
        refuse_strange((example.label for example in examples), names, "labels")
    with_others = _asks_for_none(request, source, like)
    if with_others and like is None and not isinstance(encoding, LogMel):
        raise MusicRNNError(
            f"what is none of these can be learnt beside sound alone, and {source} is read as "
            "tokens: leave it out, or put what has none of the labels into a folder _none_"
        )
    if with_others and NONE not in names:
        names = (*names, NONE)
    recordings, unheard = _read(examples, names)
    refused += unheard
    others: Others = nothing_else
    at_hand = SoundsAtHand.find(request.folder)
    if with_others and isinstance(encoding, LogMel):
        others = _others(NoneOfThese(encoding, at_hand), names.index(NONE))
        if like is None:
            said.append(_said_of_none(at_hand))
    if like is None:
        _refuse_empty(recordings, names, refused, others=others is not nothing_else)
    every = [recording for split in SPLITS for recording in recordings[split]]
    arrays = [np.array([recording.label for recording in every])]
    arrays += [window for recording in every for window in recording.windows]
    counts = {"recordings": {split: len(found) for split, found in recordings.items()}}
    description = described([card], arrays, counts, len(refused))
    if others is not nothing_else:
        description["other_sounds"] = [briefly(corpus.card) for corpus in at_hand.spoken]
    told = [names[index] for index in real(names)]
    title = f"{counted(len(told), 'label')}: {listed(told)}{', or none of these' * (NONE in names)}"
    called: dict[Split, list[str]] = {
        split: [recording.name for recording in recordings[split]] for split in SPLITS
    }
    whole, said = card.split == WHOLE, [*said_of(card.name, card.split), *few(said)]
    found = (recordings, encoding, description, names, refused, title, called, said)
    return RecordingData(*found, whole=whole, others=others)


def _asks_for_none(request: DataRequest, source: str, like: Checkpoint | None) -> bool:
    """Whether recordings without a label join: where it is said, beside corpora, and to measure a
    model that has learnt from such."""
    if like is not None:
        data: Any = like.metadata.get("data")
        return isinstance(data, dict) and "other_sounds" in data
    if request.none_of_these is None:
        return source in named().labelled
    return request.none_of_these


def _others(found: NoneOfThese, label: int) -> Others:
    """Reads recordings without a label, when they are asked for."""

    def read(split: Split) -> list[Recording]:
        return [Recording(name, label, windows) for name, windows in found.read(split)]

    return cache(read)


def _said_of_none(at_hand: SoundsAtHand) -> str:
    if at_hand.spoken:
        return "what is none of these is learnt from speech and from sounds made by code"
    return (
        "what is none of these is learnt from sounds made by code alone: no corpus of speech is on "
        "this computer (musicrnn data list says how to get one)"
    )


def one_source(request: DataRequest) -> str:
    """The source that is asked for.

    Raises:
        MusicRNNError: there are several.
    """
    if len(request.sources) != 1:
        raise MusicRNNError(
            f"labels are learnt from one folder or corpus, got {len(request.sources)}: "
            f"{', '.join(request.sources)}"
        )
    return request.sources[0]


def _of_model(task: Task, like: Checkpoint | None) -> tuple[Any, tuple[str, ...]]:
    """The recipe or tokenizer of a model, and its labels; None and none without a model."""
    if like is None:
        return None, ()
    labeller: Any = task.labeller(like, "cpu")
    return labeller.encoding, labeller.labels


def _root(source: str, split_file: Path | None) -> tuple[Path, Path | None]:
    path = Path(source)
    if path.is_file() and path.suffix.lower() == ".csv":
        return path.parent, path
    if path.is_dir():
        return path, split_file
    names = [*named().labelled, *named().spoken]
    near = difflib.get_close_matches(source, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"labelled corpora are {listed(names)}"
    raise MusicRNNError(f"{source} is neither a folder, a split CSV nor a labelled corpus: {hint}")


def _one_kind(
    files: Sequence[LabelledFile], encoding: Any
) -> tuple[list[LabelledFile], list[SkippedFile]]:
    """Sounds or scores, whichever are more (or what the model takes); the others are refused."""
    scores = [file for file in files if file.path.suffix.lower() in SCORES]
    sounds = [file for file in files if file.path.suffix.lower() not in SCORES]
    more_scores = len(scores) > len(sounds)
    wants_scores = more_scores if encoding is None else isinstance(encoding, Tokenizer)
    kept, others = (scores, sounds) if wants_scores else (sounds, scores)
    kind = "scores" if wants_scores else "sounds"
    return kept, [SkippedFile(file.name, f"this model is of {kind} alone") for file in others]


def _hear(
    file: LabelledFile, recipe: LogMel | SoundTokenizer, said: list[str], convert: bool
) -> Windows:
    if isinstance(recipe, SoundTokenizer):
        windows = list(sound_token_windows(file.path, recipe, convert=convert))
    else:
        hop = recipe.window_seconds
        windows = list(sound_windows(file.path, recipe, hop_seconds=hop, convert=convert))
    said += [f"{file.name}: {sentence}" for window in windows for sentence in window.said]
    heard = tuple(window.values for window in windows if window.refused is None)
    if not heard:
        raise MusicRNNError(str(windows[0].refused))
    return heard


def _score_examples(
    files: Sequence[LabelledFile], tokenizer: Tokenizer | None, said: list[str]
) -> tuple[list[Example], Tokenizer, list[SkippedFile]]:
    read: list[tuple[LabelledFile, Any]] = []
    refused: list[SkippedFile] = []
    for file in files:
        with skipping(file.name, refused):
            score = read_piece(file.path)
            if score.note_count == 0:
                raise MusicRNNError("it has no note")
            read.append((file, score))
    chosen = tokenizer or suitable_tokenizer(
        [score for file, score in read if file.split == "train"]
    )
    examples: list[Example] = []
    for file, score in read:
        example = Example(file.name, file.label, file.split, partial(_tokenize, chosen, score))
        examples.append(example)
        sentences = (*score.said, *changed(score, chosen))
        said += [f"{file.name}: {sentence}" for sentence in sentences]
    return examples, chosen, refused


def _tokenize(tokenizer: Tokenizer, score: Any) -> Windows:
    return tuple(window.values for window in score_windows(tokenizer.encode(score)))


def _read(
    examples: Sequence[Example], labels: Sequence[str]
) -> tuple[dict[Split, list[Recording]], list[SkippedFile]]:
    index = {label: number for number, label in enumerate(labels)}
    recordings: dict[Split, list[Recording]] = {"train": [], "valid": [], "test": []}
    refused: list[SkippedFile] = []
    for example in examples:
        with skipping(example.name, refused):
            if example.label not in index:
                raise MusicRNNError(f"the model does not know the label {example.label!r}")
            recording = Recording(example.name, index[example.label], example.read())
            recordings[example.split].append(recording)
    return recordings, refused


def _refuse_empty(
    recordings: dict[Split, list[Recording]],
    labels: Sequence[str],
    refused: Sequence[SkippedFile],
    *,
    others: bool,
) -> None:
    listed = reasons(refused)
    for split in ("train", "valid"):
        if not recordings[split]:
            raise MusicRNNError(f"no recording is left in the {split} split ({listed})")
    learned = {recording.label for recording in recordings["train"]}
    fillers = {*range(len(labels))} - {*real(labels)}
    asked = [*real(labels), *(fillers if not others else ())]
    if missing := [labels[index] for index in asked if index not in learned]:
        raise MusicRNNError(
            f"no recording is left to learn {', '.join(missing[:3])} from ({listed})"
        )
