"""From windows to the probabilities of labels, outside training.

Conventions. Windows are float32 frames [T, F] in dB or integer tokens [N]; logits are the
classifier's mean log-probabilities [windows, K]; a recording's probabilities [K] are those of its
windows, averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from musicrnn.fillers import real
from musicrnn.networks.classifier import Classifier, padded
from musicrnn.threads import suited_threads


def window_logits(
    model: Classifier, windows: Sequence[NDArray[Any]], *, batch: int = 16
) -> NDArray[np.float32]:
    """[N, K]; the model must be in evaluation mode."""
    rows: list[NDArray[np.float32]] = []
    for start in range(0, len(windows), batch):
        inputs, lengths = padded(windows[start : start + batch])
        with torch.no_grad(), suited_threads(model, len(inputs)):
            logits = model.logits(inputs.to(model.device), lengths.to(model.device))
        rows.append(logits.float().cpu().numpy())
    return np.concatenate(rows)


def mean_probabilities(
    logits: NDArray[np.float32], temperature: float = 1.0
) -> NDArray[np.float64]:
    """[windows, K] -> [K]: softmax at a temperature, averaged over the windows."""
    return probabilities(logits, temperature).mean(axis=0)


def among_real(
    told: NDArray[np.float64], truth: Sequence[int], labels: Sequence[str]
) -> tuple[NDArray[np.float64], list[int]]:
    """Of [n, K] the recordings that have a label, and the labels that are no filler: probabilities
    among these, rows summing to 1, and where each right label stands among them."""
    kept = real(labels)
    places = {label: place for place, label in enumerate(kept)}
    rows = [row for row, label in enumerate(truth) if label in places]
    found = told[rows][:, kept]
    found = found / np.maximum(found.sum(axis=1, keepdims=True), 1e-12)
    return found, [places[truth[row]] for row in rows]


def probabilities(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float64]:
    """Softmax at a temperature, [windows, K]."""
    scaled = logits.astype(np.float64) / temperature
    scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return scaled / scaled.sum(axis=1, keepdims=True)
