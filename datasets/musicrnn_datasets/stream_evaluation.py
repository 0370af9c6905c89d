"""Evaluate a word-spotting network on long recordings made of a split's clips.

Conventions. The stream of the split lasts ``hours``, one for every SNR; thresholds are chosen on a
stream of the validation split that is VALID_TIMES as long (so that half a false accept an hour can
be told from none), over all SNRs in turn, drawn with another seed, false accepts being those of an
hour of everyday sound of that split where there are such hours (musicrnn.training.words.wordless).
A folder that the model has not learnt from is measured on as a whole, at the threshold that it
listens at. Unknown speech is the split's own words turned round and, where ``unknown`` names a
corpus or a folder, half of it is words of that source's same split that the model does not know.
Apart from the stream stand hours in which none of the words is spoken
(:mod:`musicrnn_datasets.wordless`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.augmentation.stream import StreamSettings, StreamSource, stream
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.listening.header import number_of
from musicrnn.metrics.detection import Detection, FalseAccepts, Point, detection
from musicrnn.networks.detector import DetectorSettings
from musicrnn.sources.learnt import Learnt
from musicrnn.sources.readers import require_split
from musicrnn.sources.word_cache import decoded
from musicrnn.sources.words import find_words, prepare_words
from musicrnn.training.data import SkippedFile, Split
from musicrnn.training.task import task_of
from musicrnn.training.words.choice import Choice, choose, sweep
from musicrnn.training.words.stream import (
    HeardStream,
    StreamingCost,
    hear,
    hear_sound,
    streaming_cost,
)
from musicrnn.training.words.wordless import SHARES, HeardOthers, everyday_kinds, hear_others
from musicrnn_datasets.wordless import (
    CALLED,
    LEAST_HOURS,
    MOST_HOURS,
    MUSIC_HOURS,
    false_accepts,
    wordless,
)

VALID_TIMES = 3


@dataclass(frozen=True)
class StreamOptions:
    """What the streams are made of; ``snr`` in dB, a stream for each."""

    snr: tuple[float, ...] = (10.0,)
    hours: float = 1.0
    seed: int = 0
    unknown: str | None = None  # a corpus by name or a folder of other words
    backgrounds: Path | None = None  # a folder of further recordings without words
    wordless: float = MUSIC_HOURS  # hours of music among what holds no word; 0 leaves it all out

    def __post_init__(self) -> None:
        if self.wordless != 0 and not LEAST_HOURS <= self.wordless <= MOST_HOURS:
            raise MusicRNNError(
                f"hours of music without a word must be 0, or {LEAST_HOURS:g} to {MOST_HOURS:g}, "
                f"got {self.wordless:g}: in less there is nothing to count"
            )


@dataclass(frozen=True)
class StreamFigures:
    """One stream: at the threshold chosen now, at the model's own where it has one, at all.

    In ``det`` false accepts are those of an hour of everyday sound, where there are such hours.
    """

    snr: float
    chosen: Detection
    shipped: Detection | None
    det: tuple[Point, ...]


@dataclass(frozen=True)
class WordlessFigures:
    """Hours of one kind without a word: at the threshold chosen now, and at the model's own."""

    kind: str
    chosen: FalseAccepts
    shipped: FalseAccepts | None

    def as_json(self) -> dict[str, Any]:
        """By kind."""
        shipped = self.shipped.as_json() if self.shipped else None
        return {"kind": self.kind, **self.chosen.as_json(), "shipped": shipped}


@dataclass(frozen=True)
class StreamEvaluation:
    """Streams of a split, the detector chosen on validation, and the same split's clips.

    The detector was chosen on ``valid_hours`` made of words, and on ``other_hours`` of other sound.
    ``said`` are sentences on how the clips were split; ``whole``: all of a folder is in the stream.
    """

    hours: float
    seed: int
    streams: tuple[StreamFigures, ...]
    choice: Choice
    valid_hours: float
    other_hours: float
    shipped: DetectorSettings | None
    clips: StreamingCost
    wordless: tuple[WordlessFigures, ...]
    refused: tuple[SkippedFile, ...]
    said: tuple[str, ...]
    whole: bool

    @property
    def n(self) -> int:
        """The words that are spoken in all streams."""
        return sum(figures.chosen.n for figures in self.streams)

    def as_json(self) -> dict[str, Any]:
        """The figures of the first stream, those of all, and what they were made with."""
        streams = [
            {
                "snr": figures.snr,
                **asdict(figures.chosen),
                "shipped": asdict(figures.shipped) if figures.shipped else None,
                "det": [asdict(point) for point in figures.det],
            }
            for figures in self.streams
        ]
        return {
            **streams[0],
            "n": self.n,
            "snr": [figures.snr for figures in self.streams],
            "hours": self.hours,
            "seed": self.seed,
            "threshold": self.choice.settings.threshold,
            "detector": self.choice.settings.as_json(),
            "own_detector": self.shipped.as_json() if self.shipped else None,
            "valid": {
                "hours": self.valid_hours,
                "other_hours": self.other_hours,
                "detection": 1 - self.choice.point.miss,
                "false_accepts_an_hour": self.choice.point.false_accepts_an_hour,
                "met": self.choice.met,
            },
            "clips": asdict(self.clips),
            "wordless": [figures.as_json() for figures in self.wordless],
            "streams": streams,
        }


