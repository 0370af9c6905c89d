"""The base of all whole networks: weights by name into a file and back, strictly.

Every tensor of a file is looked for by name and shape, or a sentence says which does not fit; a
file may claim any size, so nothing is allocated before all of it fits.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import torch
from numpy.typing import NDArray
from torch import nn

from musicrnn.errors import MusicRNNError
from musicrnn.networks.sizes import Sizes


class Network(nn.Module):
    """A network that is made of its configuration alone; ``Config`` is the class of that."""

    Config: ClassVar[type[Any]]

    def __init__(self, config: Sizes) -> None:
        super().__init__()
        self.config: Any = config

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Copies of parameters and buffers by name; what two layers share is there once."""
        return {name: _array(t) for name, t in _tensors(self).items()}

    def configuration(self) -> dict[str, Any]:
        """The configuration as JSON, for a checkpoint."""
        return self.config.as_json()

    @classmethod
    def from_arrays(cls, configuration: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Self:
        """The network of a checkpoint, in evaluation mode.

        Raises:
            MusicRNNError: a setting or tensor that does not fit, by its name.
        """
        config = cls.Config.from_json(configuration)
        with torch.device("meta"):
            network = cls(config)
            network.fit(arrays)
        load_strictly(network, arrays)
        return network.eval()

    def fit(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Makes room for what a file holds beyond what its configuration says."""


def load_strictly(module: nn.Module, arrays: dict[str, NDArray[Any]]) -> None:
    """Copy ``arrays`` into the parameters and buffers of the same names.

    A module made on the device "meta" is given its memory here, once everything fits.

    Raises:
        MusicRNNError: a tensor is missing, not known, or of another shape.
    """
    wanted = _tensors(module)
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
    with torch.no_grad():
        for name, tensor in _tensors(module).items():
            tensor.copy_(torch.from_numpy(arrays[name].copy()))


def _array(tensor: torch.Tensor) -> NDArray[Any]:
    found = tensor.detach().cpu()  # of which NumPy has no bfloat16
    return (found.float() if found.dtype == torch.bfloat16 else found).numpy().copy()


def _tensors(module: nn.Module) -> dict[str, torch.Tensor]:
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}


def _give_memory(module: nn.Module) -> None:
    """Empty memory on the CPU; a parameter that two modules share stays one."""
    first: dict[int, str] = {}
    named = list(module.named_parameters(remove_duplicate=False))
    shared = {name: at for name, p in named if (at := first.setdefault(id(p), name)) != name}
    module.to_empty(device="cpu")
    for name, at in shared.items():
        owner, _, leaf = name.rpartition(".")
        setattr(module.get_submodule(owner), leaf, module.get_parameter(at))
