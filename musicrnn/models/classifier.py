"""The classifier: some listeners side by side, whose log-probabilities are averaged.

Conventions. Frames [B, T, F] in dB, or ids [B, T], with lengths [B] -> logits [B, K]. Each listener
learns the labels by itself; what they say together is the mean of their log-probabilities (a
geometric mean, Hinton 2002). Outputs depend neither on padding nor on the rest of the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings
from musicrnn.models.listeners import FRAME_LISTENERS, Batch, Listener, Reading
from musicrnn.models.loading import load_strictly


@dataclass(frozen=True)
class ClassifierConfig:
    """Sizes of a classifier; ``listeners`` are names joined by "+", "reading" for tokens."""

    labels: int
    size: int  # bands of a frame, or the size of the vocabulary
    listeners: str = "windowed+whole"
    cell: str = "gru"
    hidden: int = 64
    layers: int = 1
    channels: int = 16
    dropout: float = 0.3
    layer: LayerSettings = field(default_factory=LayerSettings)

    def __post_init__(self) -> None:
        bounds = {
            "labels": (1, 10_000),
            "size": (2, 100_000),
            "hidden": (1, 4096),
            "layers": (1, 16),
            "channels": (1, 256),
        }
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if not isinstance(value, int) or not low <= value <= high:
                raise MusicRNNError(f"{name} must be in {low}..{high}, got {value!r}")
        if not 0 <= self.dropout < 1:
            raise MusicRNNError(f"dropout must be in [0, 1), got {self.dropout!r}")
        self.layer.cell(self.cell).shapes(self.hidden, self.hidden)
        names = self.names
        if names != ("reading",) and (
            not set(names) <= set(FRAME_LISTENERS) or len(set(names)) < len(names)
        ):
            raise MusicRNNError(
                f"listeners must be some of {', '.join(FRAME_LISTENERS)} joined by +, or "
                f"reading alone, got {self.listeners!r}"
            )
        if self.reads_tokens:
            return
        if not 32 <= self.size <= 512:
            raise MusicRNNError(f"a listener needs 32 to 512 bands, got {self.size}")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(str(self.listeners).split("+"))

    @property
    def reads_tokens(self) -> bool:
        return self.names == ("reading",)


class Classifier(nn.Module):
    """(frames or ids, lengths) -> logits [B, K]."""

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        self.config = config
        self.listeners = nn.ModuleDict(
            {"reading": Reading(config)}
            if config.reads_tokens
            else {name: FRAME_LISTENERS[name](config) for name in config.names}
        )

    def members(self) -> dict[str, Listener]:
        """The listeners by name."""
        return {n: m for n, m in self.listeners.items() if isinstance(m, Listener)}

    def forward(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        """Log-probabilities [M, B, K] of every listener; :func:`together` makes one of them."""
        return torch.stack(
            [member(inputs, lengths).log_softmax(1) for member in self.members().values()]
        )

    def logits(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        """What the listeners say together, [B, K]."""
        return together(self(inputs, lengths))

    def observe(self, batches: Sequence[Batch]) -> None:
        """Take the scales of all features from training data."""
        for member in self.members().values():
            member.observe(batches)

    def penalty(self) -> Tensor | float:
        """The sum of the listeners' own penalties, nats."""
        return sum((member.penalty() for member in self.members().values()), 0.0)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Parameters and buffers by name."""
        return {name: t.detach().cpu().numpy().copy() for name, t in self.state_dict().items()}

    def configuration(self) -> dict[str, Any]:
        """As JSON, for a checkpoint."""
        return {**asdict(self.config), "layer": self.config.layer.as_json()}

    @staticmethod
    def from_arrays(configuration: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Classifier:
        """The classifier of a checkpoint, in evaluation mode.

        Raises:
            MusicRNNError: the configuration is not one, or arrays do not fit it.
        """
        try:
            layer = LayerSettings.from_json(configuration.get("layer", {}))
            others = {name: v for name, v in configuration.items() if name != "layer"}
            config = ClassifierConfig(**others, layer=layer)
        except TypeError as error:
            raise MusicRNNError(f"not the configuration of a classifier: {error}") from error
        with torch.device("meta"):  # sizes alone: a damaged configuration must not take memory
            wanted = sum(t.numel() for t in Classifier(config).state_dict().values())
        held = sum(array.size for array in arrays.values())
        if wanted != held:
            raise MusicRNNError(
                f"the configuration asks for {wanted} weights, the file holds {held}: it is damaged"
            )
        model = Classifier(config)
        load_strictly(model, arrays)
        return model.eval()


def together(members: Tensor) -> Tensor:
    """The mean log-probability over the listeners, normalised: [M, B, K] -> [B, K]."""
    return members.mean(0).log_softmax(1)


def padded(clips: Sequence[NDArray[Any]], dtype: torch.dtype) -> Batch:
    """Clips [T, F] or [T] of several lengths as one batch, zeros at the ends, and the lengths."""
    lengths = torch.tensor([len(clip) for clip in clips])
    batch = torch.zeros((len(clips), int(lengths.max()), *clips[0].shape[1:]), dtype=dtype)
    for row, clip in zip(batch, clips, strict=True):
        row[: len(clip)] = torch.tensor(clip)
    return batch, lengths
