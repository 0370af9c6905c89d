"""Where training runs and where it writes: checked before the first update."""

from __future__ import annotations

import os
from pathlib import Path

from lightning_fabric import Fabric

from musicrnn.errors import MusicRNNError


def launched(device: str, precision: str) -> Fabric:
    """Fabric on this device, on all processes that ``torchrun`` started.

    Raises:
        MusicRNNError: there is no such device or precision here.
    """
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    everywhere = int(os.environ.get("WORLD_SIZE", "1"))
    try:
        fabric = Fabric(
            accelerator=device,
            devices=here,
            num_nodes=max(1, everywhere // here),
            precision=precision,  # type: ignore[arg-type]  # any text: Fabric itself refuses it below
        )
        fabric.launch()
    except (ValueError, TypeError, RuntimeError, ImportError, NotImplementedError) as error:
        first = str(error).strip().split("\n")[0]
        raise MusicRNNError(
            f"cannot train on device {device!r} with precision {precision!r}: {first}"
        ) from error
    return fabric


def check_output(output: Path) -> None:
    """Raises:
    MusicRNNError: ``output`` is no .safetensors file, is a folder, or its folder cannot be
        written to.
    """
    if output.suffix != ".safetensors":
        raise MusicRNNError(f"a model file ends in .safetensors, got {output}")
    if output.is_dir():
        raise MusicRNNError(f"cannot write {output}: it is a folder")
    if not output.parent.is_dir():
        raise MusicRNNError(f"cannot write {output}: there is no folder {output.parent}")
    if not os.access(output.parent, os.W_OK):
        raise MusicRNNError(f"cannot write {output}: {output.parent} may not be written to")
