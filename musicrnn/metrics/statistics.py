"""Statistics of one piece: those that are usual for generated music.

Conventions. Times in quarters, pitches in semitones, shares in 0..1. Pitch statistics leave drums
out; rhythm statistics take all notes. A statistic that a piece cannot have (the pitch range of a
drum solo, the mean interval between onsets of a single note) is NaN.

Sources: [MuseGAN] Dong et al., AAAI 2018; [MusPy] Dong et al., ISMIR 2020; [YL] Yang and Lerch,
"On the evaluation of generative models in music", Neural Computing and Applications 32, 2020;
[WY] Wu and Yang, "The Jazz Transformer on the front line", ISMIR 2020.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from musicrnn.arrays import Float64Array
from musicrnn.key import key_of_pitch_classes, scale_of
from musicrnn.metrics.notes import Integers, NoteArrays
from musicrnn.metrics.repetition import longest_bar_run, longest_note_run
from musicrnn.score import Score

LENGTH_CLASSES = (1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1.0, 1.5, 2.0, 3.0, 4.0)
GROOVE_STEPS = 4  # onset positions a quarter: 16 in a bar of 4/4
NAN = math.nan


@dataclass(frozen=True, eq=False)
class Statistics:
    """The numbers of one piece; each field says what it is and whose definition it follows."""

    bars: int
    """Bars from the beginning to the end of the last note."""
    note_count: int
    """Notes, drums too [YL, NC]."""
    notes_a_bar: float
    """Notes by bars [YL, NC/bar]."""
    pitch_range: float
    """Highest minus lowest pitch [YL, PR; MusPy]."""
    pitch_count: float
    """Distinct pitches [YL, PC; MusPy n_pitches_used]."""
    pitch_classes: float
    """Distinct pitch classes [MuseGAN, UPC; MusPy]."""
    pitch_class_entropy: float
    """Entropy of the pitch classes, each note counted once, in bits (0 to 3.585) [WY; MusPy]."""
    in_scale_share: float
    """Share of notes in the scale of the estimated key [MusPy scale consistency, there the best of
    24 scales; here the one of musicrnn.key]."""
    pitch_interval: float
    """Mean absolute interval between successive notes in (start, pitch) order [YL, PI]."""
    polyphony: float
    """Mean number of pitched notes that sound while any sounds [MusPy]."""
    polyphony_rate: float
    """Share of the piece's time in which two or more pitched notes sound [MuseGAN; MusPy]."""
    drum_sounds: float
    """Distinct pitches of the drum tracks."""
    inter_onset: float
    """Mean time between successive different onset times [YL, IOI]."""
    duration: float
    """Mean duration of the pitched notes, as written (a pedal does not lengthen them)."""
    velocity: float
    """Mean velocity, 1 to 127."""
    empty_bar_share: float
    """Share of bars in which no note sounds [MuseGAN, EB; MusPy]."""
    groove_consistency: float
    """1 minus the mean share of onset positions (sixteenths) in which neighbouring bars of equal
    length differ [MusPy groove_consistency, after WY's grooving similarity]."""
    longest_note_run: int
    """See musicrnn.metrics.repetition."""
    longest_bar_run: int
    """See musicrnn.metrics.repetition."""
    silent: bool
    """True when there is no note at all."""
    pitch_class_histogram: Float64Array
    """[12], shares of the notes from C to B; NaN without pitched notes [YL, PCH]."""
    duration_histogram: Float64Array
    """[12], shares of the pitched notes by the nearest of LENGTH_CLASSES on a logarithmic scale,
    what is longer in the last class [YL, NLH, whose classes have no triplet-sixteenth]."""
    inter_onset_histogram: Float64Array
    """[12], the same of the times between successive onset times [YL, IOI]."""


