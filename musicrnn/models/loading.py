"""Weights into a module, strictly: every tensor by name and shape, or a sentence says which."""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from musicrnn.errors import MusicRNNError


def load_strictly(module: nn.Module, arrays: dict[str, NDArray[Any]]) -> None:
    """Copy ``arrays`` into the parameters and buffers of the same names.

    A module made on the device "meta" is given its memory here, once everything fits.

    Raises:
        MusicRNNError: a tensor is missing, not known, or of another shape.
    """
    wanted = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    missing = sorted(set(wanted) - set(arrays))
    unknown = sorted(set(arrays) - set(wanted))
    if missing or unknown:
        raise MusicRNNError(
            f"the model file does not fit its own configuration: missing {missing[:3]}, "
            f"not known {unknown[:3]}"
        )
    for name, tensor in wanted.items():
        if tuple(arrays[name].shape) != tuple(tensor.shape):
            raise MusicRNNError(
                f"{name} has shape {list(arrays[name].shape)} in the file, the configuration "
                f"says {list(tensor.shape)}"
            )
    if any(tensor.is_meta for tensor in wanted.values()):
        _give_memory(module)
        wanted = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    with torch.no_grad():
        for name, tensor in wanted.items():
            tensor.copy_(torch.from_numpy(arrays[name].copy()))


def _give_memory(module: nn.Module) -> None:
    """Empty memory on the CPU; a parameter that two modules share stays one."""
    first: dict[int, str] = {}
    named = list(module.named_parameters(remove_duplicate=False))
    shared = {name: at for name, p in named if (at := first.setdefault(id(p), name)) != name}
    module.to_empty(device="cpu")
    for name, at in shared.items():
        owner, _, leaf = name.rpartition(".")
        setattr(module.get_submodule(owner), leaf, module.get_parameter(at))
