"""A kind of model is one Task: how it is made, learns, is measured, and what it can do.

Every door (train, evaluate, compare, inspect, export, compose, classify, listen) looks the kind up
once, in TASKS of :mod:`musicrnn.training.task`, and calls it. A kind says what its data are, builds
a network of them, states a loss and measures; what it cannot do, it inherits as a sentence. A task
imports torch in its methods alone, so that the table can be asked without it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.pretrained import Style
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import DataRequest, Sources, Split, TrainingData

if TYPE_CHECKING:
    from musicrnn.export.graph import Graph
    from musicrnn.listening.answer import FileLabeller
    from musicrnn.listening.word_stream import WordStream
    from musicrnn.metrics.paired import PairedDifference
    from musicrnn.networks.following import Values
    from musicrnn.networks.gradients import GradientNorms
    from musicrnn.networks.network import Network
    from musicrnn.networks.sizes import Sizes
    from musicrnn.sampling.composer import Composer
    from musicrnn.sampling.written import Writer
    from musicrnn.training.objective import Objective
    from musicrnn.training.run_state import RunState

MINUTES = 30.0  # of a training of which nothing else is said
GENTLER = 0.25  # of the learning rate that a new network has, where it begins with a model


@dataclass(frozen=True)
class OwnPieces:
    """How many pieces a model samples to be looked at on: ``together`` at a time, until there are
    ``enough``; ``least`` steps of each, where that can be said."""

    together: int
    enough: Callable[[Sequence[Any]], bool]
    least: int = 0


class Examples(Protocol):
    """What figures are made of, example by example."""

    def as_json(self) -> list[dict[str, Any]]: ...

    def against(self, other: Any, /) -> PairedDifference:
        """Beside those of another model of the same kind."""
        ...


class Figures(Protocol):
    """What was measured on ``n`` examples."""

    @property
    def n(self) -> int: ...

    @property
    def examples(self) -> Examples: ...

    def as_json(self) -> dict[str, Any]:
        """What ``musicrnn evaluate --json`` prints."""
        ...

    def as_text(self) -> str:
        """The same for people, baselines beside it."""
        ...


class Task(ABC):
    """One kind of model; a subclass and a line in TASKS make a new one.

    Attributes:
        name: what the model file's header says.
        does: what a model of it does, as words behind its name.
        verb: ``musicrnn train VERB`` trains it.
        unit: what a likelihood or an accuracy is counted for, in the singular.
        items: what a batch is counted in, in the plural.
        example: what an example is, in the singular.
        reads: what its data are: "scores", "frames", "recordings" or "clips".
        settings: a dataclass of the network's and a batch's sizes, with their bounds.
        ratings: what the pieces of a corpus must be rated for.
        options: what a user may say of the data: of DataRequest's fields.
        tokens: the names that ``--tokens`` may have for it.
        floor: the baseline that a trained network should be better than.
        ensembles: whether several models can be measured as one.
        compared: of a comparison of cells: how many parameters, and updates between validations.
        follows: the settings that follow from the data where they are not asked for.
        base: the bundled model that a training on a user's own files begins with, if any.
        makes_sound: whether what it composes is sound, in place of notes.
        labelled: the tensors with a row a label, of a kind whose base may have other labels.
    """

    name: ClassVar[str]
    does: ClassVar[str]
    verb: ClassVar[str]
    unit: ClassVar[str]
    items: ClassVar[str]
    example: ClassVar[str] = "piece"
    reads: ClassVar[str]
    settings: ClassVar[type[Any]]
    ratings: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[tuple[str, ...]] = ()
    tokens: ClassVar[tuple[str, ...]] = ()
    floor: ClassVar[str] = ""
    ensembles: ClassVar[bool] = False
    compared: ClassVar[tuple[int, int] | None] = None
    follows: ClassVar[tuple[str, ...]] = ()
    base: ClassVar[str] = ""
    makes_sound: ClassVar[bool] = False
    labelled: ClassVar[tuple[str, ...]] = ()

    # Data and learning.

    def encode(
        self, sources: Sources, request: DataRequest, like: Checkpoint | None = None
    ) -> TrainingData:
        """Scores as this kind reads them, as the model ``like`` does where there is one."""
        raise MusicRNNError(f"the task {self.name!r} reads {self.reads}, not scores")

    def rehearse(self, data: TrainingData, sources: Sources, like: Checkpoint) -> TrainingData:
        """The data, and beside them some of what the model ``like`` learnt from."""
        del sources, like
        return data

    def check(self, data: TrainingData) -> None:
        """Raises MusicRNNError where there is too little to learn from."""
        for split in ("train", "valid"):
            data.require(split, self.example)

    def sized(self, data: TrainingData, settings: Any, minutes: float | None) -> Any:
        """The settings with what ``follows`` from the data and the minutes, None for the usual."""
        del data, minutes
        return settings

    def plan(self, data: TrainingData, settings: Any) -> TrainingConfig:
        """How it is trained when nothing else is said."""
        return TrainingConfig(minutes=MINUTES)

    def going_on(self, data: TrainingData, settings: Any) -> TrainingConfig:
        """The plan of a training that begins with a model."""
        plan = self.plan(data, settings)
        return replace(plan, learning_rate=GENTLER * plan.learning_rate)

    @abstractmethod
    def config(self, data: TrainingData, settings: Any) -> Sizes:
        """The network's configuration: the settings, and what follows from the data."""

    def build(self, data: TrainingData, settings: Any) -> Any:
        """A new network for such data, drawn from torch's generator."""
        return self.network(self.config(data, settings))

    @abstractmethod
    def objective(
        self, network: Any, data: TrainingData, settings: Any, plan: TrainingConfig
    ) -> Objective:
        """What the network is to learn."""

    def header(self, data: TrainingData, settings: Any) -> dict[str, Any]:
        """What a model file says of its data's encoding and labels."""
        return {}

    def ended_by(self, data: TrainingData, plan: TrainingConfig, state: RunState) -> str:
        """What ended a run that had minutes left, in words; "" where nothing did."""
        return ""

    def calibrate(self, network: Any, data: TrainingData, objective: Any) -> dict[str, Any] | None:
        """Entries of the header that are chosen after training, of the best network."""
        del network, data, objective

    def trust(self, metadata: dict[str, Any]) -> list[str]:
        """Sentences on how far a model with this header is to be trusted."""
        return []

    # Few people, of whom none can be spared to validate on.

    def held_out(self, data: TrainingData, rows: NDArray[np.bool_]) -> TrainingData:
        """The data with these training examples to validate on, in place of learning from them."""
        self.cannot("be crossed over", "only models of words can")

    def crossed(
        self, parts: Sequence[tuple[Checkpoint, TrainingData]]
    ) -> tuple[dict[str, Any], NDArray[np.bool_]]:
        """Entries of the header as of :meth:`calibrate`, of several networks, each with what was
        held out of it; and which of all of that is told right, part by part, [n]."""
        self.cannot("be crossed over", "only models of words can")

    # A model file.

    @property
    @abstractmethod
    def network(self) -> type[Network]:
        """The network's class."""

    def load(self, checkpoint: Checkpoint) -> Any:
        """The network of a model file, in evaluation mode.

        Raises:
            MusicRNNError: the file is damaged.
        """
        return self.network.from_arrays(checkpoint.entry("model"), checkpoint.arrays)

    def settings_of(self, checkpoint: Checkpoint) -> Any:
        """The settings with the sizes of a model file's network."""
        config, usual = self.network.Config.from_json(checkpoint.entry("model")), self.settings()
        sizes = {each.name for each in fields(config)} & {each.name for each in fields(usual)}
        return replace(usual, **{name: getattr(config, name) for name in sizes})

    def comparable(self) -> Any:
        """The settings of a comparison of cells when nothing else is said."""
        return self.settings()

    # Measuring.

    def baselines(self, data: TrainingData, split: Split) -> dict[str, Any]:
        """Nats a unit without a network, by name (of each part, where there are several)."""
        return {}

    def loss(self, network: Any, data: TrainingData, split: Split) -> float:
        """The mean loss of a split, nats a unit."""
        self.cannot("be compared", "a likelihood is needed")

    @abstractmethod
    def measure(
        self, checkpoints: Sequence[Checkpoint], data: TrainingData, split: Split
    ) -> Figures:
        """The figures of a model, or of an ensemble, on a split."""

    # What it can do.

    def composer(self, checkpoint: Checkpoint) -> Composer:
        """What writes pieces with a model."""
        self.cannot("compose", "a network that reads its whole input has no next step to sample")

    def writer(self, checkpoint: Checkpoint) -> Writer:
        """What writes voices around others with a model."""
        self.cannot("write voices around others", "only a model of voices can, such as chorale")

    def labeller(self, checkpoint: Checkpoint, device: str = "auto") -> FileLabeller:
        """What names files with a model."""
        self.cannot("classify", "a model for that comes from musicrnn train classify")

    def listener(
        self,
        checkpoint: Checkpoint,
        threshold: float | None = None,
        false_accepts: float | None = None,
    ) -> WordStream:
        """What hears a stream with a model, at a threshold or so many false accepts an hour."""
        self.cannot(
            "listen", "a model for that comes from musicrnn train classify on a folder of words"
        )

    def graph(self, checkpoint: Checkpoint, *, streaming: bool = False) -> Graph:
        """A model as an ONNX graph, unwritten."""
        self.cannot("be exported as ONNX", "there is no graph for this kind")

    def own_pieces(
        self, checkpoint: Checkpoint, style: Style, *, own: OwnPieces, seed: int
    ) -> list[Any]:
        """Pieces that a model samples itself, as the network reads them."""
        self.cannot("make pieces of its own", "name a corpus or a folder for it to read (--on)")

    def logits(self, network: Any, example: Any) -> Values:
        """What the network says of one example, as it reads it: [T, V], or [K] of labels."""
        self.cannot("show its logits", "they are of a shape of their own")

    def states(self, network: Any, example: Any) -> dict[str, Values]:
        """The states after each step of one example, by name, [layers, T, units]."""
        self.cannot("show its states", "it has none that pass from one step to the next alone")

    def gradients(
        self, network: Any, pieces: Sequence[Any], steps: int | None = None
    ) -> GradientNorms:
        """How far back in time the loss is felt, in pieces as the network reads them."""
        self.cannot("show its gradients", "that is known of other kinds alone")

    def cannot(self, what: str, why: str) -> NoReturn:
        """Raises MusicRNNError."""
        raise MusicRNNError(f"this model {self.does}: it cannot {what}, {why}")
