"""The whole state of an unfinished run in one safetensors file, never a pickle.

Weights, optimizer moments, weight average, carried state and random generators as tensors;
counters, the position in the data and the versions that made it as JSON in the header. What is read
is a stranger's until it is known to fit.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from importlib import metadata
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file
from musicrnn.training.averaging import WeightAverage
from musicrnn.training.made_with import difference
from musicrnn.training.objective import Objective, stored_count
from musicrnn.training.settings import as_now

TELLING = ("musicrnn", "torch")  # with other versions of these a run may take another course


@dataclass(frozen=True)
class RunState:
    """Counters of a run; ``items`` are tokens or clips seen, ``seconds`` the time spent."""

    total: int  # updates planned
    update: int = 0  # updates done
    items: int = 0
    seconds: float = 0.0
    best: float = float("inf")  # lowest validation loss
    validations_since_best: int = 0


def run_path(output: Path, rank: int = 0) -> Path:
    """Where the state of an unfinished run is kept, of process ``rank`` where there are several."""
    return output.with_name(output.name + (f".run.{rank}" if rank else ".run"))


def save_run(
    path: Path,
    state: RunState,
    optimizer: Any,
    average: WeightAverage,
    objective: Objective,
    *,
    made_with: dict[str, Any],
) -> None:
    """Write everything, atomically; ``made_with`` is what :func:`check_made_with` compares."""
    module: nn.Module = objective.module
    tensors = generators(next(module.parameters()).device)
    tensors |= {f"weight.{name}": p.detach() for name, p in _tensors(module).items()}
    for name, parameter in module.named_parameters():
        for key, value in optimizer.state.get(parameter, {}).items():
            tensors[f"adam.{key}.{name}"] = torch.as_tensor(value)
    tensors |= {f"average.{name}": value for name, value in average.mean.items()}
    tensors |= {f"carried.{name}": value for name, value in objective.carried().items()}
    header = {
        "state": asdict(state),
        "position": objective.position(),
        "average_updates": average.updates,
        "made_with": made_with,
        "versions": versions(),
    }
    whole = {name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}
    with whole_file(path) as temporary:
        save_file(whole, temporary, metadata={"run": json.dumps(header)})


def begun_with(path: Path) -> dict[str, Any]:
    """The settings and fingerprints that a run was begun with, by their names of today.

    Raises:
        MusicRNNError: there is no run at ``path``, or it is damaged.
    """
    with _undamaged(path):
        return as_now(_object(_header(path).get("made_with", {})))


def check_made_with(path: Path, made_with: dict[str, Any]) -> tuple[str, ...]:
    """Settings and fingerprints of a run against those that it is to go on with.

    Returns what else is to be said of it: that it was made with other versions.

    Raises:
        MusicRNNError: there is no run at ``path``, it is damaged, or something differs; the pieces
            or the first other thing are named.
    """
    before = begun_with(path)
    with _undamaged(path):
        made_by = _object(_header(path).get("versions", {}))
    if said := difference(before, json.loads(json.dumps(made_with))):
        raise MusicRNNError(f"{path.name} cannot go on: {said}")
    now = versions()
    return tuple(
        f"{path.name} was made with {name} {made_by[name]} and goes on with {now[name]}: "
        "its course may be another"
        for name in TELLING
        if made_by.get(name, now[name]) != now[name]
    )


def unfinished(path: Path) -> bool:
    """Whether there is a run that has not come to its end."""
    try:
        state = stored_state(path)
    except MusicRNNError:
        return False
    return state.update < state.total


def stored_state(path: Path) -> RunState:
    """Where the run at ``path`` stands.

    Raises:
        MusicRNNError: there is none, or it is damaged.
    """
    with _undamaged(path):
        return _state(_header(path)["state"])


def load_run(path: Path, optimizer: Any, average: WeightAverage, objective: Objective) -> RunState:
    """Put everything back where :func:`save_run` took it from.

    Raises:
        MusicRNNError: there is no such file, it is damaged, or it is of another model.
    """
    module: nn.Module = objective.module
    with _undamaged(path), torch.no_grad():
        header, tensors = _header(path), load_file(path)
        state = _state(header["state"])
        for name, target in _tensors(module).items():
            target.copy_(_fitting(tensors, f"weight.{name}", target))
        for name, parameter in module.named_parameters():
            optimizer.state[parameter] = _moments(tensors, name, parameter)
        for name, mean in average.mean.items():
            mean.copy_(_fitting(tensors, f"average.{name}", mean))
        average.updates = stored_count("average_updates", header["average_updates"])
        objective.seek(header["position"])
        prefix = "carried."
        objective.carry({n[len(prefix) :]: t for n, t in tensors.items() if n.startswith(prefix)})
        restore_generators(tensors, next(module.parameters()).device)
    return state


def generators(device: torch.device) -> dict[str, Tensor]:
    """The states of the random generators that a run on ``device`` draws from, by name."""
    states = {"random": torch.get_rng_state()}
    if device.type == "cuda":
        states["random.cuda"] = torch.cuda.get_rng_state(device)
    return states


def restore_generators(states: dict[str, Tensor], device: torch.device) -> None:
    """The inverse of :func:`generators`; a run that was begun on a CPU has none of CUDA's."""
    torch.set_rng_state(states["random"])
    if device.type == "cuda" and "random.cuda" in states:
        torch.cuda.set_rng_state(states["random.cuda"], device)


