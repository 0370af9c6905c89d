"""How far back in time the gradient of a loss reaches: its norm against the distance.

Conventions. A network with a state (language or frame model) takes one step at a time. The loss is
that of one predicted step, in nats. Distance k: "state" is the gradient with respect to the state
with which the k-th step before that one began (all layers and all parts end to end; each part also
by itself, under the cell's name for it), "input" that with respect to the k-th input before the
last one read, embedded where inputs are ids. Distance 0 is the step that predicts.

A classifier reads a whole clip, in both directions, and predicts one label at its end. Its "input"
is the gradient of the loss of one label with respect to each frame (nats a dB) or embedded token,
and the distance is counted from the end of the clip.

Norms are Euclidean, taken for each place by itself, then averaged. Sources: Hochreiter 1991;
Pascanu, Mikolov and Bengio 2013 (1211.5063).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError
from musicrnn.layers.stack import State
from musicrnn.networks.classifier import Classifier, padded
from musicrnn.networks.frame_context import frame_context
from musicrnn.networks.frames import FrameModel
from musicrnn.networks.language import LanguageModel, token_losses

DEFAULT_STEPS = 128  # back, where nothing else is said and half of the pieces are that long
MAX_PLACES = 64  # looked at, at most
GRADIENT_ROWS = 32  # of them side by side
Norms = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class GradientNorms:
    """``norms`` by name, [steps + 1] each, distance 0 first; the means of ``places`` places."""

    norms: Norms
    places: int

    @property
    def steps(self) -> int:
        """The largest distance."""
        return len(next(iter(self.norms.values()))) - 1

    def relative(self, name: str) -> NDArray[np.float64]:
        """Divided by the norm at distance 0; NaN where that is 0."""
        norms = self.norms[name]
        return norms / norms[0] if norms[0] > 0 else np.full_like(norms, np.nan)


def language_gradients(
    model: LanguageModel,
    pieces: Sequence[NDArray[np.integer]],
    *,
    steps: int | None = None,
    places: int = MAX_PLACES,
) -> GradientNorms:
    """Places are ``steps`` + 1 ids apart, the first ones of all pieces before the second ones.

    The state at a place is that of the piece read from its start. Without ``steps`` it is 128, or
    as many as half of the pieces have.

    Raises:
        MusicRNNError: ``steps`` or ``places`` is below 1, or no piece has ``steps`` + 2 ids.
    """
    ids = [model.inputs(np.asarray(piece, np.int32)).astype(np.int64) for piece in pieces]

    def losses(step: Tensor, following: Tensor, state: State) -> Tensor:
        targets = following if following.dim() == 2 else following[..., 0]
        return token_losses(model(step, state)[0], targets)

    with _at_rest(model), _said(model) as embedded:
        task = _Prediction(model, model.initial_state, losses, model.stack.state_names, embedded)
        return _mean(task, ids, steps=steps, places=places)


def frame_gradients(
    model: FrameModel,
    pieces: Sequence[NDArray[np.integer]],
    *,
    steps: int | None = None,
    places: int = MAX_PLACES,
) -> GradientNorms:
    """As :func:`language_gradients`; pieces are [T, P] of 0 and 1, before each a frame of zeros.

    Raises:
        MusicRNNError: ``steps`` or ``places`` is below 1, or no piece has ``steps`` + 1 frames.
    """
    weight = next(model.parameters())
    dtype = np.float64 if weight.dtype == torch.float64 else np.float32
    contexts = [
        frame_context(np.pad(np.uint8(piece), ((0, 1), (0, 0))), model.config) for piece in pieces
    ]
    sequences = [piece.features(0, len(piece), model.config).astype(dtype) for piece in contexts]

    def losses(step: Tensor, following: Tensor, state: State) -> Tensor:
        return model(step, following[..., : model.config.pitches], state)[0]

    with _at_rest(model):
        task = _Prediction(model.body, model.initial_state, losses, model.body.state_names, None)
        return _mean(task, sequences, steps=steps, places=places)


def classifier_gradients(
    model: Classifier,
    clips: Sequence[NDArray[Any]],
    labels: Sequence[int],
    *,
    steps: int | None = None,
) -> GradientNorms:
    """``clips`` are frames [T, F] in dB or ids [T], the loss is that of their ``labels``.

    Raises:
        MusicRNNError: ``steps`` is below 1, or no clip has ``steps`` + 1 frames or ids.
    """
    steps = _reach(steps, clips, 1)
    wanted = [index for index, clip in enumerate(clips) if len(clip) > steps]
    total = np.zeros(steps + 1)
    with _at_rest(model), _said(model) as embedded:
        for first in range(0, len(wanted), GRADIENT_ROWS):
            rows = wanted[first : first + GRADIENT_ROWS]
            inputs, lengths = padded([clips[index] for index in rows])
            inputs, lengths = inputs.to(model.device), lengths.to(model.device)
            if not model.config.reads_tokens:
                inputs.requires_grad_()
            logits = model.logits(inputs, lengths)
            right = torch.tensor([labels[index] for index in rows], device=model.device)
            loss = nn.functional.cross_entropy(logits, right, reduction="sum")
            node = embedded.pop() if model.config.reads_tokens else inputs
            (gradient,) = torch.autograd.grad(loss, [node])  # [B, T, F]
            for row, length in zip(gradient, lengths.tolist(), strict=True):
                heard = row[length - steps - 1 : length].flip(0)
                total += torch.linalg.vector_norm(heard, dim=1).double().cpu().numpy()
    return GradientNorms({"input": total / len(wanted)}, len(wanted))


@dataclass(frozen=True, eq=False)
class _Prediction:
    """How a model with a state predicts: how it reads a step, what the last one's loss is, what
    the parts of its state are called, and where its embedded inputs are left."""

    read: Callable[[Tensor, State], tuple[Tensor, State]]
    initial_state: Callable[[int], State]
    losses: Callable[[Tensor, Tensor, State], Tensor]  # a step, the one after it, the state before
    state_names: Sequence[str]
    embedded: list[Tensor] | None

    def norms(self, sequences: Tensor, state: State) -> Norms:
        """Summed over the rows: [steps + 1] by name, from ``features`` [B, steps + 2, ...]."""
        states: list[State] = []
        inputs: list[Tensor] = []
        state = tuple(part.detach().requires_grad_() for part in state)
        loss = sequences
        for t in range(sequences.shape[1] - 1):
            states.append(state)
            step = sequences[:, t : t + 1].clone()
            if self.embedded is None:
                step.requires_grad_()
            if t < sequences.shape[1] - 2:
                _, state = self.read(step, state)
            else:
                loss = self.losses(step, sequences[:, -1:], state)
            inputs.append(step if self.embedded is None else self.embedded.pop())
        nodes = [*inputs, *(part for before in states for part in before)]
        gradients = torch.autograd.grad(
            loss.sum(), nodes, allow_unused=True, materialize_grads=True
        )
        count, names = len(inputs), list(self.state_names)
        squares = {
            name: [_squares(g) for g in gradients[count + index :: len(names)]]
            for index, name in enumerate(names)
        }
        for count_of_steps in ("heard", "clock"):  # has no gradient
            squares.pop(count_of_steps, None)
        found = {name: torch.stack(parts).flip(0) for name, parts in squares.items()}
        found["state"] = torch.stack(list(found.values())).sum(0)  # [steps + 1, B]
        read = [_squares(g.transpose(0, 1)) for g in gradients[:count]]
        found["input"] = torch.stack(read).flip(0)
        return {name: part.sqrt().sum(1).cpu().numpy() for name, part in found.items()}


def _squares(gradient: Tensor) -> Tensor:
    """Summed over layers and units, [L, B, n] -> [B]."""
    return gradient.double().square().sum((0, 2))


def _mean(
    task: _Prediction, pieces: Sequence[NDArray[Any]], *, steps: int | None, places: int
) -> GradientNorms:
    """Over the places chosen."""
    if places < 1:
        raise MusicRNNError(f"places must be 1 or more, got {places}")
    span = _reach(steps, pieces, 2) + 1
    starts = [(start, i) for i, p in enumerate(pieces) for start in range(0, len(p) - span, span)]
    chosen = [index for _, index in sorted(starts)[:places]]
    begun = [
        (state, piece[start : start + span + 1])
        for index, piece in enumerate(pieces)
        for start, state in _states(task, piece, span, chosen.count(index))
    ]
    if task.embedded is not None:
        task.embedded.clear()
    totals: Norms = {}
    for first in range(0, len(begun), GRADIENT_ROWS):
        states, cut = zip(*begun[first : first + GRADIENT_ROWS], strict=True)
        state = tuple(torch.cat(parts, 1) for parts in zip(*states, strict=True))
        sequences = torch.from_numpy(np.stack(cut)).to(state[0].device)
        for name, norms in task.norms(sequences, state).items():
            totals[name] = totals.get(name, np.zeros(span)) + norms
    return GradientNorms({name: norms / len(begun) for name, norms in totals.items()}, len(begun))


def _states(
    task: _Prediction, piece: NDArray[Any], span: int, count: int
) -> Generator[tuple[int, State]]:
    """The first ``count`` places of a piece, ``span`` steps apart, and the state at each."""
    state = task.initial_state(1)
    for start in range(0, count * span, span):
        yield start, state
        with torch.no_grad():
            read = torch.from_numpy(piece[None, start : start + span]).to(state[0].device)
            _, state = task.read(read, state)


def _reach(steps: int | None, pieces: Sequence[NDArray[Any]], more: int) -> int:
    """How far back; a piece must have so many steps and ``more``."""
    lengths = sorted(map(len, pieces)) or [0]
    longest, middle = lengths[-1], lengths[len(lengths) // 2]
    reach = max(1, min(DEFAULT_STEPS, middle - more)) if steps is None else steps
    if reach < 1:
        raise MusicRNNError(f"steps must be 1 or more, got {steps}")
    if longest < reach + more:
        raise MusicRNNError(
            f"gradients {reach} steps back need a piece of {reach + more} steps, the longest of "
            f"{len(pieces)} has {longest}: ask for fewer steps, or give longer pieces"
        )
    return reach


@contextmanager
def _said(model: nn.Module) -> Generator[list[Tensor]]:
    """What the embeddings of a model say inside the ``with``, to take gradients with respect to."""
    said: list[Tensor] = []

    def hear(_: nn.Module, sequences: Any, output: Tensor) -> None:
        said.append(output.requires_grad_() if torch.is_grad_enabled() else output)

    layers = [module for module in model.modules() if isinstance(module, nn.Embedding)]
    hooks = [layer.register_forward_hook(hear) for layer in layers]
    try:
        yield said
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def _at_rest(model: nn.Module) -> Generator[None]:
    """Evaluation mode, parameters as constants, and no cuDNN, whose layers cannot go back then."""
    training = model.training
    wanted = [parameter for parameter in model.parameters() if parameter.requires_grad]
    model.eval()
    for parameter in wanted:
        parameter.requires_grad_(False)
    try:
        with torch.backends.cudnn.flags(enabled=False), torch.enable_grad():
            yield
    finally:
        for parameter in wanted:
            parameter.requires_grad_()
        model.train(training)
