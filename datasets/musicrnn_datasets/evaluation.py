"""Evaluate a model on the held-out split of a corpus or folder.

Conventions. ``data`` is the name of a corpus or a folder of MIDI and ABC files, ``found`` a folder
where corpora lie. Baselines are counted on the train split and smoothed on the valid split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.metrics.likelihood import Likelihood, fit_baselines, likelihood
from musicrnn.models.language import LanguageModel
from musicrnn.models.scoring import nats
from musicrnn.tokens import Tokenizer, tokenizer_from
from musicrnn.training.compose import Ids
from musicrnn_datasets.composing import Encoded, encode_sources
from musicrnn_datasets.corpus import Refusal, Split, reasons


@dataclass(frozen=True)
class LanguageEvaluation:
    """The likelihood of ``n`` held-out pieces, and the pieces that could not be encoded."""

    n: int
    likelihood: Likelihood
    refused: tuple[Refusal, ...]


def evaluate_language_model(
    checkpoint: Checkpoint, data: str, *, split: Split = "test", found: Path | None = None
) -> LanguageEvaluation:
    """The likelihood of the split under a model, beside unigram and bigram counted on the
    train split of ``data`` and smoothed on its valid split (none without a training piece).

    Raises:
        MusicRNNError: the model is not a language model, or the split has no piece for it.
    """
    if checkpoint.metadata.get("task") != "compose":
        task = checkpoint.metadata.get("task")
        raise MusicRNNError(f"the model has the task {task!r}, a likelihood needs 'compose'")
    tokenizer = tokenizer_from(checkpoint.entry("tokenizer"))
    network = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    prepared = held_out(tokenizer, data, split=split, found=found)
    pieces = prepared.ids[split]
    baselines = counted_nats(prepared, pieces, len(tokenizer.vocabulary))
    total, tokens = nats(network, pieces)
    figures = likelihood(
        total,
        tokens=tokens,
        notes=sum(map(tokenizer.count_notes, pieces)),
        bars=sum(map(tokenizer.count_bars, pieces)),
        baselines=baselines,
    )
    return LanguageEvaluation(len(pieces), figures, tuple(prepared.refused))


def counted_nats(data: Encoded, pieces: Sequence[Ids], size: int) -> dict[str, float]:
    """Nats a token of pieces by counting the train split, by name; none without a training piece.
    ``size`` is the vocabulary's."""
    if not any(len(ids) > 1 for ids in data.ids["train"]):
        return {}
    counted = fit_baselines(data.ids["train"], data.ids["valid"], vocabulary_size=size)
    return counted.nats(pieces)


def held_out(tokenizer: Tokenizer, data: str, *, split: Split, found: Path | None) -> Encoded:
    """All pieces of ``data`` as a model's tokens.

    Raises:
        MusicRNNError: there is no such data, or the split has no piece.
    """
    prepared = encode_sources([data], tokenizer=tokenizer, data=found)
    if not prepared.ids[split]:
        raise MusicRNNError(
            f"the {split} split of {data} has no piece that the model's tokens can hold: "
            + ", ".join(
                f"{name} {counted(len(ids), 'piece')}" for name, ids in prepared.ids.items()
            )
            + f" ({reasons(prepared.refused)})"
        )
    return prepared
