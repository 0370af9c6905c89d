"""Comparing cells on pieces as tokens: nats a token of the language model that composes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.metrics.likelihood import fit_baselines
from musicrnn.models.language import LanguageModel
from musicrnn.models.language_config import LanguageConfig
from musicrnn.models.scoring import nats
from musicrnn.training.compose import ComposerSettings, Ids, Material, train_composer
from musicrnn.training.loop import Outcome, Watcher
from musicrnn.training.plan import Plan


@dataclass(frozen=True)
class TokenSettings:
    """Sizes of a language model but its hidden one, and of a batch; see ComposerSettings."""

    embedding: int = 64
    layers: int = 1
    dropout: float = 0.1
    rows: int = 32
    length: int = 128
    augment: bool = True


@dataclass(frozen=True, eq=False)
class TokenTask:
    """Implements Task: ids of three splits, of one tokenizer."""

    name: str
    material: Material
    test_pieces: Sequence[Ids]
    sizes: TokenSettings = field(default_factory=TokenSettings)

    unit = "token"

    def __post_init__(self) -> None:
        if not any(len(ids) > 1 for ids in self.test_pieces):
            raise MusicRNNError(
                f"{self.name} has no piece to test on: "
                f"{counted(len(self.material.train), 'piece')} to train, "
                f"{len(self.material.valid)} to validate and {len(self.test_pieces)} to test on"
            )
        self._config("lstm", 1)  # a wrong size is said before anything is run

    @property
    def vocabulary(self) -> int:
        return len(self.material.tokenizer.vocabulary)

    @property
    def baselines(self) -> dict[str, float]:
        return self._baselines

    @cached_property
    def _baselines(self) -> dict[str, float]:
        counted = fit_baselines(
            self.material.train, self.material.valid, vocabulary_size=self.vocabulary
        )
        return counted.nats(self.test_pieces)

    def settings(self) -> dict[str, Any]:
        digest = hashlib.sha256()
        for split in (self.material.train, self.material.valid, self.test_pieces):
            for ids in split:
                digest.update(f"{len(ids)} ".encode() + ids.tobytes())
        tokens = self.material.tokenizer.name
        return {
            "data": self.name, "tokens": tokens, "sha256": digest.hexdigest(), **asdict(self.sizes)
        }  # fmt: skip

    def parameters(self, cell: str, hidden: int) -> int:
        with torch.device("meta"):  # only counted
            model = LanguageModel(self._config(cell, hidden))
        return sum(p.numel() for p in model.parameters() if p.requires_grad)

    def train(
        self, cell: str, hidden: int, *, plan: Plan, output: Path, watcher: Watcher
    ) -> Outcome:
        settings = ComposerSettings(cell=cell, hidden=hidden, **asdict(self.sizes))
        return train_composer(self.material, output, settings=settings, plan=plan, watcher=watcher)

    def measure(self, model: Path) -> tuple[float, float]:
        checkpoint = Checkpoint.load(model)
        network = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
        (valid, units), (test, test_units) = (
            nats(network, pieces) for pieces in (self.material.valid, self.test_pieces)
        )
        return valid / max(1, units), test / test_units

    def _config(self, cell: str, hidden: int) -> LanguageConfig:
        return LanguageConfig(
            vocabulary=self.vocabulary,
            cell=cell,
            embedding=self.sizes.embedding,
            hidden=hidden,
            layers=self.sizes.layers,
            dropout=self.sizes.dropout,
        )
