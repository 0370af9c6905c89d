"""The whole state of an unfinished run in one safetensors file, never a pickle.

Weights, optimizer moments, weight average, carried state and random generator as tensors; counters
and the position in the data as JSON in the header.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file
from musicrnn.training.averaging import WeightAverage
from musicrnn.training.objective import Objective
from musicrnn.training.settings import as_now


@dataclass(frozen=True)
class RunState:
    """Counters of a run; ``items`` are tokens or clips seen, ``seconds`` the time spent."""

    total: int  # updates planned
    update: int = 0  # updates done
    items: int = 0
    seconds: float = 0.0
    best: float = float("inf")  # lowest validation loss
    validations_since_best: int = 0


def save_run(
    path: Path,
    state: RunState,
    module: nn.Module,
    optimizer: Any,
    average: WeightAverage,
    objective: Objective,
    *,
    made_with: dict[str, Any],
) -> None:
    """Write everything, atomically; ``made_with`` is what :func:`check_made_with` compares."""
    tensors: dict[str, Tensor] = {"random": torch.get_rng_state()}
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
    }
    whole = {name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}
    with whole_file(path) as temporary:
        save_file(whole, temporary, metadata={"run": json.dumps(header)})


def check_made_with(path: Path, made_with: dict[str, Any]) -> None:
    """Settings and fingerprints of a run against those that it is to go on with.

    Raises:
        MusicRNNError: there is no run at ``path``, or one value differs; the first is named.
    """
    header, _ = _read(path)
    before = as_now(header.get("made_with", {}))
    for name, new in json.loads(json.dumps(made_with)).items():
        if name in before and before[name] != new:
            raise MusicRNNError(
                f"a run is resumed as it was begun, and {name} was {before[name]} in {path.name}, "
                f"got {new}"
            )


def load_run(
    path: Path,
    module: nn.Module,
    optimizer: Any,
    average: WeightAverage,
    objective: Objective,
) -> RunState:
    """Put everything back where :func:`save_run` took it from.

    Raises:
        MusicRNNError: there is no such file, or it is of another model.
    """
    header, tensors = _read(path)
    wanted = _tensors(module)
    with torch.no_grad():
        for name, target in wanted.items():
            source = tensors.get(f"weight.{name}")
            if source is None or source.shape != target.shape:
                raise MusicRNNError(f"{path} is of another model: {name} does not fit")
            target.copy_(source)
    for name, parameter in module.named_parameters():
        moments = {
            key: tensors[f"adam.{key}.{name}"].clone()
            for key in ("step", "exp_avg", "exp_avg_sq")
            if f"adam.{key}.{name}" in tensors
        }
        optimizer.state[parameter] = {
            key: value if key == "step" else value.to(parameter.device)
            for key, value in moments.items()
        }
    for name, mean in average.mean.items():
        mean.copy_(tensors[f"average.{name}"])
    average.updates = header["average_updates"]
    prefix = "carried."
    objective.carry({n[len(prefix) :]: t for n, t in tensors.items() if n.startswith(prefix)})
    objective.seek(header["position"])
    torch.set_rng_state(tensors["random"])
    return RunState(**header["state"])


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    if not path.exists():
        raise MusicRNNError(f"there is no run to resume: {path} does not exist")
    try:
        with safe_open(path, "pt") as file:
            header = json.loads(file.metadata()["run"])
            names = file.keys()  # the file itself cannot be iterated over
            tensors = {name: file.get_tensor(name) for name in names}
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise MusicRNNError(f"{path} is not the state of a run: {error}") from error
    return header, tensors


def _tensors(module: nn.Module) -> dict[str, Tensor]:
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}
