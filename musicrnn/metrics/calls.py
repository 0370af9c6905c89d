"""What a classifier calls each recording: one by one, and beside a second classifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from musicrnn.metrics.bootstrap import ratio_interval
from musicrnn.metrics.paired import ACCURACY, PairedDifference, common, mcnemar_p


@dataclass(frozen=True)
class Calls:
    """The label of each recording, what it is called, and the nats of the right label."""

    names: Sequence[str]
    truth: Sequence[str]
    called: Sequence[str]
    nats: Sequence[float]

    def as_json(self) -> list[dict[str, Any]]:
        """An object a recording: name, label, called, nats."""
        columns = zip(self.names, self.truth, self.called, self.nats, strict=True)
        return [
            {"name": name, "label": label, "called": called, "nats": nats}
            for name, label, called, nats in columns
        ]

    def against(self, other: Calls) -> PairedDifference:
        """The accuracy of both on the recordings that both can hear.

        Raises:
            MusicRNNError: there is none.
        """
        pairs = common(self.names, other.names)
        right = np.array([(self._right(at), other._right(place)) for at, place in pairs])
        alone = right & ~right[:, ::-1]  # [n, 2]: the first alone, the second alone
        first_alone, second_alone = alone.sum(axis=0).tolist()
        differences = right[:, 0].astype(np.float64) - right[:, 1]
        first, second = right.mean(axis=0).tolist()
        counts = {
            "right_by_the_first_alone": first_alone,
            "right_by_the_second_alone": second_alone,
        }
        if left_out := len(self.names) + len(other.names) - 2 * len(pairs):
            counts["left_out_because_one_model_cannot_read_them"] = left_out
        return PairedDifference(
            figure=ACCURACY,
            example="recording",
            n=len(pairs),
            first=first,
            second=second,
            difference=first - second,
            interval=ratio_interval(differences, np.ones(len(pairs))),
            p=mcnemar_p(first_alone, second_alone),
            test="McNemar's exact test, two-sided",
            counts=counts,
        )

    def _right(self, at: int) -> bool:
        return self.truth[at] == self.called[at]
