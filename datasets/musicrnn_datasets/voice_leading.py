"""The voice leading of generated pieces of four voices beside that of held-out human ones.

Conventions. What is counted: :mod:`musicrnn.metrics.voice_leading`. Ranges are those of the
training pieces. A piece that has not four voices with a track each is left out, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.tables import table
from musicrnn.metrics.voice_leading import Tally, VoiceLeading, voice_leading_of_all
from musicrnn.score import Score
from musicrnn.tokens.voices import GridPositions, sounding
from musicrnn.training.data import SkippedFile, skipping
from musicrnn.training.voices.data import voices_on_grid


@dataclass(frozen=True)
class LeadingComparison:
    """Tallies of ``n`` generated and ``held_out_n`` held-out pieces."""

    n: int
    held_out_n: int
    generated: VoiceLeading
    held_out: VoiceLeading
    refused: tuple[SkippedFile, ...]

    def as_json(self) -> dict[str, Any]:
        """Errors, occasions and rates (errors in 100 occasions) by side and kind."""
        found: dict[str, Any] = {"n": self.n, "held_out_n": self.held_out_n}
        for side in ("generated", "held_out"):
            tallies: VoiceLeading = getattr(self, side)
            found[side] = {
                name: {**asdict(tally), "rate": tally.rate}
                for name, tally in tallies.tallies().items()
            }
        return found

    def as_text(self) -> str:
        """Errors of voice leading in 100 occasions."""
        held_out = self.held_out.tallies()
        rows = [
            [name.replace("_", " "), _rate(tally), _count(tally), _rate(held_out[name]),
             _count(held_out[name])]
            for name, tally in self.generated.tallies().items()
        ]  # fmt: skip
        header = ["errors in 100 occasions", "generated", "n", "held out", "n"]
        return (
            f"voice leading of {self.n} generated and {self.held_out_n} held-out pieces\n\n"
            + table(header, rows)
            + "\n\noccasions: moves of two voices (parallels), sixteenths of neighbouring voices "
            "(crossings, spacing),\nleading tones in cadences, notes (range)"
        )


def _rate(tally: Tally) -> str:
    return "-" if tally.rate is None else f"{tally.rate:.2f}"


def _count(tally: Tally) -> str:
    return f"{tally.errors:,}/{tally.occasions:,}"


def compare_voice_leading(
    generated: Mapping[str, Score],
    held_out: Mapping[str, Score],
    training: Iterable[Score],
) -> LeadingComparison | None:
    """None where the first held-out piece, or no generated piece, has four voices.

    The training pieces, gone through once, give the ranges; without any the held-out ones do.
    """
    try:
        voices_on_grid(next(iter(held_out.values())))
    except (MusicRNNError, StopIteration):
        return None
    ours, refused = _all_pitches(generated)
    if not ours:
        return None
    human, _ = _all_pitches(held_out)
    known, _ = _all_pitches({str(number): score for number, score in enumerate(training)})
    heard = np.concatenate(known or human)
    ranges = [(int(line[line >= 0].min()), int(line.max())) for line in heard.T]
    return LeadingComparison(
        len(ours),
        len(human),
        voice_leading_of_all(ours, ranges),
        voice_leading_of_all(human, ranges),
        tuple(refused),
    )


def _all_pitches(scores: Mapping[str, Score]) -> tuple[list[GridPositions], list[SkippedFile]]:
    found: list[GridPositions] = []
    refused: list[SkippedFile] = []
    for name, score in scores.items():
        with skipping(name, refused, "no four voices: "):
            found.append(sounding(voices_on_grid(score)[0]))
    return found, refused
