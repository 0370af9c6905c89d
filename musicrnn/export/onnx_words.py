"""A network for words as a graph from samples to probabilities: of a clip, or step by step.

Conventions. Samples float32 at the recipe's rate, full scale +-1.0. The clip's graph: ``samples``
[B, N], N the recipe's clip, -> ``probabilities`` [B, K], calibrated. The streaming one: ``samples``
[B, FRAMES_A_STEP * hop], the next ones of a stream, ``heard`` [B, n_fft - hop], those before them,
and the network's states -> ``probabilities`` [B, K] and everything that goes on as NAME_after.
"""

from __future__ import annotations

import json

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.export.front_end import CausalFrames
from musicrnn.export.graph import Graph, Runner, distinct, relative
from musicrnn.export.plain import plain
from musicrnn.export.sounds import trial_sounds
from musicrnn.features.causal_logmel import CausalLogMel, FrameStream
from musicrnn.listening.header import labels_of, number_of
from musicrnn.listening.word_labeller import words_recipe
from musicrnn.networks.labelling import probabilities
from musicrnn.networks.words import WordsModel, clip_logits
from musicrnn.networks.words_config import FRAMES_A_STEP


class _Clip(nn.Module):
    def __init__(self, model: WordsModel, recipe: CausalLogMel, temperature: float) -> None:
        super().__init__()
        self.past, self.temperature = recipe.n_fft - recipe.hop, temperature
        self.used = recipe.samples // recipe.hop // FRAMES_A_STEP * FRAMES_A_STEP * recipe.hop
        self.frames, self.model = CausalFrames(recipe), plain(model)
        self.start, self.places = model.initial_state(1), model.batch_places

    def forward(self, samples: Tensor) -> Tensor:
        frames = self.frames(pad(samples[:, : self.used], (self.past, 0)))
        rows = samples.shape[0]
        state: list[Tensor] = []
        for part, place in zip(self.start, self.places, strict=True):
            sizes = [rows if at == place else -1 for at in range(part.dim())]
            state.append(part.expand(sizes))
        logits, _ = self.model(frames, tuple(state))
        return (logits[:, -1] / self.temperature).softmax(1)


class _Stream(nn.Module):
    def __init__(self, model: WordsModel, recipe: CausalLogMel, temperature: float) -> None:
        super().__init__()
        self.past, self.temperature = recipe.n_fft - recipe.hop, temperature
        self.frames, self.model = CausalFrames(recipe), plain(model)

    def forward(self, samples: Tensor, heard: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        known = torch.cat([heard, samples], 1)
        logits, after = self.model(self.frames(known), state)
        told = (logits[:, -1] / self.temperature).softmax(1)
        return told, known[:, known.shape[1] - self.past :], *after


def words_graph(checkpoint: Checkpoint, model: WordsModel, *, streaming: bool = False) -> Graph:
    """The graph of a model file and its network.

    Raises:
        MusicRNNError: the header is damaged, or ``streaming`` is asked of a bidirectional network.
    """
    recipe = words_recipe(checkpoint, model.config)
    temperature = number_of(checkpoint.metadata, "temperature", 1.0, 0.01, 100.0)
    labels = labels_of(checkpoint.metadata, model.config.labels)
    metadata = {
        "task": checkpoint.metadata["task"],
        "labels": json.dumps(labels, ensure_ascii=False),
        "rate": str(recipe.rate),
        "samples": str(FRAMES_A_STEP * recipe.hop if streaming else recipe.samples),
    }
    if not streaming:
        return Graph(
            _Clip(model, recipe, temperature),
            {"samples": torch.from_numpy(trial_sounds(recipe.samples, recipe.rate)[-1:])},
            ("probabilities",),
            {"samples": 0, "probabilities": 0},
            lambda run: _clip_difference(model, recipe, temperature, run),
            metadata,
        )
    if model.config.bidirectional:
        raise MusicRNNError("this network reads both ways: it hears whole clips, not a stream")
    states = {"heard": torch.zeros(2, recipe.n_fft - recipe.hop)}
    states |= zip(_names(model), model.initial_state(2), strict=True)
    places = dict(zip(states, (0, *model.batch_places), strict=True))
    after = {f"{name}_after": place for name, place in places.items()}
    return Graph(
        _Stream(model, recipe, temperature),
        {"samples": torch.rand(2, FRAMES_A_STEP * recipe.hop), **distinct(states)},
        ("probabilities", *after),
        {"samples": 0, "probabilities": 0, **places, **after},
        lambda run: _stream_difference(model, recipe, temperature, run),
        metadata,
    )


def _names(model: WordsModel) -> tuple[str, ...]:
    """What a state's parts are called."""
    convolutions = (f"convolution_{n}" for n in range(len(model.convolutions)))
    return (*convolutions, *getattr(model.recurrent, "state_names", ()), "attention")


def _clip_difference(
    model: WordsModel, recipe: CausalLogMel, temperature: float, run: Runner
) -> float:
    sounds = trial_sounds(recipe.samples, recipe.rate)
    wanted = probabilities(clip_logits(model, recipe.frames(sounds)), temperature)
    return relative(run({"samples": sounds})["probabilities"], wanted)


@torch.no_grad()
def _stream_difference(
    model: WordsModel, recipe: CausalLogMel, temperature: float, run: Runner
) -> float:
    """Every step of the sounds, all states carried on by the graph itself."""
    sounds = trial_sounds(recipe.samples, recipe.rate)
    rows, block = len(sounds), FRAMES_A_STEP * recipe.hop
    frames = FrameStream(recipe, (rows,))
    state, most = model.initial_state(rows), 0.0
    carried = {"heard": np.zeros((rows, recipe.n_fft - recipe.hop), np.float32)}
    carried |= {name: part.numpy() for name, part in zip(_names(model), state, strict=True)}
    for start in range(0, sounds.shape[1] - block + 1, block):
        samples = sounds[:, start : start + block]
        logits, state = model(torch.from_numpy(frames.push(samples)), state)
        wanted = probabilities(logits[:, -1].numpy(), temperature)
        found = run({"samples": samples, **carried})
        most = max(most, relative(found["probabilities"], wanted))
        carried = {name: found[f"{name}_after"] for name in carried}
    for name, part in zip(_names(model), state, strict=True):
        most = max(most, relative(carried[name], part.numpy()) / 10)
    return most
