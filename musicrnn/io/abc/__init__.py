"""ABC notation, the text of folk music: read, put on its grid, and written; a public face."""

from __future__ import annotations

from musicrnn.io.abc.grid import quantize_abc
from musicrnn.io.abc.read import parse_abc, read_abc, read_abc_tunes
from musicrnn.io.abc.write import write_abc, write_abc_file
from musicrnn.io.written import TICKS_PER_QUARTER

__all__ = [
    "TICKS_PER_QUARTER",
    "parse_abc",
    "quantize_abc",
    "read_abc",
    "read_abc_tunes",
    "write_abc",
    "write_abc_file",
]
