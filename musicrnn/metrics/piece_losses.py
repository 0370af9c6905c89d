"""What a loss is made of, piece by piece: its interval, and a second model beside it.

Conventions. Losses are nats where nothing else is said, lower is better. A figure is the losses of
all pieces by all that is counted of them (tokens, notes ...), never a mean of the pieces' means.
Where pieces are alike in groups, such as those of one game, groups are drawn and flipped whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from musicrnn.arrays import Float64Array
from musicrnn.errors import MusicRNNError
from musicrnn.metrics.bootstrap import Interval, ratio_interval, sign_flip_p
from musicrnn.metrics.paired import PairedDifference, common

MAX_NOTES_APART = 0.05  # a model that reads repeats as played hears other music
MODEL = "model"  # its name among the forecasters


@dataclass(frozen=True, eq=False)
class PieceLosses:
    """``losses`` [N] by forecaster, the model and its baselines; ``counts`` [N] by unit, the first
    is that of the figure.

    ``encoding`` says how pieces are written, as JSON: losses a unit compare where it is the same.
    ``called`` is what a loss is measured in.
    """

    names: Sequence[str]
    losses: Mapping[str, Float64Array]
    counts: Mapping[str, Float64Array]
    encoding: Any = None
    groups: Sequence[str] = ()
    called: str = "nats"

    @property
    def unit(self) -> str:
        return next(iter(self.counts))

    def figure(self, unit: str, of: str = MODEL) -> float | None:
        """The loss a unit; None where there is none."""
        count = float(self.counts[unit].sum())
        return float(self.losses[of].sum()) / count if count else None

    def interval(self, unit: str, of: str = MODEL) -> Interval | None:
        """Of the same; None of a single piece or group, too."""
        if not self.counts[unit].any():
            return None
        return ratio_interval(self._grouped(self.losses[of]), self._grouped(self.counts[unit]))

    def as_json(self) -> list[dict[str, Any]]:
        """An object a piece: name, what is counted, the loss, and that of each baseline."""
        others = [name for name in self.losses if name != MODEL]
        return [
            {
                "name": name,
                **({"group": self.groups[at]} if self.groups else {}),
                **{f"{unit}s": int(count[at]) for unit, count in self.counts.items()},
                self.called: float(self.losses[MODEL][at]),
                "baselines": {other: float(self.losses[other][at]) for other in others},
            }
            for at, name in enumerate(self.names)
        ]

    def against(self, other: PieceLosses) -> PairedDifference:
        """This model beside another on the pieces that both can read: the loss a unit, or a note
        where pieces are written in other tokens.

        Raises:
            MusicRNNError: no piece in common, or other tokens without notes.
        """
        pairs = common(self.names, other.names)
        mine, theirs = (np.array(places) for places in zip(*pairs, strict=True))
        unit, counts, note = self._compared(other, mine, theirs)
        losses = self.losses[MODEL][mine], other.losses[MODEL][theirs]
        groups = [self.groups[at] for at, _ in pairs] if self.groups else []
        differences = _summed(losses[0] - losses[1], groups)
        total = float(counts.sum())
        left_out = len(self.names) + len(other.names) - 2 * len(pairs)
        return PairedDifference(
            figure=f"{self.called} a {unit}",
            example="group" if groups else "piece",
            n=len(differences),
            first=float(losses[0].sum()) / total,
            second=float(losses[1].sum()) / total,
            difference=float(differences.sum()) / total,
            interval=ratio_interval(differences, _summed(counts, groups)),
            p=sign_flip_p(differences),
            test="sign-flip permutation test, two-sided",
            counts={"left_out_because_one_model_cannot_read_them": left_out} if left_out else {},
            note=note,
        )

    def _compared(
        self, other: PieceLosses, mine: Any, theirs: Any
    ) -> tuple[str, Float64Array, str]:
        """The unit, its counts, and what is to be said of it."""
        counts = self.counts[self.unit][mine]
        if self.encoding == other.encoding and self.unit == other.unit:
            if not np.array_equal(counts, other.counts[self.unit][theirs]):
                raise MusicRNNError(
                    f"the models count other {self.unit}s in pieces of the same names: the data "
                    "changed between both readings"
                )
            return self.unit, counts, ""
        heard = [
            each.counts["note"][at] if "note" in each.counts else np.zeros(1)
            for each, at in ((self, mine), (other, theirs))
        ]
        few, many = sorted(float(notes.sum()) for notes in heard)
        if few < (1 - MAX_NOTES_APART) * many or not few:
            raise MusicRNNError(
                f"the models' tokens are not the same, and the notes that they hold are "
                f"{heard[0].sum():,.0f} and {heard[1].sum():,.0f}, which must be within "
                f"{MAX_NOTES_APART:.0%} to compare nats a note: take two models of the same tokens"
            )
        note = (
            "the models' tokens are not the same: nats of all tokens by the notes of the first "
            f"(they hold {heard[0].sum():,.0f} and {heard[1].sum():,.0f} notes); what tokens tell "
            "of a note may differ"
        )
        return "note", heard[0], note

    def _grouped(self, values: Float64Array) -> Float64Array:
        return _summed(values, self.groups)


def numbered(n: int) -> list[str]:
    """Names of pieces that have none: their numbers, from 1."""
    return [str(number) for number in range(1, n + 1)]


def _summed(values: Float64Array, groups: Sequence[str]) -> Float64Array:
    """The sums of groups, or the values themselves where there are none."""
    if not groups:
        return values
    place = np.unique(groups, return_inverse=True)[1]
    return np.bincount(place, weights=values).astype(np.float64)
