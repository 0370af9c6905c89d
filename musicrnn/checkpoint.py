"""A model as one ``.safetensors`` file: arrays by name, and a JSON header that says what they are.

Conventions. The header's one metadata key ``musicrnn`` holds JSON with ``format`` (1), ``task``
("compose" or "classify"), ``model`` (its configuration), ``tokenizer`` or ``features``, ``labels``,
``data``, ``metrics`` and ``command``. Nothing is ever unpickled. Reading needs no torch.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file

FORMAT = 1
HEADER_LIMIT = 16 * 2**20  # bytes
FILE_LIMIT = 4 * 2**30  # bytes


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Arrays by parameter name, and the metadata described above."""

    arrays: dict[str, NDArray[Any]]
    metadata: dict[str, Any]

    def save(self, path: str | Path, *, half: bool = False) -> None:
        """Write atomically; ``half`` stores float32 arrays as float16."""
        from safetensors.numpy import save_file

        arrays = {
            name: array.astype(np.float16) if half and array.dtype == np.float32 else array
            for name, array in self.arrays.items()
        }
        arrays = {name: np.asarray(array, order="C") for name, array in arrays.items()}
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
            raise MusicRNNError(f"the model file has no {name!r} in its header: it is damaged")
        return cast(dict[str, Any], value)

    @staticmethod
    def load(path: str | Path) -> Checkpoint:
        """Read a file that :meth:`save` wrote; float16 arrays come back as float32.

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
            if array.dtype == np.float16:
                arrays[name] = array.astype(np.float32)
            if array.dtype.kind == "f" and not np.isfinite(arrays[name]).all():
                raise MusicRNNError(f"{path}: {name} holds values that are not finite")
        return Checkpoint(arrays, metadata)


def read_metadata(path: str | Path) -> dict[str, Any]:
    """The JSON of a model file, without its arrays.

    Raises:
        MusicRNNError: missing, not a safetensors file of musicrnn, or of another format version.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size > FILE_LIMIT or not 2 <= length <= min(HEADER_LIMIT, size - 8):
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
    return metadata
