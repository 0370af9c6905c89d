"""Going on from another model: a training that begins with its encoding, sizes and weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.pretrained import load_model, model_path
from musicrnn.training.data import DataRequest, TrainingData
from musicrnn.training.protocol import Task
from musicrnn.training.task import task_of

GENTLER = 0.25  # of the learning rate that a new network has


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
        return {"hears", *self.checkpoint.entry("model")} - {"dropout"}

    def check(self, settings: Any) -> None:
        """Raises:
        MusicRNNError: they are of another network than this model is.
        """
        own, kept = self.settings, self.kept
        for each in fields(own):
            if each.name in kept:
                old, new = getattr(own, each.name), getattr(settings, each.name)
                if each.name == "layer":
                    old, new = old.as_json(), new.as_json()
                self._same(each.name, old, new)

    def _same(self, name: str, old: Any, new: Any) -> None:
        if old != new:
            raise MusicRNNError(
                f"{name} is {old} in {self.name} and stays so when a training goes on from it, "
                f"got {new}"
            )

    def network(self, data: TrainingData, settings: Any) -> Any:
        """The network of such data and settings, with this model's weights.

        Raises:
            MusicRNNError: the data or settings make another network than this model is.
        """
        from musicrnn.networks.network import load_strictly

        wanted = self.task.config(data, settings)
        model = type(wanted).from_json(self.checkpoint.entry("model"))
        before = {**model.as_json(), "labels": self.checkpoint.metadata.get("labels")}
        now = {**wanted.as_json(), "labels": self.task.header(data, settings).get("labels")}
        for name, value in now.items():
            if name != "dropout":
                self._same(name, before[name], value)
        network = self.task.build(data, settings)
        load_strictly(network, self.checkpoint.arrays)
        return network