def evaluate_stream(
    checkpoint: Checkpoint,
    data: str,
    *,
    split: Split | None = None,
    options: StreamOptions | None = None,
    found: Path | None = None,
) -> StreamEvaluation:
    """How well a model file finds the words of ``data`` in long recordings; ``split`` None: of the
    test split, or of all of a folder that the model has not learnt from.

    Raises:
        MusicRNNError: the model spots no words or cannot be streamed, the split or the validation
            split has no words that it knows, or there is no speech in ``unknown``.
    """
    options = options or StreamOptions()
    settings = [StreamSettings(options.hours, (snr,)) for snr in options.snr]  # refused at once
    task = task_of(checkpoint)
    listener = task.listener(checkpoint)
    model, recipe, labels = task.load(checkpoint), listener.recipe, listener.labels
    temperature = number_of(checkpoint.metadata, "temperature", 1.0, 0.01, 100.0)
    own = checkpoint.metadata.get("detector")
    shipped = DetectorSettings.from_json(own) if own is not None else None
    own_point = listener.chosen.measured
    learnt = Learnt.by(checkpoint, whole=split is None and own_point is not None)
    split = split or "test"
    prepared = prepare_words(
        find_words(data, data=found, learnt=learnt),
        recipe=recipe,
        labels=labels,
        backgrounds=options.backgrounds,
    )
    require_split(task, prepared, split, model=checkpoint, source=data)

    def heard(where: Split, random: list[int], settings: StreamSettings) -> HeardStream:
        clips = prepared.examples[where]
        if not len(clips.labels):
            raise MusicRNNError(f"the {where} split holds no words to make a stream of")
        other = None
        if options.unknown is not None:
            other = _other(options.unknown, where, recipe, known=labels, found=found)
        spoken = [labels[label] for label in clips.labels]
        recordings = prepared.recordings[where]
        source = StreamSource(clips.sounds, spoken, recipe.rate, recordings, other)
        pieces = stream(np.random.default_rng(random), source, settings)
        return hear(model, recipe, pieces, labels=labels, temperature=temperature)

    if len(prepared.examples["valid"]) or own_point is None:
        hours = VALID_TIMES * options.hours
        others = prepared.others("valid") if options.wordless else ()
        everyday = hear_others(model, recipe, others, labels=labels, temperature=temperature)
        valid = heard("valid", [options.seed, 1], StreamSettings(hours, options.snr))
        choice, other_hours = choose(valid, everyday), everyday.hours if everyday else 0.0
    else:  # a folder that the model has not learnt from: the detector is what listen would take
        choice, sound = Choice(listener.settings, own_point, True, ()), listener.chosen.sound
        hours, other_hours = sound.stream or listener.chosen.hours, sound.other
    step, sounds = listener.step_seconds, dict[str, NDArray[np.float32]]()
    made = wordless(split, found, hours=options.wordless) if options.wordless else {}
    for kind, sound in made.items():
        sounds[kind] = hear_sound(model, recipe, sound, temperature=temperature)
    there = everyday_kinds(kind for kind in SHARES if CALLED.get(kind, kind) in sounds)
    kinds = {kind: sounds[CALLED.get(kind, kind)].reshape(-1, len(labels)) for kind in there}
    alone = HeardOthers(kinds, tuple(labels), step) if kinds else None
    streams: list[StreamFigures] = []
    for snr, each in zip(options.snr, settings, strict=True):
        sound = heard(split, [options.seed, 0], each)  # the same words and backgrounds at every SNR
        chosen = choice.settings
        streams.append(
            StreamFigures(
                snr,
                detection(sound.script, sound.events(chosen)),
                detection(sound.script, sound.events(shipped)) if shipped else None,
                sweep(sound, alone, chosen),
            )
        )
    clips = prepared.examples[split]
    cost = streaming_cost(model, recipe, clips.sounds, clips.labels, seed=options.seed)
    without: list[WordlessFigures] = []
    for kind, told in sounds.items():
        counted = partial(false_accepts, list(told), labels=labels, step_seconds=step)
        own_figures = counted(shipped) if shipped else None
        without.append(WordlessFigures(kind, counted(choice.settings), own_figures))
    return StreamEvaluation(
        options.hours, options.seed, tuple(streams), choice, hours, other_hours, shipped, cost,
        tuple(without), tuple(prepared.refused), tuple(prepared.said), prepared.whole,
    )  # fmt: skip


def _other(
    source: str, split: Split, recipe: CausalLogMel, *, known: Sequence[str], found: Path | None
) -> NDArray[np.int16]:
    clips = [
        clip
        for clip in find_words(source, data=found).clips
        if clip.split == split and clip.label not in known
    ]
    sounds = decoded(clips, rate=recipe.rate, samples=recipe.samples).sounds
    if not len(sounds):
        raise MusicRNNError(
            f"the {split} split of {source} holds no word that the model does not know"
        )
    return sounds
