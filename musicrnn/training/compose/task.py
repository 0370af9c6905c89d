"""Models that compose token after token: a recurrent language model over a tokenizer's ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from musicrnn.arrays import Ids, checked_ids
from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import FIELDS, GROUPS, LABELS, fields_of, sizes, untold, written
from musicrnn.errors import MusicRNNError, counted
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.pretrained import Style
from musicrnn.tokens import TOKENIZERS, Controls, tokenizer_from
from musicrnn.tokens.chorale import ChoraleTokenizer
from musicrnn.training.compose.data import TokenData, token_data
from musicrnn.training.compose.header import header
from musicrnn.training.compose.outlooks import plan_nats, without_density
from musicrnn.training.compose.rehearsal import learnt_from, rehearsing, some_of
from musicrnn.training.compose.settings import ComposeSettings
from musicrnn.training.compose.sizing import MINUTES, SIZED, plan, sized
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import DataRequest, Sources, Split, TrainingData, reasons
from musicrnn.training.protocol import OwnPieces, Task

if TYPE_CHECKING:
    from musicrnn.export.graph import Graph
    from musicrnn.metrics.likelihood import Baselines, Likelihood
    from musicrnn.metrics.piece_losses import PieceLosses
    from musicrnn.networks.following import Values
    from musicrnn.networks.gradients import GradientNorms
    from musicrnn.networks.language import LanguageModel
    from musicrnn.sampling.composer import Composer
    from musicrnn.sampling.written import Writer
    from musicrnn.training.compose.objective import LanguageObjective
    from musicrnn.training.run_state import RunState


@dataclass(frozen=True)
class TokenFigures:
    """The likelihood of held-out pieces."""

    likelihood: Likelihood
    examples: PieceLosses

    @property
    def n(self) -> int:
        return len(self.examples.names)

    def as_json(self) -> dict[str, Any]:
        found = {"n": self.n, **asdict(self.likelihood), "pieces": self.examples.as_json()}
        if self.likelihood.nats_per_token_with_plan is None:
            del found["nats_per_token_with_plan"]
        return found

    def as_text(self) -> str:
        return self.likelihood.as_text()


class Compose(Task):
    name: ClassVar[str] = "compose"
    does: ClassVar[str] = "composes token after token"
    verb: ClassVar[str] = "compose"
    unit: ClassVar[str] = "token"
    items: ClassVar[str] = "tokens"
    reads: ClassVar[str] = "scores"
    settings: ClassVar[type[ComposeSettings]] = ComposeSettings
    options: ClassVar[tuple[str, ...]] = ("tokens", "mix", "split_file")
    tokens: ClassVar[tuple[str, ...]] = tuple(TOKENIZERS)
    floor: ClassVar[str] = "bigram"
    compared: ClassVar[tuple[int, int] | None] = (200_000, 100)
    follows: ClassVar[tuple[str, ...]] = (*SIZED, "learning_rate", "validate_every")

    def encode(
        self, sources: Sources, request: DataRequest, like: Checkpoint | None = None
    ) -> TokenData:
        return token_data(sources, request, like)

    def rehearse(self, data: TrainingData, sources: Sources, like: Checkpoint) -> TrainingData:
        if not isinstance(data, TokenData):
            return data
        some = [(card, some_of(pieces)) for card, pieces in sources]
        return rehearsing(data, token_data(some, DataRequest(()), like))

    def check(self, data: TrainingData) -> None:
        if data.examples["train"] and data.examples["valid"]:
            return
        counts, left_out = data.counts(), reasons(data.refused)
        usable = counted(sum(counts.values()), "usable piece")
        if sum(counts.values()) < 2:
            raise MusicRNNError(f"{usable}, two are needed ({left_out})")
        if not counts["train"]:
            found = ", ".join(f"{name} {n}" for name, n in counts.items())
            raise MusicRNNError(
                f"the split leaves no piece to train on ({found}): most pieces are for that"
            )
        raise MusicRNNError(
            f"{usable}, all versions of one tune, which stand on one side of a split: nothing is "
            "left to validate on, another tune is needed"
        )

    def sized(
        self, data: TrainingData, settings: ComposeSettings, minutes: float | None
    ) -> ComposeSettings:
        train = data.examples["train"]
        tokens = sum(map(len, train))
        return sized(settings, tokens=tokens, pieces=len(train), minutes=minutes or MINUTES)

    def plan(self, data: TrainingData, settings: ComposeSettings) -> TrainingConfig:
        return plan(settings, tokens=sum(map(len, data.examples["train"])))

    def config(self, data: TrainingData, settings: ComposeSettings) -> LanguageConfig:
        vocabulary = len(data.encoding.vocabulary)
        readings, context = data.encoding.readings(), ""
        if readings is not None:
            told = data.told.fields if isinstance(data, TokenData) else ()
            found, heard = sizes(readings, vocabulary), fields_of(settings.groups)
            silent = {name for name in LABELS if name not in told} | untold(readings)
            heard = [name for name in heard if name not in silent]
            context = written({name: found[name] for name in heard})
        return settings.extended(LanguageConfig, {"vocabulary": vocabulary, "context": context})

    def build(self, data: TrainingData, settings: ComposeSettings) -> LanguageModel:
        network: LanguageModel = super().build(data, settings)
        if network.fields:
            network.set_readings(data.encoding.readings())
        return network

    def objective(
        self, network: Any, data: TrainingData, settings: ComposeSettings, plan: TrainingConfig
    ) -> LanguageObjective:
        from musicrnn.training.compose.hearing import Hearing
        from musicrnn.training.compose.objective import LanguageObjective, validation_ids
        from musicrnn.training.compose.windows import Windows

        maps = data.encoding.augmentation_maps()
        tokens = data if isinstance(data, TokenData) else None
        pieces, outlooks, weights = data.examples["train"], None, None
        if tokens:
            pieces, outlooks, weights = learnt_from(
                tokens, settings.rehearsal, excerpts=bool(network.fields)
            )
        hearing = None
        if network.fields:
            columns = [FIELDS.index(name) for name in network.fields]
            readings = data.encoding.readings()
            hearing = Hearing(pieces, readings, outlooks), columns
        windows = Windows(
            pieces,
            maps if settings.augment else maps[:1],
            rows=settings.batch_size,
            length=settings.sequence_length,
            seed=plan.seed,
            weights=weights,
            hearing=hearing,
        )
        return LanguageObjective(
            network,
            windows,
            data.examples["valid"],
            regulariser=settings.gradient_norm_regulariser,
            outlooks=tokens.outlooks("valid") if tokens else None,
            validated=validation_ids(plan),
        )

    def ended_by(self, data: TrainingData, plan: TrainingConfig, state: RunState) -> str:
        if plan.minutes is None or plan.updates is None or state.update < plan.updates:
            return ""
        times = state.items / max(1, sum(map(len, data.examples["train"])))
        return f"each piece was read {times:.0f} times"

    def header(self, data: TrainingData, settings: ComposeSettings) -> dict[str, Any]:
        return header(data, settings, self.config(data, settings).fields)

    @property
    def network(self) -> type[LanguageModel]:
        from musicrnn.networks.language import LanguageModel

        return LanguageModel

    def settings_of(self, checkpoint: Checkpoint) -> ComposeSettings:
        """What is heard follows from the fields of the file's network."""
        settings: ComposeSettings = super().settings_of(checkpoint)
        heard = LanguageConfig.from_json(checkpoint.entry("model")).fields
        groups = [group for group, names in GROUPS.items() if set(names) & set(heard)]
        return replace(settings, hears=",".join(groups))

    def comparable(self) -> ComposeSettings:
        """The network alone has to remember: no context."""
        return ComposeSettings(hears="", embedding=64, layers=1, dropout=0.1, sequence_length=128)

    def baselines(self, data: TrainingData, split: Split) -> dict[str, Any]:
        """Unigram and bigram counted on train, smoothed on valid; none without a training piece."""
        counted = _counted(data)
        return {} if counted is None else counted.nats(data.examples[split])

    def loss(self, network: Any, data: TrainingData, split: Split) -> float:
        from musicrnn.networks.scoring import nats

        total, tokens = nats(network, data.require(split, self.example))
        return total / max(1, tokens)

    def measure(
        self, checkpoints: Sequence[Checkpoint], data: TrainingData, split: Split
    ) -> TokenFigures:
        from musicrnn.metrics.likelihood import likelihood
        from musicrnn.metrics.piece_losses import MODEL, PieceLosses, numbered
        from musicrnn.networks.scoring import nats, piece_losses

        tokenizer, pieces = data.encoding, data.require(split, self.example)
        network, counted = self.load(checkpoints[0]), _counted(data)
        losses = piece_losses(network, pieces)
        counts = {
            "token": list(map(len, losses)),
            "note": list(map(tokenizer.count_notes, pieces)),
            "bar": list(map(tokenizer.count_bars, pieces)),
        }
        found = PieceLosses(
            names=data.names.get(split) or numbered(len(pieces)),
            losses={
                MODEL: np.array([piece.sum() for piece in losses]),
                **({} if counted is None else counted.piece_nats(pieces)),
            },
            counts={unit: np.array(of, np.float64) for unit, of in counts.items()},
            encoding={"name": tokenizer.name, **tokenizer.configuration()},
        )
        form, planned = checkpoints[0].metadata.get("form"), None
        if isinstance(form, dict) and isinstance(data, TokenData):
            known = data.planned[split]
            told, _ = nats(network, pieces, [without_density(each.outlook) for each in known])
            told += sum(plan_nats(each, form) for each in known)
            planned = told / sum(counts["token"])
        return TokenFigures(replace(likelihood(found), nats_per_token_with_plan=planned), found)

    def writer(self, checkpoint: Checkpoint) -> Writer:
        if tokenizer_from(checkpoint.entry("tokenizer")).name != ChoraleTokenizer.name:
            return super().writer(checkpoint)
        from musicrnn.sampling.harmonize import ChoraleWriter

        return ChoraleWriter(checkpoint)

    def composer(self, checkpoint: Checkpoint) -> Composer:
        from musicrnn.sampling.composer import TokenComposer

        return TokenComposer(checkpoint)

    def graph(self, checkpoint: Checkpoint, *, streaming: bool = False) -> Graph:
        from musicrnn.export.onnx_language import language_graph

        if streaming:
            self.cannot("stream sound", "its graph is a step as it is: leave out --streaming")
        return language_graph(checkpoint, self.load(checkpoint))

    def own_pieces(
        self, checkpoint: Checkpoint, style: Style, *, own: OwnPieces, seed: int
    ) -> list[Ids]:
        from musicrnn.sampling.compose import compose

        has_bars = tokenizer_from(checkpoint.entry("tokenizer")).has_bars
        controls = Controls(bars=style.bars) if has_bars else Controls(seconds=30.0)
        pieces: list[Ids] = []
        while not own.enough(pieces):
            seeds = range(seed + len(pieces), seed + len(pieces) + own.together)
            made = compose(checkpoint, seeds, controls=controls, settings=style.settings)
            pieces += [np.array(piece.ids, np.int32) for piece in made]
        return pieces

    def logits(self, network: Any, example: Any) -> Values:
        from musicrnn.networks.following import step_logits

        return step_logits(network, checked_ids(example, network.config.vocabulary).tolist())

    def states(self, network: Any, example: Any) -> dict[str, Values]:
        from musicrnn.networks.following import step_states

        return step_states(network, checked_ids(example, network.config.vocabulary).tolist())

    def gradients(
        self, network: Any, pieces: Sequence[Any], steps: int | None = None
    ) -> GradientNorms:
        from musicrnn.networks.gradients import language_gradients

        return language_gradients(network, pieces, steps=steps)


def _counted(data: TrainingData) -> Baselines | None:
    """Unigram and bigram of the training pieces; None without one."""
    from musicrnn.metrics.likelihood import fit_baselines

    train, valid = data.examples["train"], data.examples["valid"]
    if not any(len(ids) > 1 for ids in train):
        return None
    return fit_baselines(train, valid, vocabulary_size=len(data.encoding.vocabulary))


COMPOSE = Compose()