def statistics(score: Score | NoteArrays) -> Statistics:
    """All statistics of one piece."""
    notes = score if isinstance(score, NoteArrays) else NoteArrays.of(score)
    pitched = notes.where(~notes.drum)
    quarter = notes.ticks_per_quarter
    bars = len(notes.bars) - 1
    classes = np.bincount(pitched.pitch % 12, minlength=12)
    time = np.bincount(pitched.pitch % 12, weights=pitched.duration, minlength=12)
    onsets = np.unique(notes.start)
    between = np.diff(onsets) / quarter
    sounding, several = _sounding_times(pitched)
    end = int(notes.end.max()) if len(notes) else 0
    some = len(pitched) > 0
    return Statistics(
        bars=bars,
        note_count=len(notes),
        notes_a_bar=len(notes) / bars,
        pitch_range=float(np.ptp(pitched.pitch)) if some else NAN,
        pitch_count=len(np.unique(pitched.pitch)) if some else NAN,
        pitch_classes=int(np.count_nonzero(classes)) if some else NAN,
        pitch_class_entropy=_entropy(classes) if some else NAN,
        in_scale_share=_share(classes[scale_of(key_of_pitch_classes(time))].sum(), len(pitched)),
        pitch_interval=_mean(np.abs(np.diff(pitched.pitch))),
        polyphony=_share(pitched.duration.sum(), sounding),
        polyphony_rate=_share(several, end) if some else NAN,
        drum_sounds=len(np.unique(notes.pitch[notes.drum])) if notes.drum.any() else NAN,
        inter_onset=_mean(between),
        duration=_mean(pitched.duration / quarter),
        velocity=_mean(notes.velocity),
        empty_bar_share=_empty_bars(notes) / bars,
        groove_consistency=_groove_consistency(notes),
        longest_note_run=longest_note_run(notes),
        longest_bar_run=longest_bar_run(notes),
        silent=len(notes) == 0,
        pitch_class_histogram=classes / len(pitched) if some else np.full(12, NAN),
        duration_histogram=length_histogram(pitched.duration / quarter),
        inter_onset_histogram=length_histogram(between),
    )


def _mean(values: Integers | Float64Array) -> float:
    return float(values.mean()) if len(values) else NAN


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else NAN


def _entropy(counts: Integers) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def length_histogram(quarters: Float64Array) -> Float64Array:
    if not len(quarters):
        return np.full(len(LENGTH_CLASSES), NAN)
    logarithms = np.log(LENGTH_CLASSES)
    borders = (logarithms[1:] + logarithms[:-1]) / 2
    nearest = np.searchsorted(borders, np.log(quarters))
    return np.bincount(nearest, minlength=len(LENGTH_CLASSES)) / len(quarters)


def _sounding_times(notes: NoteArrays) -> tuple[int, int]:
    """Ticks in which at least one, and at least two, notes sound."""
    times = np.concatenate([notes.start, notes.end])
    steps = np.repeat(np.array([1, -1]), len(notes))
    order = np.argsort(times, kind="stable")
    sounding = np.cumsum(steps[order])[:-1]
    lengths = np.diff(times[order])
    return int(lengths[sounding >= 1].sum()), int(lengths[sounding >= 2].sum())


def _empty_bars(notes: NoteArrays) -> int:
    begun = np.searchsorted(notes.start, notes.bars[1:], side="left")
    over = np.searchsorted(np.sort(notes.end), notes.bars[:-1], side="right")
    return int(np.count_nonzero(begun == over))


def _groove_consistency(notes: NoteArrays) -> float:
    lengths = np.diff(notes.bars)
    steps = np.maximum(1, np.ceil(lengths * GROOVE_STEPS / notes.ticks_per_quarter)).astype(int)
    bar, position = notes.positions(GROOVE_STEPS)
    grid = np.zeros((len(lengths), int(steps.max())), dtype=np.bool_)
    grid[bar, np.minimum(position, steps[bar] - 1)] = True
    alike = lengths[1:] == lengths[:-1]
    if not alike.any():
        return NAN
    different = np.count_nonzero(grid[1:] != grid[:-1], axis=1) / steps[1:]
    return 1.0 - float(different[alike].mean())
