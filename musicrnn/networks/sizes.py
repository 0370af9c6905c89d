"""What all whole networks share: they are made of their sizes alone, and go into a file and back.

Conventions. :class:`Sizes` are the options of a network, as they stand in a checkpoint's "model"
entry; a subclass adds what follows from the data, such as the size of a vocabulary. Reading them
needs no torch.
"""

from __future__ import annotations

from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, TypeVar

from musicrnn.bounds import check, whole
from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings

AnySizes = TypeVar("AnySizes", bound="Sizes")
TYPES = {"str": str, "int": int, "float": (int, float), "bool": bool}
OLD_NAMES = {"hold": "decay", "both_ways": "bidirectional", "listeners": "branches"}


@dataclass(frozen=True)
class Sizes:
    """The base of every network's configuration; subclasses have a ``cell`` and ``hidden`` too."""

    layer: LayerSettings = field(default_factory=LayerSettings, kw_only=True)

    def __post_init__(self) -> None:
        check(self)
        own: Any = self
        self.layer.cell(own.cell).shapes(own.hidden, own.hidden)  # some need a unit a module

    def as_json(self) -> dict[str, Any]:
        """The inverse of :meth:`from_json`; of the layers' settings what differs from defaults."""
        return {**asdict(self), "layer": self.layer.as_json()}

    @classmethod
    def from_json(cls: type[AnySizes], values: dict[str, Any]) -> AnySizes:
        """The sizes of a checkpoint's "model" entry, strictly.

        Raises:
            MusicRNNError: a name that there is not, one that is missing, a value of another type,
                or one out of its bounds.
        """
        known = {each.name: each for each in fields(cls) if each.name != "layer"}
        plain = {OLD_NAMES.get(n, n): value for n, value in values.items() if n != "layer"}
        for name, value in plain.items():
            wanted = TYPES[str(known[name].type)] if name in known else ()
            if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
                raise MusicRNNError(f"the model file's setting {name} = {value!r} does not fit")
        for name, each in known.items():
            if name not in plain and each.default is MISSING:
                raise MusicRNNError(f"the model file does not say its {name}")
        return cls(**plain, layer=LayerSettings.from_json(values.get("layer", {})))

    def extended(self, kind: type[AnySizes], data: dict[str, Any]) -> AnySizes:
        """These sizes as those of a network of ``kind``, with what follows from the ``data``."""
        own: dict[str, Any] = {each.name: getattr(self, each.name, None) for each in fields(kind)}
        return kind(**{**own, **data})


@dataclass(frozen=True)
class RecurrentSizes(Sizes):
    """Of a network of one stack of layers and an output: all that a small kind of model needs."""

    cell: str = "gru"
    hidden: int = whole(32, 1, 4096)
