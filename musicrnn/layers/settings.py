"""How layers of a cell are stacked, as stored in a checkpoint. Needs no torch."""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from musicrnn.bounds import check, choice, share, whole
from musicrnn.cells import CELLS, Cell
from musicrnn.errors import MusicRNNError

ATTENTIONS = ("additive", "dot", "general", "scaled")
MAX_ATTENTION = 4096  # outputs
OPTIONS = ("periods", "priority", "depth", "tied", "plain_forget")  # of some cells alone


@dataclass(frozen=True)
class LayerSettings:
    """Of every stack: residual connections, normalisation, attention, what is left out at random.

    The last five are options of some cells; empty or False leaves the cell's own.
    """

    residual: bool = False  # x + layer(x), from the second layer on
    norm: bool = False  # layer normalisation of what enters a layer (Ba et al. 2016)
    variational: bool = False  # dropout masks are the same at all steps (Gal and Ghahramani 2016)
    # of h where it enters the recurrent products, the same mask
    recurrent_dropout: float = share(0.0)
    # share of units that keep their state at a step (Krueger et al. 2017)
    zoneout: float = share(0.0)
    # how many of its own last outputs the top layer looks at
    attention: int = whole(0, 0, MAX_ATTENTION)
    attention_kind: str = choice("additive", *ATTENTIONS)
    periods: str = ""  # clockwork: "1,2,4", or "metric": 1,2,4,8,16
    priority: str = ""  # grid: the dimension that goes last, depth or time
    depth: str = ""  # grid: lstm, identity, tanh or relu along depth
    tied: bool = False  # grid: one set of weights for all layers
    plain_forget: bool = False  # lstm: the forget gate's bias starts like the others, not at 1

    def __post_init__(self) -> None:
        check(self, "layer.")

    def cell(self, name: str) -> Cell:
        """The cell called ``name`` with these options.

        Raises:
            MusicRNNError: there is no such cell, or it has no such option.
        """
        if name not in CELLS:
            near = difflib.get_close_matches(str(name), CELLS, n=3)
            meant = f"; did you mean {', '.join(near)}?" if near else ""
            raise MusicRNNError(f"cell must be one of {', '.join(CELLS)}, got {name!r}{meant}")
        cell = CELLS[name]
        has = {field.name for field in fields(cell)}
        given = {option: getattr(self, option) for option in OPTIONS if getattr(self, option)}
        if wrong := sorted(set(given) - has):
            raise MusicRNNError(
                f"layer.{wrong[0]} = {given[wrong[0]]!r} is no option of the cell {name}"
            )
        if "periods" in given:
            given["periods"] = _periods(given["periods"])
        return replace(cell, **given)

    def as_json(self) -> dict[str, Any]:
        """What differs from the defaults."""
        plain = asdict(LayerSettings())
        return {name: value for name, value in asdict(self).items() if value != plain[name]}

    @staticmethod
    def from_json(values: Any) -> LayerSettings:
        """The inverse of :meth:`as_json`.

        Raises:
            MusicRNNError: a name that there is not, or a value of another type.
        """
        known = asdict(LayerSettings())
        for name, value in values.items() if isinstance(values, dict) else [("layer", values)]:
            kind = (int, float) if isinstance(known.get(name), float) else type(known.get(name))
            if name not in known or not isinstance(value, kind):
                raise MusicRNNError(
                    f"the model file's setting layer.{name} = {value!r} does not fit"
                )
        return LayerSettings(**values)


def _periods(text: str) -> tuple[int, ...]:
    if text == "metric":
        return (1, 2, 4, 8, 16)
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise MusicRNNError(
            f"layer.periods must be whole numbers with commas between, or metric, got {text!r}"
        ) from None
