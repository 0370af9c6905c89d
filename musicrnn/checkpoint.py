"""A model as one ``.safetensors`` file: arrays by name, and a JSON header that says what they are.

Conventions. The header's one metadata key ``musicrnn`` holds JSON with ``format`` (1), ``task``
(one of TASKS), ``model`` (its configuration), ``tokenizer`` or ``features``, ``labels``,
``data``, ``metrics`` and ``command``. Nothing is ever unpickled. Reading needs no torch.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file
from musicrnn.weights import SCALE, Weights, restored, stored

FORMAT = 1
MAX_HEADER_BYTES = 16 * 2**20  # bytes
MAX_FILE_BYTES = 4 * 2**30  # bytes


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Arrays by parameter name, and the metadata described above."""

    arrays: dict[str, NDArray[Any]]
    metadata: dict[str, Any]

    def save(self, path: str | Path, *, weights: Weights = "float32") -> None:
        """Write atomically; ``weights`` are stored as :mod:`musicrnn.weights` says."""
        from safetensors.numpy import save_file

        kept = stored(self.arrays, weights)
        arrays = {name: np.asarray(array, order="C") for name, array in kept.items()}
        text = json.dumps({"format": FORMAT, **self.metadata}, ensure_ascii=False)
        with whole_file(path) as temporary:
            save_file(arrays, temporary, metadata={"musicrnn": text})

    def entry(self, name: str) -> dict[str, Any]:
        """An entry of the metadata that must be there, such as "model" or "tokenizer".

        Raises:
            MusicRNNError: it is missing, or no JSON object.
        """
        value = self.metadata.get(name)
        if not isinstance(value, dict):
            raise MusicRNNError(
                f"the model file has no {name!r} in its header, or it is no object there: it is "
                "damaged"
            )
        return cast(dict[str, Any], value)

    @staticmethod
    def load(path: str | Path) -> Checkpoint:
        """Read a file that :meth:`save` wrote; its weights come back as float32.

        Raises:
            MusicRNNError: missing, truncated, not safetensors, or of another program or format.
        """
        metadata = read_metadata(path)
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            arrays = load_file(path)
        except (SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
            raise MusicRNNError(f"{path} is not a whole model file: {error}") from error
        for name, array in arrays.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise MusicRNNError(f"{path}: {name} holds values that are not finite")
        try:
            return Checkpoint(restored(arrays), metadata)
        except MusicRNNError as error:
            raise MusicRNNError(f"{path}: {error}") from error


@dataclass(frozen=True)
class Holdings:
    """What a model file holds: how its weights are stored, how many there are, its size."""

    weights: Weights
    numbers: int
    bytes: int


def read_holdings(path: str | Path) -> Holdings:
    """Counted from the header alone; scales of int8 weights are no weights.

    Raises:
        MusicRNNError: as :func:`read_metadata`, or the header lists no arrays.
    """
    header, _ = _header(path)
    arrays = {name: entry for name, entry in header.items() if name != "__metadata__"}
    try:
        kinds = {name: str(entry["dtype"]) for name, entry in arrays.items()}
        counts = {name: math.prod(map(int, entry["shape"])) for name, entry in arrays.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise MusicRNNError(f"{path} is not a whole model file: its header is damaged") from error
    scales = {name + SCALE for name, kind in kinds.items() if kind == "I8"}
    numbers = sum(count for name, count in counts.items() if name not in scales)
    held = set(kinds.values())
    weights: Weights = "int8" if "I8" in held else "float16" if "F16" in held else "float32"
    return Holdings(weights, numbers, Path(path).stat().st_size)


def read_metadata(path: str | Path) -> dict[str, Any]:
    """The JSON of a model file, without its arrays.

    Raises:
        MusicRNNError: missing, not a safetensors file of musicrnn, or of another format version.
    """
    return _header(path)[1]


def _header(path: str | Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The whole header of a model file, and the JSON of musicrnn in it."""
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size > MAX_FILE_BYTES or not 2 <= length <= min(MAX_HEADER_BYTES, size - 8):
                raise MusicRNNError(
                    f"{path} is not a model file: a header of {length} bytes in a file of {size}"
                )
            header = json.loads(file.read(length))
            metadata = json.loads(header["__metadata__"]["musicrnn"])
    except OSError as error:
        raise MusicRNNError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MusicRNNError(f"{path} is not a musicrnn model file: no readable header") from error
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise MusicRNNError(
            f"{path} has format {metadata.get('format') if isinstance(metadata, dict) else None}, "
            f"this musicrnn reads format {FORMAT}: it was made by another version"
        )
    return header, metadata
