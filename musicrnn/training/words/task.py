"""Networks that hear spoken words, in a clip or on a stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.networks.words_config import WordsConfig
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import Split, TrainingData
from musicrnn.training.protocol import Task
from musicrnn.training.words.data import SILENCE, UNKNOWN, WordsData
from musicrnn.training.words.settings import WordsSettings
from musicrnn.waveform import in_full_scale

if TYPE_CHECKING:
    from musicrnn.export.graph import Graph
    from musicrnn.listening.word_labeller import WordLabeller
    from musicrnn.listening.word_stream import WordStream
    from musicrnn.metrics.classification import LabelFigures
    from musicrnn.networks.words import WordsModel
    from musicrnn.training.words.objective import WordsObjective

MIN_UPDATES, EPOCHS = 600, 40
OBSERVED = 1000  # clips that the bands' scales are taken from
TOGETHER = 64  # clips read at a time when they are measured


class Words(Task):
    """Its data are WordsData."""

    name: ClassVar[str] = "words"
    does: ClassVar[str] = "hears spoken words"
    verb: ClassVar[str] = "classify"
    unit: ClassVar[str] = "clip"
    items: ClassVar[str] = "clips"
    example: ClassVar[str] = "clip"
    reads: ClassVar[str] = "clips"
    settings: ClassVar[type[WordsSettings]] = WordsSettings
    options: ClassVar[tuple[str, ...]] = ("split_file", "backgrounds", "convert")

    def check(self, data: TrainingData) -> None:
        train, valid = data.examples["train"], data.examples["valid"]
        learnt = set(train.labels.tolist())
        missing = [word for number, word in enumerate(data.labels) if number not in learnt]
        if len(data.labels) < 2 or missing or not len(valid):
            raise MusicRNNError(
                "words need two labels, clips of each to learn from and some to validate on, got "
                f"{counted(len(data.labels), 'label')}, {len(train)} and "
                f"{counted(len(valid), 'clip')}"
                + (f"; none is left to learn {missing[0]!r} from" if missing else "")
            )

    def plan(self, data: TrainingData, settings: WordsSettings) -> TrainingConfig:
        """40 epochs, 600 updates at least."""
        clips = len(data.examples["train"])
        updates = max(MIN_UPDATES, EPOCHS * clips // settings.batch_size)
        return TrainingConfig(
            updates=updates,
            learning_rate=3e-3,
            warm_up=200,
            weight_decay=0.02,
            average=0.998,
            validate_every=max(100, updates // 20),
            patience=1000,
        )

    def config(self, data: TrainingData, settings: WordsSettings) -> WordsConfig:
        labels = len(all_labels(data, settings))
        return settings.extended(WordsConfig, {"labels": labels, "bands": data.encoding.n_mels})

    def build(self, data: TrainingData, settings: WordsSettings) -> WordsModel:
        """The scales of its bands are those of some training clips."""
        import torch

        network, train = super().build(data, settings), data.examples["train"]
        some = train.sounds[:: max(1, len(train) // OBSERVED)]
        network.observe([torch.from_numpy(data.encoding.frames(in_full_scale(some)))])
        return network

    def objective(
        self, network: Any, data: TrainingData, settings: WordsSettings, plan: TrainingConfig
    ) -> WordsObjective:
        from musicrnn.training.words.objective import WordsObjective

        assert isinstance(data, WordsData)
        labels = all_labels(data, settings)
        return WordsObjective(network, data, labels=labels, settings=settings, seed=plan.seed)

    def header(self, data: TrainingData, settings: WordsSettings) -> dict[str, Any]:
        labels = list(all_labels(data, settings))
        return {"labels": labels, "features": data.encoding.configuration()}

    def calibrate(self, network: Any, data: TrainingData, objective: Any) -> dict[str, Any]:
        """Temperature and, of a network that can be streamed, its detector and curve."""
        from musicrnn.augmentation.stream import StreamSource
        from musicrnn.metrics.classification import calibrated
        from musicrnn.networks.labelling import probabilities
        from musicrnn.networks.words import clip_logits
        from musicrnn.training.words.detector import calibrate_detector

        names, valid, recipe = objective.labels, data.examples["valid"], data.encoding
        logits = clip_logits(network, objective.valid_frames)
        entries = calibrated(lambda at: probabilities(logits, at), valid.labels.tolist(), names)
        if network.config.bidirectional or len(set(valid.labels.tolist())) < 2:
            return entries  # a stream needs two words
        assert isinstance(data, WordsData)
        spoken = [names[label] for label in valid.labels]
        source = StreamSource(valid.sounds, spoken, recipe.rate, data.recordings["valid"])
        detector, curve, figures = calibrate_detector(
            network,
            recipe,
            source,
            labels=names,
            temperature=entries["temperature"],
            others=data.others("valid"),
        )
        entries["metrics"] |= figures
        return {**entries, "detector": detector.as_json(), "curve": curve.as_json()}

    @property
    def network(self) -> type[WordsModel]:
        from musicrnn.networks.words import WordsModel

        return WordsModel

    def measure(
        self, checkpoints: Sequence[Checkpoint], data: TrainingData, split: Split
    ) -> LabelFigures:
        """Every clip heard from silence; one that reads forwards answers at the clip's end, as it
        would on a stream. Labels that training added compete: a word called unknown is an error."""
        from musicrnn.metrics.classification import label_figures

        labeller, clips = self.labeller(checkpoints[0]), data.require(split, self.example)
        blocks = range(0, len(clips), TOGETHER)
        told = [labeller.probabilities(clips.sounds[at : at + TOGETHER]) for at in blocks]
        truth, names = clips.labels.tolist(), data.names.get(split, ())
        return label_figures(np.concatenate(told), truth, labeller.labels, names=names)

    def labeller(self, checkpoint: Checkpoint, device: str = "auto") -> WordLabeller:
        from musicrnn.listening.word_labeller import WordLabeller

        return WordLabeller.from_checkpoint(checkpoint, self.load, device)

    def listener(
        self,
        checkpoint: Checkpoint,
        threshold: float | None = None,
        false_accepts: float | None = None,
    ) -> WordStream:
        from musicrnn.listening.word_stream import WordStream

        return WordStream.from_checkpoint(
            checkpoint, threshold=threshold, false_accepts=false_accepts
        )

    def graph(self, checkpoint: Checkpoint, *, streaming: bool = False) -> Graph:
        from musicrnn.export.onnx_words import words_graph

        return words_graph(checkpoint, self.load(checkpoint), streaming=streaming)


def all_labels(data: TrainingData, settings: WordsSettings) -> tuple[str, ...]:
    """The words, and the two labels that training adds."""
    added = [UNKNOWN] if settings.drawing.unknown else []
    added += [SILENCE] if settings.drawing.silence else []
    return (*data.labels, *(label for label in added if label not in data.labels))


WORDS = Words()
