"""Where training runs and where it writes: checked before the first update."""

from __future__ import annotations

import os
from pathlib import Path

from lightning_fabric import Fabric

from musicrnn.device import torch_device
from musicrnn.errors import MusicRNNError
from musicrnn.training.lock import check_unlocked, first_process
from musicrnn.training.run_state import run_path, unfinished


def launched(device: str, precision: str) -> Fabric:
    """Fabric on this device, on all processes that ``torchrun`` started.

    Raises:
        MusicRNNError: there is no such device or precision here.
    """
    found = torch_device(device)
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    everywhere = int(os.environ.get("WORLD_SIZE", "1"))
    try:
        fabric = Fabric(
            accelerator=found.type,
            devices=here if found.index is None else [found.index],
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


def check_output(output: Path, *, overwrite: bool = False, resume: bool = False) -> None:
    """What is at ``output`` is gone on with (``resume``), replaced (``overwrite``), or left alone.

    Raises:
        MusicRNNError: ``output`` is no .safetensors file, is a folder, its folder cannot be
            written to, or it is being trained; or it exists, or an unfinished run of it does, and
            nothing is said of what is to be done with it.
    """
    if output.suffix != ".safetensors":
        raise MusicRNNError(f"a model file ends in .safetensors, got {output}")
    if output.is_dir():
        raise MusicRNNError(f"cannot write {output}: it is a folder")
    if not output.parent.is_dir():
        raise MusicRNNError(f"cannot write {output}: there is no folder {output.parent}")
    if not os.access(output.parent, os.W_OK):
        raise MusicRNNError(f"cannot write {output}: {output.parent} may not be written to")
    if not first_process():  # the first one may have begun to write
        return
    check_unlocked(output)
    if overwrite or resume:
        return
    run = run_path(output)
    found = [f"{output} exists already"] if output.exists() else []
    found += [f"{run} is an unfinished run"] if unfinished(run) else []
    if found:
        raise MusicRNNError(
            f"{' and '.join(found)}: name another file, go on with --resume, or replace it with "
            "--overwrite"
        )
