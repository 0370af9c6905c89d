"""What a detector fires where no word is spoken: on the other sounds of a split.

Conventions. Probabilities float32 [S, K] a kind of sound, calibrated. An hour of everyday sound is
made up of the kinds by SHARES, or of those that are at hand: false accepts an hour are counted for
it, so that a threshold does not depend on how much of each kind there happened to be. Without
speech there is no such hour: what is never taken for a word in music says nothing of talk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.fillers import is_filler
from musicrnn.networks.detector import Average, DetectorSettings, Trigger
from musicrnn.networks.words import WordsModel
from musicrnn.networks.words_config import FRAMES_A_STEP
from musicrnn.training.words.data import Other
from musicrnn.training.words.stream import hear_sound

LEAST = 0.7  # probability from which a word counts as heard
ADDED = 0.5  # of the mean count, to each word's
FEWEST = 20  # words heard, to tell their rates apart
SHARES = {"sentences": 0.45, "music": 0.45, "words": 0.1}
SPEECH = {"sentences", "words"}


def everyday_kinds(kinds: Iterable[str]) -> list[str]:
    """Those of the kinds that make up an hour of everyday sound; none where there is no speech."""
    found = set(kinds)
    return [kind for kind in SHARES if kind in found] if found & SPEECH else []


@dataclass(frozen=True, eq=False)
class HeardOthers:
    """A network's probabilities on other sounds, by kind."""

    kinds: dict[str, NDArray[np.float32]]
    labels: tuple[str, ...]
    step_seconds: float

    @property
    def hours(self) -> float:
        """Of all kinds together."""
        return sum(map(len, self.kinds.values())) * self.step_seconds / 3600

    def margins(self, smoothing: float) -> dict[str, float]:
        """How much surer than another a word must be, log-odds, so that all are heard equally often
        in other sound: their counts at LEAST, some added to each, and the mean of how far beyond it
        they go, which is the scale of an exponential tail."""
        counts, beyond = np.zeros(len(self.labels)), list[float]()
        for told in self.kinds.values():
            averages = Average(smoothing, len(self.labels), self.step_seconds).push(told)
            best = averages.argmax(1)
            begins = np.flatnonzero(np.diff(best, prepend=-1))
            tops = np.maximum.reduceat(averages[np.arange(len(best)), best], begins)
            for label, top in zip(best[begins].tolist(), tops.tolist(), strict=True):
                if top >= LEAST and not is_filler(self.labels[label]):
                    counts[label] += 1
                    beyond.append(_log_odds(top) - _log_odds(LEAST))
        words = [index for index, label in enumerate(self.labels) if not is_filler(label)]
        mean = float(counts[words].mean())
        if len(beyond) < FEWEST:
            return {}
        margins = np.mean(beyond) * np.log((counts + ADDED * mean) / ((1 + ADDED) * mean))
        return {self.labels[index]: round(float(margins[index]), 3) for index in words}

    def false_accepts(self, settings: DetectorSettings) -> float:
        """An hour of everyday sound."""
        rates: dict[str, float] = {}
        for kind, told in self.kinds.items():
            average = Average(settings.smoothing, len(self.labels), self.step_seconds).push(told)
            events = Trigger(settings, self.labels, self.step_seconds).push(average)
            rates[kind] = len(events) / (len(told) * self.step_seconds / 3600)
        whole = sum(SHARES[kind] for kind in rates)
        return sum(SHARES[kind] * rate for kind, rate in rates.items()) / whole


def hear_others(
    model: WordsModel,
    recipe: CausalLogMel,
    others: Sequence[Other],
    *,
    labels: Sequence[str],
    temperature: float,
) -> HeardOthers | None:
    """Listen to everyday sound; None where there is no such. The model in evaluation mode."""
    kinds: dict[str, NDArray[np.float32]] = {}
    for kind in everyday_kinds(other.kind for other in others):
        own = [other.samples for other in others if other.kind == kind]
        told = hear_sound(model, recipe, np.concatenate(own), temperature=temperature)
        kinds[kind] = told.reshape(-1, told.shape[2])
    step_seconds = FRAMES_A_STEP * recipe.frame_seconds
    return HeardOthers(kinds, tuple(labels), step_seconds) if kinds else None


def joined_others(heard: Sequence[HeardOthers]) -> HeardOthers | None:
    """What several networks of the same labels heard, one after the other; None of none."""
    if not heard:
        return None
    kinds = {kind: np.concatenate([each.kinds[kind] for each in heard]) for kind in heard[0].kinds}
    return HeardOthers(kinds, heard[0].labels, heard[0].step_seconds)


def _log_odds(probability: float) -> float:
    least = min(probability, 1 - 1e-6)
    return float(np.log(least) - np.log1p(-least))