def versions() -> dict[str, str]:
    """Of what has a part in a run's numbers."""
    try:
        ours = metadata.version("musicrnn")
    except metadata.PackageNotFoundError:  # a source tree on the path
        ours = "not installed"
    return {
        "musicrnn": ours,
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


@contextmanager
def _undamaged(path: Path) -> Generator[None]:
    """Whatever reading a run and putting it back raises is said in one sentence."""
    if not path.exists():
        raise MusicRNNError(f"there is no run to resume: {path} does not exist")
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        missing = isinstance(error, KeyError)
        reason = f"{error} is missing" if missing else str(error).strip().split("\n")[0]
        raise MusicRNNError(
            f"{path} is no run that can be resumed, it is damaged or of another model: {reason}"
        ) from error


def _header(path: Path) -> dict[str, Any]:
    with safe_open(path, "pt") as file:
        return _object(json.loads(file.metadata()["run"]))


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{str(value)[:40]!r} stands where an object must")
    return cast(dict[str, Any], value)


def _state(given: Any) -> RunState:
    state = RunState(**_object(given))
    for field in fields(RunState):
        value = getattr(state, field.name)
        if field.type == "int":
            stored_count(field.name, value)
        elif type(value) not in (int, float) or not -float("inf") < value <= float("inf"):
            raise ValueError(f"{field.name} is {value!r}")
    if not 0 <= state.seconds < float("inf"):
        raise ValueError(f"seconds is {state.seconds}")
    return state


def _moments(tensors: dict[str, Tensor], name: str, parameter: Tensor) -> dict[str, Tensor]:
    """What AdamW remembers of a parameter; nothing before its first gradient, or of plain descent.

    It counts its steps on the CPU.
    """
    likes = {"step": torch.zeros(()), "exp_avg": parameter, "exp_avg_sq": parameter}
    if not any(f"adam.{key}.{name}" in tensors for key in likes):
        return {}
    moments = {
        key: _fitting(tensors, f"adam.{key}.{name}", like).to(like.device, copy=True)
        for key, like in likes.items()
    }
    if moments["step"] < 0 or (moments["exp_avg_sq"] < 0).any():
        raise ValueError(f"the moments of {name} are below 0")
    return moments


def _fitting(tensors: dict[str, Tensor], name: str, like: Tensor) -> Tensor:
    """The tensor of this name, if it is like the one that it is to replace."""
    found = tensors[name]
    if found.shape != like.shape or found.dtype != like.dtype:
        raise ValueError(f"{name} does not fit")
    if not torch.isfinite(found).all():
        raise ValueError(f"{name} holds values that are not finite")
    return found


def _tensors(module: nn.Module) -> dict[str, Tensor]:
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}
