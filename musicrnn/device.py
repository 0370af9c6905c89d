"""Where a network runs: auto, cpu, cuda, or one of several, cuda:1. One word everywhere.

``auto`` is a CUDA GPU where torch finds one; what runs without torch stays on the CPU, since
looking for a GPU would take longer than the work.
"""

from __future__ import annotations

import re
from typing import Any

from musicrnn.errors import MusicRNNError

NAMES = re.compile(r"auto|cpu|cuda(:\d{1,4})?")


def check_device(name: Any) -> None:
    """Whether it is the name of a device; needs no torch.

    Raises:
        MusicRNNError: it is not.
    """
    if not isinstance(name, str) or not NAMES.fullmatch(name):
        raise MusicRNNError(
            f"device must be auto, cpu or cuda, or one of several such as cuda:1, got {name!r}"
        )


def torch_device(name: str) -> Any:
    """The torch.device of this name.

    Raises:
        MusicRNNError: it is no device, or not to be found here.
    """
    check_device(name)
    import torch

    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return torch.device("cuda" if found else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and (device.index or 0) >= found:
        devices = f"{found or 'no'} CUDA device{'s' if found > 1 else ''}"
        raise MusicRNNError(f"device {name} was asked for, but torch finds {devices} here")
    return device


def check_cpu(name: str, what: str) -> None:
    """Raises:
    MusicRNNError: another device is asked for than the one there is for ``what``.
    """
    check_device(name)
    if name not in ("auto", "cpu"):
        raise MusicRNNError(f"{what} on the CPU, got device {name!r}")
