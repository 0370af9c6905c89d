"""Models of frames of pitches, as a decade of papers measured them; they compose too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from musicrnn.arrays import Frames
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.networks.frame_config import FrameConfig
from musicrnn.pretrained import Style
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import Split, TrainingData
from musicrnn.training.frames.settings import FrameSettings
from musicrnn.training.protocol import OwnPieces, Task

if TYPE_CHECKING:
    from musicrnn.metrics.frame_evaluation import FrameEvaluation
    from musicrnn.networks.frames import FrameModel
    from musicrnn.networks.gradients import GradientNorms
    from musicrnn.sampling.composer import Composer
    from musicrnn.training.frames.objective import FrameObjective

OWN_PIECES = 16  # that a model is looked at on


class FramesTask(Task):
    """Examples are uint8 [T, P], ``encoding`` says the lowest pitch and a step's quarters."""

    name: ClassVar[str] = "frames"
    does: ClassVar[str] = "composes frames of a piano roll"
    verb: ClassVar[str] = "compose"
    unit: ClassVar[str] = "frame"
    items: ClassVar[str] = "frames"
    reads: ClassVar[str] = "frames"
    settings: ClassVar[type[FrameSettings]] = FrameSettings
    floor: ClassVar[str] = "markov"
    ensembles: ClassVar[bool] = True
    compared: ClassVar[tuple[int, int] | None] = (20_000, 25)  # parameters as in Chung 2014

    def config(self, data: TrainingData, settings: FrameSettings) -> FrameConfig:
        return settings.extended(FrameConfig, {"pitches": data.examples["train"][0].shape[1]})

    def build(self, data: TrainingData, settings: FrameSettings) -> FrameModel:
        """Its biases begin at the marginal."""
        from musicrnn.metrics.frames import fit_frame_baselines

        network = super().build(data, settings)
        network.begin_at(fit_frame_baselines(data.examples["train"]).marginal)
        return network

    def objective(
        self, network: Any, data: TrainingData, settings: FrameSettings, plan: TrainingConfig
    ) -> FrameObjective:
        from musicrnn.training.frames.objective import FrameObjective

        train, valid = data.examples["train"], data.examples["valid"]
        return FrameObjective(network, train, valid, settings=settings, seed=plan.seed)

    def header(self, data: TrainingData, settings: FrameSettings) -> dict[str, Any]:
        return {"frames": data.encoding}

    @property
    def network(self) -> type[FrameModel]:
        from musicrnn.networks.frames import FrameModel

        return FrameModel

    def baselines(self, data: TrainingData, split: Split) -> dict[str, Any]:
        from musicrnn.metrics.frames import fit_frame_baselines

        return fit_frame_baselines(data.examples["train"]).nats(data.examples[split])

    def loss(self, network: Any, data: TrainingData, split: Split) -> float:
        from musicrnn.training.frames.objective import nats_a_frame

        return nats_a_frame(network, data.require(split, self.example))

    def measure(
        self, checkpoints: Sequence[Checkpoint], data: TrainingData, split: Split
    ) -> FrameEvaluation:
        from musicrnn.metrics.frame_evaluation import frame_evaluation
        from musicrnn.metrics.frame_likelihood import ensemble
        from musicrnn.training.frames.objective import piece_losses

        pitches = data.require(split, self.example)[0].shape[1]
        networks = [self.load(checkpoint) for checkpoint in checkpoints]
        for network in networks:
            if network.config.pitches != pitches:
                raise MusicRNNError(
                    f"the model predicts {network.config.pitches} pitches, the data have {pitches}"
                )
        members = ensemble([partial(piece_losses, network) for network in networks])
        return frame_evaluation(members, data.examples, split)

    def composer(self, checkpoint: Checkpoint) -> Composer:
        from musicrnn.sampling.compose_frames import FrameComposer

        return FrameComposer(checkpoint)

    def own_pieces(
        self, checkpoint: Checkpoint, style: Style, *, own: OwnPieces, seed: int
    ) -> list[Frames]:
        random = np.random.default_rng(seed)
        return list(self.load(checkpoint).compose(own.least + 1, OWN_PIECES, random))

    def gradients(
        self, network: Any, pieces: Sequence[Any], steps: int | None = None
    ) -> GradientNorms:
        from musicrnn.networks.gradients import frame_gradients

        return frame_gradients(network, pieces, steps=steps)


FRAMES = FramesTask()
