"""What is asked of ``musicrnn compose``, and what it says of a piece."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicrnn.sampling.drawing import Effort
from musicrnn.sampling.filters import Settings
from musicrnn.tokens import Wishes

Record = dict[str, Any]  # what ``--json`` prints of a piece
ALONE = ("voices", "frames")  # tasks whose pieces are drawn one by one


@dataclass(frozen=True)
class Order:
    """All that is asked of ``musicrnn compose`` but the seeds."""

    name: str
    outputs: tuple[Path, ...]
    settings: Settings
    wishes: Wishes
    primer: Path | None
    soundfont: Path | None
    effort: Effort
    many: bool  # files are numbered

    @property
    def style(self) -> str:
        return Path(self.name).stem
