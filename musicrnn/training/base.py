"""Going on from another model: a training that begins with its encoding, sizes and weights."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NoReturn

from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.pretrained import load_model, model_path
from musicrnn.training.data import DataRequest, TrainingData
from musicrnn.training.protocol import Task
from musicrnn.training.task import task_of

NONE = "none"  # in place of a base: random weights


@dataclass(frozen=True, eq=False)
class Base:
    """The model that a training begins with, as ``name``, a bundled model or a file."""

    name: str
    checkpoint: Checkpoint

    @classmethod
    def load(cls, name: str, verb: str, request: DataRequest, output: Path) -> Base:
        """Raises:
        MusicRNNError: no such model, one that ``verb`` does not train or that reads the data
            in other tokens than are asked for, or the very file to be written.
        """
        base = cls(name, load_model(name))
        if output.exists() and output.samefile(model_path(name)):
            raise MusicRNNError(
                f"{output} is what the training begins with, and what it goes on from when it is "
                "resumed: write to another file"
            )
        task = base.task
        if task.verb != verb:
            raise MusicRNNError(
                f"{name} {task.does}: go on from it with musicrnn train {task.verb}"
            )
        said = base.checkpoint.metadata.get("tokenizer")
        tokens = said.get("name") if isinstance(said, dict) else request.tokens
        if request.tokens not in (None, tokens):
            raise MusicRNNError(f"{name} reads music as {tokens}, got tokens {request.tokens!r}")
        return base

    @property
    def task(self) -> Task:
        return task_of(self.checkpoint)

    @property
    def sha256(self) -> str:
        """A fingerprint of its weights."""
        found = hashlib.sha256()
        for name in sorted(self.checkpoint.arrays):
            found.update(name.encode() + self.checkpoint.arrays[name].tobytes())
        return found.hexdigest()

    @property
    def settings(self) -> Any:
        """The task's settings, the sizes those of this model."""
        return self.task.settings_of(self.checkpoint)

    @property
    def kept(self) -> set[str]:
        """The names of the settings that stay those of this model."""
        sizes = self.task.network.Config.from_json(self.checkpoint.entry("model"))
        return {"hears", *sizes.as_json()} - {"dropout"}

    @property
    def corpora(self) -> list[Any]:
        """What it learnt from, and its own base before it, as their headers say."""
        data: Any = self.checkpoint.metadata.get("data")
        learnt: Any = data.get("corpora") if isinstance(data, dict) else None
        before: Any = self.checkpoint.metadata.get("before")
        return [each for part in (learnt, before) if isinstance(part, list) for each in part]

    def check(self, settings: Any) -> None:
        """Raises:
        MusicRNNError: they are of another network than this model is.
        """
        for name, old, new in self.differences(settings):
            self._refuse(name, old, new)

    def differences(self, settings: Any) -> list[tuple[str, Any, Any]]:
        """What of these settings is of another network: its name, this model's value, theirs."""
        own, kept, found = self.settings, self.kept, list[tuple[str, Any, Any]]()
        for each in fields(own):
            if each.name in kept:
                old, new = getattr(own, each.name), getattr(settings, each.name)
                if each.name == "layer":
                    old, new = old.as_json(), new.as_json()
                if old != new:
                    found.append((each.name, old, new))
        return found

    def _refuse(self, name: str, old: Any, new: Any) -> NoReturn:
        raise MusicRNNError(
            f"{name} is {old} in {self.name} and stays so when a training goes on from it, got "
            f"{new}"
        )

    def network(self, data: TrainingData, settings: Any) -> Any:
        """The network of such data and settings, with this model's weights.

        Where the kind may have other labels than its base, a label that both know keeps its row of
        the output layer, and the others begin at random.

        Raises:
            MusicRNNError: the data or settings make another network than this model is.
        """
        from musicrnn.networks.network import load_strictly

        wanted = self.task.config(data, settings)
        model = type(wanted).from_json(self.checkpoint.entry("model"))
        before = {**model.as_json(), "labels": self.checkpoint.metadata.get("labels")}
        now = {**wanted.as_json(), "labels": self.task.header(data, settings).get("labels")}
        free = {"dropout", "labels"} if self.task.labelled else {"dropout"}
        for name, value in now.items():
            if name not in free and before[name] != value:
                self._refuse(name, before[name], value)
        network = self.task.build(data, settings)
        arrays = dict(self.checkpoint.arrays)
        if self.task.labelled and now["labels"] != before["labels"]:
            fresh = network.arrays()
            for name in self.task.labelled:
                arrays[name] = _relabelled(
                    arrays[name], fresh[name], before["labels"] or (), now["labels"] or ()
                )
        load_strictly(network, arrays)
        return network


def _relabelled(
    rows: NDArray[Any], fresh: NDArray[Any], before: Sequence[str], now: Sequence[str]
) -> NDArray[Any]:
    """The fresh rows, a row a label, those of labels that were there before as they were."""
    found = fresh.copy()
    for index, label in enumerate(now):
        if label in before:
            found[index] = rows[before.index(label)]
    return found
