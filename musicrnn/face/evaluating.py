"""A model measured on data, alone or beside another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from musicrnn.checkpoint import Checkpoint
from musicrnn.face.data import Data, Part, part_of
from musicrnn.face.words import in_python
from musicrnn.pretrained import load_model
from musicrnn.sources.measuring import Measured, figures_of
from musicrnn.training.protocol import Figures

Named = tuple[str, Checkpoint]  # a model with its name


def evaluated(
    model: Named,
    data: Data | Part | str | Path,
    split: str | None = None,
    against: Named | str | Path | None = None,
) -> Figures:
    """The figures of a model, beside those of ``against`` where there is one.

    A folder that a model of labels has not learnt from is measured on as a whole, where neither a
    part nor a split is asked for.

    Raises:
        MusicRNNError: no such data or model, nothing in the data that the model can read, or two
            models that cannot be compared.
    """
    if isinstance(against, str | Path):
        against = Path(against).stem, load_model(str(against))
    part = part_of(data, split)
    other = None if against is None else _measured(against)
    with in_python():
        request = replace(part.data.request, whole=split is None and not isinstance(data, Part))
        return figures_of(_measured(model), request, part.split, against=other).figures


def _measured(model: Named) -> Measured:
    return Measured(model[0], [model[1]])
