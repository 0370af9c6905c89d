"""What a training begins with: a model that is asked for, else the one that is usual for the data.

Of one's own files a kind of model may have a usual base (Task.base); of a corpus by name, of which
figures are to be compared, a network begins at random.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from musicrnn.sources.named import named
from musicrnn.training.base import NONE, Base
from musicrnn.training.data import DataRequest
from musicrnn.training.protocol import Task

FINGERPRINT = 12  # digits of a base's sha256 that a run keeps


def usual_base(
    task: Task,
    request: DataRequest,
    output: Path,
    *,
    asked: Callable[[Any], Any],
    recipe: str = "",
    begun: Mapping[str, Any] | None = None,
) -> tuple[Base | None, str]:
    """The usual base, where there is one and what is asked for can begin with it, and a sentence
    on that.

    Args:
        asked: gives settings with all that is asked for.
        recipe: the name of a recipe that is asked for, which makes a new network.
        begun: what a run that is to go on was begun with.

    Raises:
        MusicRNNError: a setting that there is not.
    """
    corpora = {name for table in named().tables() for name in table}
    if not task.base or corpora & set(request.sources):
        return None, ""
    from_scratch = f"begins from scratch and not with {task.base}: "
    if begun is not None and begun.get("from") is None:
        return None, ""  # as it was begun
    if recipe:
        return None, f"{from_scratch}{recipe} is a network of its own"
    base = Base.load(task.base, task.verb, request, output)
    for name, old, new in base.differences(asked(base.settings)):
        return None, f"{from_scratch}{name} is {old} there, got {new}"
    return base, f"begins with the weights of {task.base} (--from {NONE}: from scratch)"
