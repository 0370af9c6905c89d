"""The drums of General MIDI, and what an electronic kit calls otherwise.

Conventions. A drum is the note that a drum track has for it (General MIDI 1, percussion key map).
Roland's kits send the edge of the closed and of the open hi-hat as 22 and 26, which General MIDI
has no sound for: SoundFonts are silent there. Both are strokes on the same cymbal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLOSED_HIHAT, PEDAL_HIHAT, OPEN_HIHAT = 42, 44, 46
SNARES = (38, 40)
TOMS = (41, 43, 45, 47, 48, 50)
RIDES = (51, 53, 59)
HANDS_KEEP_TIME = (CLOSED_HIHAT, OPEN_HIHAT, *RIDES)
EDGES = {22: CLOSED_HIHAT, 26: OPEN_HIHAT}
_MOVED = np.array([EDGES.get(drum, drum) for drum in range(128)])


def as_general_midi(drums: NDArray[np.int64]) -> NDArray[np.int64]:
    """The drums, the edges of the hi-hat as strokes on the hi-hat."""
    return _MOVED[drums]
