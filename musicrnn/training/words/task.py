"""Networks that hear spoken words, in a clip or on a stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.fillers import SILENCE, UNKNOWN, is_filler
from musicrnn.listening.header import labels_of
from musicrnn.networks.words_config import WordsConfig
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import Split, TrainingData
from musicrnn.training.protocol import Task
from musicrnn.training.words.data import Clips, WordsData
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
MIN_WITH_BASE = 300  # updates
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
    base: ClassVar[str] = "commands"
    labelled: ClassVar[tuple[str, ...]] = ("output.weight", "output.bias")

    def check(self, data: TrainingData) -> None:
        train, valid = data.examples["train"], data.examples["valid"]
        learnt = set(train.labels.tolist())
        missing = [word for number, word in enumerate(data.labels) if number not in learnt]
        if data.labels and all(map(is_filler, data.labels)):
            raise MusicRNNError(
                f"words need one label at least that can be heard, got {listed(data.labels)}: a "
                "label between underscores, such as _unknown_, stands for what is no word"
            )
        if len(data.labels) < 2 or missing or not (len(valid) or data.folds):
            raise MusicRNNError(
                "words need two labels, clips of each to learn from and some to validate on, got "
                f"{counted(len(data.labels), 'label')}, {len(train)} and "
                f"{counted(len(valid), 'clip')}"
                + (f"; none is left to learn {missing[0]!r} from" if missing else "")
            )

    def plan(self, data: TrainingData, settings: WordsSettings) -> TrainingConfig:
        """40 epochs, 600 updates at least."""
        updates = max(MIN_UPDATES, self._epochs(data, settings))
        return TrainingConfig(
            updates=updates,
            learning_rate=3e-3,
            warm_up=200,
            weight_decay=0.02,
            average=0.998,
            validate_every=max(100, updates // 20),
            patience=1000,
        )

    def going_on(self, data: TrainingData, settings: WordsSettings) -> TrainingConfig:
        """As many epochs, 300 updates at least: with a base few words are learnt by then."""
        updates = max(MIN_WITH_BASE, self._epochs(data, settings))
        return replace(super().going_on(data, settings), updates=updates)

    def _epochs(self, data: TrainingData, settings: WordsSettings) -> int:
        """Updates of EPOCHS epochs; of a batch only some rows are words."""
        drawing = settings.drawing
        words = 1 - drawing.unknown - drawing.other - drawing.silence
        return round(EPOCHS * len(data.examples["train"]) / (words * settings.batch_size))

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
        return self._calibrated([(network, data)], objective.labels)[0]

    def held_out(self, data: TrainingData, rows: NDArray[np.bool_]) -> TrainingData:
        assert isinstance(data, WordsData)
        train, all_coded = data.examples["train"], data.coded

        def of(these: NDArray[np.bool_]) -> Clips:
            return Clips(train.sounds[these], train.labels[these])

        def coded() -> NDArray[np.int16] | None:
            found = all_coded()
            return None if found is None else found[~rows]

        examples = {**data.examples, "train": of(~rows), "valid": of(rows)}
        return replace(data, examples=examples, folds=None, coded=coded)

    def crossed(
        self, parts: Sequence[tuple[Checkpoint, TrainingData]]
    ) -> tuple[dict[str, Any], NDArray[np.bool_]]:
        labels = labels_of(parts[0][0].metadata, parts[0][0].metadata["model"]["labels"])
        networks = [(self.load(checkpoint), data) for checkpoint, data in parts]
        return self._calibrated(networks, labels)

    def _calibrated(
        self, parts: Sequence[tuple[WordsModel, TrainingData]], names: Sequence[str]
    ) -> tuple[dict[str, Any], NDArray[np.bool_]]:
        """Entries of the header, chosen on what networks have not learnt from, and which of these
        clips are told right, [n]."""
        from musicrnn.augmentation.stream import StreamSource
        from musicrnn.metrics.classification import calibrated
        from musicrnn.networks.labelling import probabilities
        from musicrnn.networks.words import clip_logits
        from musicrnn.training.words.detector import Heard, chosen_detector, heard_by

        told: list[NDArray[np.float32]] = []
        for network, data in parts:
            sounds, recipe = data.examples["valid"].sounds, data.encoding
            for at in range(0, len(sounds), OBSERVED):
                frames = recipe.frames(in_full_scale(sounds[at : at + OBSERVED]))
                told.append(clip_logits(network, frames))
        logits = np.concatenate(told)
        truth = np.concatenate([data.examples["valid"].labels for _, data in parts])
        entries = calibrated(lambda at: probabilities(logits, at), truth.tolist(), names)
        right = np.asarray(logits.argmax(1) == truth)
        if parts[0][0].config.bidirectional:
            return entries, right
        heard: list[Heard] = []
        for network, data in parts:
            assert isinstance(data, WordsData)
            valid = data.examples["valid"]
            if len(set(valid.labels.tolist())) < 2:
                continue  # a stream needs two words
            spoken = [names[int(label)] for label in valid.labels]
            recordings = data.recordings["valid"]
            source = StreamSource(valid.sounds, spoken, data.encoding.rate, recordings)
            temperature = entries["temperature"]
            heard.append(
                heard_by(
                    network,
                    data.encoding,
                    source,
                    data.others("valid"),
                    labels=names,
                    temperature=temperature,
                )
            )
        if not heard:
            return entries, right
        detector, curve, figures = chosen_detector(heard)
        entries["metrics"] |= figures
        return {**entries, "detector": detector.as_json(), "curve": curve.as_json()}, right

    def trust(self, metadata: dict[str, Any]) -> list[str]:
        """Of speakers that were crossed over; of a stream too short to choose a threshold on."""
        from musicrnn.training.words.trust import trust

        return trust(metadata)

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
