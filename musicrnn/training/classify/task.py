"""Classifiers of songs, by their sound, and of scores, by their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from musicrnn.arrays import checked_ids
from musicrnn.augmentation.bandwidth import low_pass
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.features.logmel import LogMel
from musicrnn.fillers import NONE, real
from musicrnn.listening.windows import token_window
from musicrnn.networks.classifier_config import TOKEN_BRANCHES, ClassifierConfig
from musicrnn.tokens.sound import SOUND_TOKENIZERS, SoundTokenizer
from musicrnn.training.classify.recording import drawn_of_others, parted
from musicrnn.training.classify.settings import ClassifierSettings
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import Split, TrainingData
from musicrnn.training.protocol import Task

if TYPE_CHECKING:
    from musicrnn.export.graph import Graph
    from musicrnn.listening.labeller import Labeller
    from musicrnn.metrics.classification import LabelFigures
    from musicrnn.networks.classifier import Classifier
    from musicrnn.networks.following import Values
    from musicrnn.networks.gradients import GradientNorms
    from musicrnn.training.classify.objective import ClassificationObjective

MIN_UPDATES, EPOCHS = 250, 30
SOUND_BRANCHES = "windowed+whole"  # when nothing else is said
FAMILIAR = "+familiar"  # besides, where none of these is learnt
NARROWER = (4000.0, 8000.0)  # Hz: what is heard also as behind a low-pass


class Classify(Task):
    """Examples are Recordings, ``encoding`` a LogMel, of scores a Tokenizer, of sound that is read
    as tokens a SoundTokenizer."""

    name: ClassVar[str] = "classify"
    does: ClassVar[str] = "classifies songs and sounds"
    verb: ClassVar[str] = "classify"
    unit: ClassVar[str] = "recording"
    items: ClassVar[str] = "clips"
    example: ClassVar[str] = "recording"
    reads: ClassVar[str] = "recordings"
    settings: ClassVar[type[ClassifierSettings]] = ClassifierSettings
    options: ClassVar[tuple[str, ...]] = ("tokens", "split_file", "convert", "none_of_these")
    tokens: ClassVar[tuple[str, ...]] = tuple(SOUND_TOKENIZERS)

    def sized(
        self, data: TrainingData, settings: ClassifierSettings, minutes: float | None
    ) -> ClassifierSettings:
        """Of a sound's tokens whole windows are read, not crops of them."""
        if not isinstance(data.encoding, SoundTokenizer):
            return settings
        return replace(settings, crop=token_window(data.encoding), dropout=0.2)

    def check(self, data: TrainingData) -> None:
        train, valid = data.examples["train"], data.examples["valid"]
        if len(data.labels) < 2 or not train or not valid:
            raise MusicRNNError(
                "a classifier needs two labels and recordings to train and validate on, got "
                f"{counted(len(data.labels), 'label')}, {len(train)} and {len(valid)}"
            )

    def plan(self, data: Any, settings: ClassifierSettings) -> TrainingConfig:
        """30 epochs, 250 updates at least."""
        labelled, others = map(len, parted(data.every("train"), data.labels))
        drawn = labelled + drawn_of_others(labelled, others, settings.none)
        return TrainingConfig(
            updates=max(MIN_UPDATES, EPOCHS * drawn // 32),
            learning_rate=1e-3,
            warm_up=50,
            weight_decay=0.1,
            average=0.99,
            validate_every=50,
        )

    def config(self, data: TrainingData, settings: ClassifierSettings) -> ClassifierConfig:
        if NONE in data.labels and not settings.none:
            raise MusicRNNError(
                "none=0 leaves out of every epoch what is none of these, which is to be learnt: "
                "set another share, or leave the folder _none_ and --none-of-these out"
            )
        heard = isinstance(data.encoding, LogMel)
        size = data.encoding.n_mels if heard else len(data.encoding.vocabulary)
        usual = SOUND_BRANCHES + FAMILIAR * (NONE in data.labels)
        if not heard:
            usual = TOKEN_BRANCHES[isinstance(data.encoding, SoundTokenizer)]
        sizes = {"labels": len(data.labels), "size": size, "branches": settings.branches or usual}
        sizes["views"] = len(NARROWER) if heard and settings.narrow else 0
        config = settings.extended(ClassifierConfig, sizes)
        if config.reads_tokens == heard:
            raise MusicRNNError(
                f"branches {config.branches!r} do not fit: tokens are read with "
                f"{' or '.join(TOKEN_BRANCHES)}, sounds heard with the others"
            )
        return config

    def build(self, data: TrainingData, settings: ClassifierSettings) -> Classifier:
        """The scales of its features are those of every recording's first window and of a crop as
        it is learnt from; its views are those of NARROWER."""
        import torch

        from musicrnn.networks.classifier import padded
        from musicrnn.training.classify.crops import Crops, for_model

        network = super().build(data, settings)
        recipe, examples = data.encoding, data.examples["train"]
        if not isinstance(recipe, LogMel):
            return network
        random, crops = np.random.default_rng(0), Crops(settings, recipe)
        windows = [for_model(each.windows[0]) for each in examples]
        windows += [crops.draw(each, random) for each in examples]
        starts = range(0, len(windows), settings.batch_size)
        network.observe([padded(windows[at : at + settings.batch_size]) for at in starts])
        if network.views:
            gains = torch.tensor(np.stack([low_pass(recipe, hertz) for hertz in NARROWER]))
            network.views.hear(gains, -recipe.top_db)
        return network

    def objective(
        self, network: Any, data: Any, settings: ClassifierSettings, plan: TrainingConfig
    ) -> ClassificationObjective:
        from musicrnn.training.classify.objective import ClassificationObjective

        return ClassificationObjective(network, data, settings=settings, seed=plan.seed)

    def header(self, data: TrainingData, settings: ClassifierSettings) -> dict[str, Any]:
        labels = {"labels": list(data.labels)}
        if isinstance(data.encoding, LogMel):
            return {**labels, "features": data.encoding.configuration()}
        tokenizer = data.encoding
        return {**labels, "tokenizer": {"name": tokenizer.name, **tokenizer.configuration()}}

    def calibrate(self, network: Any, data: Any, objective: Any) -> dict[str, Any]:
        """Temperature, and the threshold under which nothing is likely."""
        from musicrnn.metrics.classification import calibrated
        from musicrnn.metrics.open_set import open_set_figures, open_threshold
        from musicrnn.networks.labelling import among_real, mean_probabilities
        from musicrnn.training.classify.objective import recording_logits

        recordings = data.every("valid")
        logits = recording_logits(network, recordings)
        truth = [recording.label for recording in recordings]
        names = [recording.name for recording in recordings]

        def told(temperature: float) -> np.ndarray[Any, np.dtype[np.float64]]:
            return np.stack([mean_probabilities(rows, temperature) for rows in logits])

        def among(temperature: float) -> np.ndarray[Any, np.dtype[np.float64]]:
            return among_real(told(temperature), truth, data.labels)[0]

        _, right = among_real(told(1.0), truth, data.labels)
        labels = [data.labels[index] for index in real(data.labels)]
        entries = calibrated(among, right, labels)
        found = told(entries["temperature"])
        threshold = open_threshold(found, truth, data.labels, names)
        if NONE in data.labels:
            figures = open_set_figures(found, truth, data.labels, names=names, threshold=threshold)
            entries["metrics"]["valid_open_set"] = figures.as_json()
        return {**entries, "threshold": threshold}

    @property
    def network(self) -> type[Classifier]:
        from musicrnn.networks.classifier import Classifier

        return Classifier

    def measure(self, checkpoints: Sequence[Checkpoint], data: Any, split: Split) -> LabelFigures:
        """By recording, with all its windows."""
        from musicrnn.metrics.classification import label_figures
        from musicrnn.metrics.open_set import open_set_figures
        from musicrnn.networks.labelling import among_real, mean_probabilities
        from musicrnn.training.classify.objective import recording_logits

        labeller = self.labeller(checkpoints[0])
        recordings = [*data.require(split, self.example), *data.others(split)]
        logits = recording_logits(labeller.model, recordings)
        told = np.stack([mean_probabilities(rows, labeller.temperature) for rows in logits])
        truth = [recording.label for recording in recordings]
        names = [recording.name for recording in recordings]
        among, right = among_real(told, truth, data.labels)
        kept = real(data.labels)
        called = [name for name, label in zip(names, truth, strict=True) if label in kept]
        figures = label_figures(among, right, [data.labels[index] for index in kept], names=called)
        if NONE not in data.labels:
            return figures
        threshold = labeller.threshold
        beside = open_set_figures(told, truth, data.labels, names=names, threshold=threshold)
        return replace(figures, open_set=beside)

    def labeller(self, checkpoint: Checkpoint, device: str = "auto") -> Labeller:
        from musicrnn.listening.labeller import Labeller

        return Labeller.from_checkpoint(checkpoint, self.load(checkpoint), device)

    def graph(self, checkpoint: Checkpoint, *, streaming: bool = False) -> Graph:
        from musicrnn.export.onnx_classifier import classifier_graph

        if streaming:
            self.cannot("stream sound", "it hears whole windows: leave out --streaming")
        return classifier_graph(checkpoint, self.labeller(checkpoint, "cpu"))

    def logits(self, network: Any, example: Any) -> Values:
        """[K] of a window: frames in dB [T, F], or ids [T]."""
        from musicrnn.networks.labelling import window_logits

        window, config = np.asarray(example), network.config
        if config.reads_tokens:
            window = checked_ids(window, config.size).astype(np.int32)
        elif window.ndim != 2 or not len(window) or window.shape[1] != config.size:
            wanted = f"frames in dB [T, {config.size}], T at least 1"
            raise MusicRNNError(f"the network reads {wanted}, got {list(window.shape)}")
        return window_logits(network, [window])[0]

    def gradients(
        self, network: Any, pieces: Sequence[Any], steps: int | None = None
    ) -> GradientNorms:
        from musicrnn.networks.gradients import MAX_PLACES, classifier_gradients
        from musicrnn.training.classify.crops import for_model

        some = pieces[:: -(-len(pieces) // MAX_PLACES)]  # of all labels, however they are ordered
        clips = [for_model(recording.windows[0]) for recording in some]
        return classifier_gradients(network, clips, [each.label for each in some], steps=steps)


CLASSIFY = Classify()
