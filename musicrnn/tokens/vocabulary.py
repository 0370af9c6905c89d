"""A vocabulary of event tokens in consecutive groups: "pitch" holds ids 40..167, and so on.

Groups keep the grammar fast: what may follow is a handful of slices of the id range.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError


class EventVocabulary:
    """Ids for (group, value) pairs, group after group, in the order given.

    Args:
        groups: the values of each group; ``{"bar": [None], "pitch": range(128)}`` gives the tokens
            ``bar``, ``pitch_0`` ... ``pitch_127``.
        spelled: names of a group's tokens where they are others.
    """

    def __init__(
        self,
        groups: Mapping[str, Sequence[Hashable]],
        spelled: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        self.span: dict[str, slice] = {}
        self.group: list[str] = []  # id -> group
        self.value: list[Any] = []  # id -> value
        names: list[str] = []
        self._id: dict[tuple[str, Hashable], int] = {}
        for group, values in groups.items():
            self.span[group] = slice(len(names), len(names) + len(values))
            for value in values:
                self._id[group, value] = len(self.value)
                self.group.append(group)
                self.value.append(value)
            own = (group if value is None else f"{group}_{_spell(value)}" for value in values)
            names.extend(spelled.get(group) or own)
        self.names = tuple(names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, pair: tuple[str, Hashable]) -> bool:
        return pair in self._id

    def id(self, group: str, value: Hashable = None) -> int:
        """The id of a token; KeyError if there is none."""
        return self._id[group, value]

    def count(self, ids: Iterable[int], *groups: str) -> int:
        """How many of the ids belong to one of the groups."""
        return sum(self.group[token] in groups for token in ids)


def check_velocity_bins(bins: int) -> None:
    """Raises MusicRNNError unless 128 velocities fall into so many equal bins."""
    if bins not in (1, 2, 4, 8, 16, 32, 64, 128):
        raise MusicRNNError(f"velocity_bins must be a power of two up to 128, got {bins}")


def bin_velocities(bins: int) -> NDArray[np.int64]:
    """[bins]: the velocity in the middle of each; ``velocity * bins // 128`` gives the bin. Of 128
    the first, which is no velocity, stands for 1."""
    return np.maximum(1, np.arange(64 // bins, 128, 128 // bins))


def _spell(value: Hashable) -> str:
    return "/".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
