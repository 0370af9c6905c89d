"""A model's configuration from the JSON of its file, strictly: names, types, nothing left out.

Needs no torch.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings

Config = TypeVar("Config")
TYPES = {"str": str, "int": int, "float": (int, float), "bool": bool}


def config_from_json(kind: type[Config], values: dict[str, Any]) -> Config:
    """A dataclass of plain fields, and of ``layer``, the settings of its recurrent layers.

    Raises:
        MusicRNNError: a name that there is not, one that is missing, a value of another type, or
            one out of its bounds.
    """
    make: Any = kind
    known = {field.name: field for field in fields(make) if field.name != "layer"}
    plain = {name: value for name, value in values.items() if name != "layer"}
    for name, value in plain.items():
        wanted = TYPES[str(known[name].type)] if name in known else ()
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            raise MusicRNNError(f"the model file's setting {name} = {value!r} does not fit")
    for name, field in known.items():
        if name not in plain and field.default is MISSING:
            raise MusicRNNError(f"the model file does not say its number of {name}")
    return make(**plain, layer=LayerSettings.from_json(values.get("layer", {})))
