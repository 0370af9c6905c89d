"""Models that compose sound: recurrent language models over the tokens of sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.sound import context_sizes
from musicrnn.networks.sound_config import SoundConfig
from musicrnn.tokens.sound import SOUND_TOKENIZERS
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import Split, TrainingData
from musicrnn.training.protocol import Task
from musicrnn.training.sound.data import CodedData, CodedSound
from musicrnn.training.sound.settings import SoundSettings

if TYPE_CHECKING:
    from musicrnn.networks.sound import SoundModel
    from musicrnn.sampling.compose_sound import SoundComposer
    from musicrnn.training.sound.measure import SoundFigures
    from musicrnn.training.sound.objective import SoundObjective

SHORT = 256  # frames: sounds that are mostly shorter are read whole
FEW, LONG = 8, 512  # sounds side by side; samples of each an update
UNHEARD, AHEAD = 0.1, 3  # of a codec's frames
LITTLE, MUCH = 1.0, 0.4  # hours of training takes, and the dropout with fewer
LONGER = 20.0  # minutes from which on more frames are read at once
COMPARED = 1_200_000  # frames that cells are compared on
GUIDANCE = 2.0  # of label and beat, in composing
PERCENTILES = (5, 25, 50, 75, 95)
MINUTES = 10.0


class SoundTask(Task):
    """Its data are CodedData."""

    name: ClassVar[str] = "sound"
    does: ClassVar[str] = "composes sound"
    verb: ClassVar[str] = "compose"
    unit: ClassVar[str] = "frame"
    items: ClassVar[str] = "frames"
    example: ClassVar[str] = "sound"
    reads: ClassVar[str] = "coded sounds"
    settings: ClassVar[type[SoundSettings]] = SoundSettings
    options: ClassVar[tuple[str, ...]] = ("tokens", "mix", "split_file", "convert")
    tokens: ClassVar[tuple[str, ...]] = tuple(SOUND_TOKENIZERS)
    floor: ClassVar[str] = "bigram"
    makes_sound: ClassVar[bool] = True
    compared: ClassVar[tuple[int, int] | None] = (200_000, 500)
    follows: ClassVar[tuple[str, ...]] = (
        "sequence_length", "batch_size", "dropout", "unheard", "ahead"
    )  # fmt: skip

    def sized(
        self, data: TrainingData, settings: SoundSettings, minutes: float | None
    ) -> SoundSettings:
        """Short sounds are read whole; of samples, and in a short training, few at once: in the
        same time many small updates learn more than few large ones. Of little sound more is
        dropped, or it would soon be known by heart."""
        if not data.encoding.delay:
            return replace(settings, sequence_length=LONG, batch_size=FEW)
        lengths = list(map(len, data.examples["train"]))
        typical = int(np.quantile(lengths, 0.95))
        little = sum(lengths) * data.encoding.frame_seconds < LITTLE * 3600
        return replace(
            settings,
            sequence_length=typical if typical <= SHORT else SHORT // 2,
            batch_size=FEW if (minutes or MINUTES) < LONGER else settings.batch_size,
            dropout=MUCH if little else settings.dropout,
            unheard=UNHEARD,
            ahead=AHEAD,
        )

    def plan(self, data: TrainingData, settings: SoundSettings) -> TrainingConfig:
        return TrainingConfig(
            minutes=MINUTES,
            learning_rate=4e-3,
            warm_up=100,
            validate_every=0,
            patience=10,
            average=0.999,
        )

    def config(self, data: TrainingData, settings: SoundSettings) -> SoundConfig:
        tempos = isinstance(data, CodedData) and data.knows_tempo
        said = data.encoding
        tokens = {"books": said.books, "codes": said.codes, "linear": said.linear}
        fields = context_sizes(len(data.labels), tempos=tempos)
        return settings.extended(SoundConfig, {**tokens, **fields})

    def objective(
        self, network: Any, data: TrainingData, settings: SoundSettings, plan: TrainingConfig
    ) -> SoundObjective:
        from musicrnn.training.sound.objective import SoundObjective
        from musicrnn.training.sound.windows import SoundWindows

        assert isinstance(data, CodedData)
        windows = SoundWindows(
            data.examples["train"],
            data.framing,
            rows=settings.batch_size,
            length=settings.sequence_length,
            seed=plan.seed,
            weights=data.mix,
        )
        return SoundObjective(network, windows, data.examples["valid"], data.framing)

    def header(self, data: TrainingData, settings: SoundSettings) -> dict[str, Any]:
        """The tokens, the labels, and how long and how fast training sounds are."""
        tokenizer, train = data.encoding, data.examples["train"]
        tempos = _tempos(train, data.labels)
        lengths = [(len(sound) - tokenizer.delay) * tokenizer.frame_seconds for sound in train]
        return {
            "tokenizer": {"name": tokenizer.name, **tokenizer.configuration()},
            "labels": list(data.labels),
            "lengths": _quantiles(lengths),
            "guidance": GUIDANCE if data.labels or tempos else 1.0,
            "tempos": tempos,
        }

    @property
    def network(self) -> type[SoundModel]:
        from musicrnn.networks.sound import SoundModel

        return SoundModel

    def comparable(self) -> SoundSettings:
        return SoundSettings(
            embedding=64, inner=96, dropout=0.0, batch_size=FEW, sequence_length=LONG
        )

    def baselines(self, data: TrainingData, split: Split) -> dict[str, Any]:
        from musicrnn.training.sound.measure import baseline_nats

        assert isinstance(data, CodedData)
        sounds = data.examples[split]
        total = sum(map(len, sounds))
        found = baseline_nats(data, sounds) if total else {}
        return {name: float(nats.sum()) / total for name, nats in found.items()}

    def loss(self, network: Any, data: TrainingData, split: Split) -> float:
        """Of sounds with COMPARED frames together, evenly among all."""
        from musicrnn.training.sound.objective import sound_losses

        assert isinstance(data, CodedData)
        sounds = data.require(split, self.example)
        some = sounds[:: max(1, sum(map(len, sounds)) // COMPARED)]
        losses = sound_losses(network, some, data.framing)
        return float(sum(loss.sum() for loss in losses)) / max(1, sum(map(len, losses)))

    def measure(
        self, checkpoints: Sequence[Checkpoint], data: TrainingData, split: Split
    ) -> SoundFigures:
        from musicrnn.training.sound.measure import sound_figures

        assert isinstance(data, CodedData)
        data.require(split, self.example)
        return sound_figures(self.load(checkpoints[0]), data, split)

    def composer(self, checkpoint: Checkpoint) -> SoundComposer:
        from musicrnn.sampling.compose_sound import SoundComposer

        return SoundComposer(checkpoint)


SOUND = SoundTask()


def _tempos(sounds: Sequence[CodedSound], labels: Sequence[str]) -> dict[str, list[float]]:
    """Quantiles of the tempos of each label, "" for all, where they are known."""
    found: dict[str, list[float]] = {}
    for number, label in enumerate(("", *labels)):
        tempos = [s.known.tempo for s in sounds if number in (0, s.known.label) and s.known.tempo]
        if tempos:
            found[label] = _quantiles(tempos)
    return found


def _quantiles(values: Sequence[float]) -> list[float]:
    return [round(float(each), 3) for each in np.percentile(values, PERCENTILES)]
