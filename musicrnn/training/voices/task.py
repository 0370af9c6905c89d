"""Models that fill in voices of four: chorales from nothing, around a melody, bars anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from musicrnn.checkpoint import Checkpoint
from musicrnn.networks.voices_config import VoicesConfig
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import DataRequest, Sources, Split, TrainingData
from musicrnn.training.protocol import Task
from musicrnn.training.voices.settings import VoicesSettings

if TYPE_CHECKING:
    from musicrnn.networks.voices import VoicesModel
    from musicrnn.sampling.composer import Composer
    from musicrnn.sampling.written import Writer
    from musicrnn.training.voices.measure import VoicesEvaluation
    from musicrnn.training.voices.objective import VoicesObjective


class Voices(Task):
    name: ClassVar[str] = "voices"
    does: ClassVar[str] = "composes voices side by side, a cell a sixteenth"
    verb: ClassVar[str] = "compose"
    unit: ClassVar[str] = "cell"
    items: ClassVar[str] = "rows"
    reads: ClassVar[str] = "scores"
    settings: ClassVar[type[VoicesSettings]] = VoicesSettings
    options: ClassVar[tuple[str, ...]] = ("tokens", "split_file")
    tokens: ClassVar[tuple[str, ...]] = ("voices",)

    def encode(
        self, sources: Sources, request: DataRequest, like: Checkpoint | None = None
    ) -> TrainingData:
        from musicrnn.training.voices.data import voices_data

        return voices_data(sources, like, listed=request.has_list)

    def config(self, data: TrainingData, settings: VoicesSettings) -> VoicesConfig:
        from musicrnn.tokens.metrical import METRICAL_FEATURES

        grid = data.encoding
        sizes = {"voices": len(grid.names), "pitches": grid.pitches, "places": METRICAL_FEATURES}
        return settings.extended(VoicesConfig, sizes)

    def objective(
        self, network: Any, data: TrainingData, settings: VoicesSettings, plan: TrainingConfig
    ) -> VoicesObjective:
        from musicrnn.training.voices.objective import VoicesObjective

        train, valid = data.examples["train"], data.examples["valid"]
        return VoicesObjective(
            network, data.encoding, train, valid, settings=settings, seed=plan.seed
        )

    def header(self, data: TrainingData, settings: VoicesSettings) -> dict[str, Any]:
        return {"tokenizer": data.encoding.configuration()}

    @property
    def network(self) -> type[VoicesModel]:
        from musicrnn.networks.voices import VoicesModel

        return VoicesModel

    def baselines(self, data: TrainingData, split: Split) -> dict[str, Any]:
        from musicrnn.training.voices.measure import voice_baselines

        return voice_baselines(data, split)

    def measure(
        self, checkpoints: Sequence[Checkpoint], data: TrainingData, split: Split
    ) -> VoicesEvaluation:
        from musicrnn.training.voices.measure import voices_evaluation

        return voices_evaluation(self.load(checkpoints[0]), data, split)

    def composer(self, checkpoint: Checkpoint) -> Composer:
        from musicrnn.sampling.compose_voices import VoicesComposer

        return VoicesComposer(checkpoint)

    def writer(self, checkpoint: Checkpoint) -> Writer:
        from musicrnn.sampling.voices import VoicesWriter

        return VoicesWriter(checkpoint)


VOICES = Voices()
